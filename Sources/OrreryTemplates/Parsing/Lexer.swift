/// Cuts a template into tokens as jinja2's lexer does with `trim_blocks` and `lstrip_blocks`: the newline after a block
/// goes, and so does white space before it on its line; `-` takes all white space on its side, `+` keeps it.
struct Lexer {
    let source: [UInt8]
    private(set) var position = 0
    private(set) var tokens: [Token] = []
    /// Whether what was cut last ended with a newline, or nothing was.
    private var isLineStart = true

    static func tokens(_ source: [UInt8]) throws -> [Token] {
        var lexer = Lexer(source: source)
        try lexer.run()
        return lexer.tokens
    }

    /// Newlines become `\n`, and one at the very end goes.
    static func normalized(_ source: String) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(source.utf8.count)
        var previous: UInt8 = 0
        for byte in source.utf8 {
            if byte == UInt8(ascii: "\r") {
                bytes.append(UInt8(ascii: "\n"))
            } else if byte != UInt8(ascii: "\n") || previous != UInt8(ascii: "\r") {
                bytes.append(byte)
            }
            previous = byte
        }
        if bytes.last == UInt8(ascii: "\n") { bytes.removeLast() }
        return bytes
    }

    private init(source: [UInt8]) { self.source = source }

    private mutating func run() throws {
        while position < source.count { try lexText() }
        append(.end, at: source.count)
    }

    mutating func append(_ kind: Token.Kind, at: Int) { tokens.append(Token(kind: kind, at: at)) }
    mutating func move(to at: Int) { position = at }

    // MARK: Text and tags

    /// Text up to the next tag, and the tag.
    private mutating func lexText() throws {
        var tag = position
        while tag < source.count, !isTag(tag) { tag += 1 }
        guard tag < source.count else {
            appendText(position ..< source.count)
            position = source.count
            return
        }
        let kind = source[tag + 1]
        let rawEnd = kind == UInt8(ascii: "%") ? endOfRawBegin(tag) : nil
        let sign = tag + 2 < source.count ? source[tag + 2] : 0
        appendText(stripped(position ..< tag, sign: sign, isVariable: kind == UInt8(ascii: "{")))
        if let rawEnd { return try lexRaw(tag, from: rawEnd) }
        position = tag + (sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") ? 3 : 2)
        isLineStart = false
        switch kind {
        case UInt8(ascii: "#"): try skipComment(tag)
        case UInt8(ascii: "{"):
            append(.variableBegin, at: tag)
            try lexExpression(tag, isBlock: false)
        default:
            append(.blockBegin, at: tag)
            try lexExpression(tag, isBlock: true)
        }
    }

    private func isTag(_ at: Int) -> Bool {
        guard source[at] == UInt8(ascii: "{"), at + 1 < source.count else { return false }
        return source[at + 1] == UInt8(ascii: "{") || source[at + 1] == UInt8(ascii: "%")
            || source[at + 1] == UInt8(ascii: "#")
    }

    private mutating func appendText(_ range: Range<Int>) {
        if !range.isEmpty { append(.data(String(decoding: source[range], as: UTF8.self)), at: range.lowerBound) }
    }

    /// Text before a tag without the white space that the tag takes.
    private func stripped(_ range: Range<Int>, sign: UInt8, isVariable: Bool) -> Range<Int> {
        if sign == UInt8(ascii: "-") { return range.lowerBound ..< beforeSpace(range) }
        if sign == UInt8(ascii: "+") || isVariable { return range }
        let newline = source[range].lastIndex(of: UInt8(ascii: "\n"))
        guard newline != nil || isLineStart else { return range }
        let lineStart = newline.map { $0 + 1 } ?? range.lowerBound
        return beforeSpace(lineStart ..< range.upperBound) == lineStart ? range.lowerBound ..< lineStart : range
    }

    /// Where the white space at the end of a range starts.
    private func beforeSpace(_ range: Range<Int>) -> Int {
        let text = String(decoding: source[range], as: UTF8.self)
        return range.lowerBound + text.utf8.count
            - text.unicodeScalars.reversed().prefix { $0.isPythonSpace }.reduce(0) { $0 + UTF8.width($1) }
    }

    /// The byte after the white space at `at`.
    func afterSpace(_ at: Int) -> Int {
        var end = at
        while end < source.count {
            if source[end] < 0x80 {
                guard Unicode.Scalar(source[end]).isPythonSpace else { break }
                end += 1
            } else {
                let width = source[end] >= 0xF0 ? 4 : source[end] >= 0xE0 ? 3 : 2
                guard Text.scalar(source[end ..< min(source.count, end + width)]).isPythonSpace else { break }
                end += width
            }
        }
        return end
    }

    func has(_ text: StaticString, at: Int) -> Bool {
        guard at + text.utf8CodeUnitCount <= source.count else { return false }
        return (0 ..< text.utf8CodeUnitCount).allSatisfy { source[at + $0] == text.utf8Start[$0] }
    }

    /// Moves behind the end of a tag, with the newline or the white space it takes. Nothing if no end is here.
    /// - Parameter isTrimmed: whether a plain end takes a newline, and `+` is known: blocks and comments, not
    ///   variables.
    mutating func takeEnd(_ close: StaticString, isTrimmed: Bool, at: Int? = nil) -> Bool {
        let at = at ?? position
        let start = position
        if at < source.count, source[at] == UInt8(ascii: "-"), has(close, at: at + 1) {
            position = afterSpace(at + 1 + close.utf8CodeUnitCount)
        } else if isTrimmed, at < source.count, source[at] == UInt8(ascii: "+"), has(close, at: at + 1) {
            position = at + 1 + close.utf8CodeUnitCount
        } else if has(close, at: at) {
            position = at + close.utf8CodeUnitCount
            if isTrimmed, position < source.count, source[position] == UInt8(ascii: "\n") { position += 1 }
        } else {
            return false
        }
        isLineStart = position > start && source[position - 1] == UInt8(ascii: "\n")
        return true
    }

    private mutating func skipComment(_ tag: Int) throws {
        var at = position
        while at < source.count {
            if takeEnd("#}", isTrimmed: true, at: at) { return }
            at += 1
        }
        throw Failure.syntax("a comment without its end '#}'", at: tag)
    }

    // MARK: Raw blocks

    /// The byte after `{% raw %}`, if that is what stands at `tag`.
    private func endOfRawBegin(_ tag: Int) -> Int? {
        var at = tag + 2
        if at < source.count, source[at] == UInt8(ascii: "-") || source[at] == UInt8(ascii: "+") { at += 1 }
        at = afterSpace(at)
        guard has("raw", at: at) else { return nil }
        at = afterSpace(at + 3)
        if has("-%}", at: at) { return afterSpace(at + 3) }
        return has("%}", at: at) ? at + 2 : nil
    }

    private mutating func lexRaw(_ tag: Int, from start: Int) throws {
        isLineStart = source[start - 1] == UInt8(ascii: "\n")
        position = start
        var at = start
        while at < source.count {
            defer { at += 1 }
            guard has("{%", at: at) else { continue }
            let sign = at + 2 < source.count ? source[at + 2] : 0
            var word = at + 2
            if sign == UInt8(ascii: "-") || sign == UInt8(ascii: "+") { word += 1 }
            word = afterSpace(word)
            guard has("endraw", at: word) else { continue }
            let text = stripped(start ..< at, sign: sign, isVariable: false)
            if takeEnd("%}", isTrimmed: true, at: afterSpace(word + 6)) { return appendText(text) }
        }
        throw Failure.syntax("a raw block without its end '{% endraw %}'", at: tag)
    }
}
