extension PipelineDecoder {
    /// - Precondition: not a sequence.
    func stage(isContinuation: Bool, keepsBytes: Bool, isLast: Bool) -> any DecodingStage {
        switch self {
        case .bpeDecoder(let suffix): SuffixStage(suffix: Array(suffix.utf8), isContinuation: isContinuation)
        case .byteFallback: ByteFallbackStage(keepsBytes: keepsBytes)
        case .byteLevel: ByteLevelStage(givesBytes: isLast)
        case .ctc(let ctc): CTCStage(ctc)
        case .fuse: FuseStage()
        case .metaspace(let metaspace): MetaspaceStage(metaspace, isFirst: !isContinuation)
        case .replace(let replace): ReplaceStage(replace)
        case .sequence: preconditionFailure("a sequence is taken apart first")
        case .strip(let content, let start, let stop):
            StripStage(content: content.value, start: isContinuation ? 0 : start, stop: isContinuation ? 0 : stop)
        case .wordPiece(let prefix, let cleanup):
            WordPieceStage(prefix: Array(prefix.utf8), cleanup: cleanup, isFirst: !isContinuation)
        }
    }
}

/// No decoder: a space between tokens.
struct JoiningStage: DecodingStage {
    var isFirst: Bool

    mutating func append(_ part: [UInt8], isEnd: Bool, _ next: Output) throws {
        try next(isFirst ? part : [0x20] + part, isEnd)
        isFirst = false
    }
}

struct FuseStage: DecodingStage {
    mutating func append(_ part: [UInt8], isEnd: Bool, _ next: Output) throws { try next(part, false) }
    mutating func finish(_ next: Output) throws { try next([], true) }
}

struct ByteLevelStage: WholeTextStage {
    /// Whether bytes go out as they are; a stage behind gets whole characters.
    let givesBytes: Bool
    var waiting: [UInt8] = []
    private var assembler = UTF8Assembler()

    init(givesBytes: Bool) { self.givesBytes = givesBytes }

    mutating func take(_ text: [UInt8], _ next: Output) throws {
        var bytes: [UInt8] = []
        if !ByteAlphabet.append(text, to: &bytes) { bytes = text }
        try next(givesBytes ? bytes : Array(assembler.append(bytes).utf8), false)
    }

    mutating func finish(_ next: Output) throws { try next(givesBytes ? [] : Array(assembler.finish().utf8), true) }
}

struct ByteFallbackStage: WholeTextStage {
    let keepsBytes: Bool
    var waiting: [UInt8] = []
    private var run: [UInt8] = []

    init(keepsBytes: Bool) { self.keepsBytes = keepsBytes }

    mutating func take(_ text: [UInt8], _ next: Output) throws {
        if let byte = Self.byte(of: text) {
            if keepsBytes { try next([byte], true) } else { run.append(byte) }
        } else {
            try finish(next)
            try next(text, true)
        }
    }

    mutating func finish(_ next: Output) throws {
        guard !run.isEmpty else { return }
        let bytes = run
        run = []
        if bytes.withUnsafeBufferPointer({ $0.wellFormedPrefixCount == $0.count }) {
            try next(bytes, true)
        } else {
            for _ in bytes { try next([0xEF, 0xBF, 0xBD], true) }
        }
    }

    /// `<0x0A>` in either case, and, as Rust reads numbers, `<0x+A>`.
    private static func byte(of token: [UInt8]) -> UInt8? {
        guard token.count == 6, token.starts(with: "<0x".utf8), token[5] == UInt8(ascii: ">") else { return nil }
        func digit(_ byte: UInt8) -> UInt8? {
            Character(Unicode.Scalar(byte)).isASCII
                ? Character(Unicode.Scalar(byte)).hexDigitValue.map(UInt8.init) : nil
        }
        guard let low = digit(token[4]) else { return nil }
        if token[3] == UInt8(ascii: "+") { return low }
        return digit(token[3]).map { $0 << 4 | low }
    }
}

struct MetaspaceStage: DecodingStage {
    private let symbol: [UInt8]
    private let dropsFirst: Bool
    private var isFirst: Bool

    init(_ metaspace: Metaspace, isFirst: Bool) {
        symbol = Array(UTF8.encode(metaspace.replacement)!)
        dropsFirst = metaspace.prependScheme != .never
        self.isFirst = isFirst
    }

    mutating func append(_ part: [UInt8], isEnd: Bool, _ next: Output) throws {
        try next(part.replacing(symbol, with: isFirst && dropsFirst ? [] : [0x20]), isEnd)
        if isEnd { isFirst = false }
    }
}

struct WordPieceStage: WholeTextStage {
    let prefix: [UInt8]
    let cleanup: Bool
    var isFirst: Bool
    var waiting: [UInt8] = []

    mutating func take(_ text: [UInt8], _ next: Output) throws {
        var text = text
        if !isFirst { text = text.starts(with: prefix) ? Array(text.dropFirst(prefix.count)) : [0x20] + text }
        isFirst = false
        try next(cleanup ? WordPieceDecoding.cleaned(text) : text, true)
    }
}

struct SuffixStage: WholeTextStage {
    let suffix: [UInt8]
    var isContinuation: Bool
    var waiting: [UInt8] = []
    /// The last token, which is the only one whose suffix is not a space.
    private var last: [UInt8]?

    init(suffix: [UInt8], isContinuation: Bool) { (self.suffix, self.isContinuation) = (suffix, isContinuation) }

    mutating func take(_ text: [UInt8], _ next: Output) throws {
        if let last { try next(last.replacing(suffix, with: [0x20]), true) }
        last = text
    }

    mutating func finish(_ next: Output) throws {
        if let last { try next(last.replacing(suffix, with: isContinuation ? [0x20] : []), true) }
        last = nil
    }
}

struct CTCStage: WholeTextStage {
    private let ctc: CTC
    var waiting: [UInt8] = []
    private var previous: [UInt8]?

    init(_ ctc: CTC) { self.ctc = ctc }

    mutating func take(_ text: [UInt8], _ next: Output) throws {
        guard text != previous else { return }
        previous = text
        var result = text.replacing(Array(ctc.padToken.utf8), with: [])
        if ctc.cleanup {
            result = WordPieceDecoding.cleaned(result).replacing(Array(ctc.wordDelimiterToken.utf8), with: [0x20])
        }
        if !result.isEmpty { try next(result, true) }
    }
}

struct StripStage: DecodingStage {
    private let content: [UInt8]
    private let start: Int
    private let stop: Int
    /// How many more may be dropped at the start of this text; 0 once something else was there.
    private var leading: Int
    /// How many have been withheld because they may end the text.
    private var trailing = 0

    init(content: UInt32, start: Int, stop: Int) {
        var bytes: [UInt8] = []
        appendScalar(content, to: &bytes)
        (self.content, self.start, self.stop, leading) = (bytes, start, stop, start)
    }

    mutating func append(_ part: [UInt8], isEnd: Bool, _ next: Output) throws {
        var output: [UInt8] = []
        var position = 0
        while position < part.count {
            let length = min(lengthOfCharacter(startingWith: part[position]), part.count - position)
            if part[position ..< position + length].elementsEqual(content) {
                if leading > 0 {
                    leading -= 1
                } else if trailing < stop {
                    trailing += 1
                } else {
                    output += content
                }
            } else {
                leading = 0
                for _ in 0 ..< trailing { output += content }
                trailing = 0
                output += part[position ..< position + length]
            }
            position += length
        }
        if isEnd { (leading, trailing) = (start, 0) }
        try next(output, isEnd)
    }
}

struct ReplaceStage: DecodingStage {
    private let replace: Replace
    private let literal: [UInt8]?
    private let content: [UInt8]
    private var waiting: [UInt8] = []

    init(_ replace: Replace) {
        self.replace = replace
        content = Array(replace.content.utf8)
        if case .string(let text) = replace.pattern.source, !text.isEmpty {
            literal = Array(text.utf8)
        } else {
            literal = nil
        }
    }

    mutating func append(_ part: [UInt8], isEnd: Bool, _ next: Output) throws {
        waiting += part
        if isEnd {
            let text = waiting
            waiting = []
            try next(try replace.replacing(in: text), true)
        } else if let literal {
            // What may be the start of a match waits.
            var output: [UInt8] = []
            var position = 0
            while position < waiting.count {
                let rest = waiting[position...]
                if rest.starts(with: literal) {
                    output += content
                    position += literal.count
                } else if rest.count < literal.count, literal.starts(with: rest) {
                    break
                } else {
                    output.append(waiting[position])
                    position += 1
                }
            }
            waiting.removeFirst(position)
            try next(output, false)
        }
    }
}

extension [UInt8] {
    /// Every occurrence of `pattern` replaced, left to right. An empty pattern stands between all characters and at
    /// both ends.
    func replacing(_ pattern: [UInt8], with content: [UInt8]) -> [UInt8] {
        if pattern.isEmpty { return reduce(into: []) { $0 += $1 & 0xC0 != 0x80 ? content + [$1] : [$1] } + content }
        guard count >= pattern.count, contains(pattern[0]) else { return self }
        var result: [UInt8] = []
        result.reserveCapacity(count)
        var position = 0
        while position < count {
            if self[position] == pattern[0], self[position...].starts(with: pattern) {
                result += content
                position += pattern.count
            } else {
                result.append(self[position])
                position += 1
            }
        }
        return result
    }
}
