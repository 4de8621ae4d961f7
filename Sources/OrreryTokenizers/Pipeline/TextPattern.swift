/// What a Split or a Replace looks for: a text, or a regular expression in Oniguruma's Ruby syntax.
package struct TextPattern: Sendable {
    package enum Source: Sendable, Hashable {
        case string(String)
        case regex(String)
    }

    private enum Matcher: Sendable {
        case literal([UInt8])
        /// Spaces: so many, or more if it is open.
        case spaces(atLeast: Int)
        /// Runs of word characters, and of what is neither that nor white space.
        case wordRuns
        /// A pattern with code of its own, whose matches leave nothing out.
        case words(WordSplitter)
        case expression(OnigurumaExpression)
    }

    package let source: Source
    private let matcher: Matcher

    /// - Throws: `TokenizerError` if the regular expression cannot be run here.
    package init(_ source: Source) throws {
        self.source = source
        switch source {
        case .string(let text): matcher = .literal(Array(text.utf8))
        case .regex(" {2,}"), .regex("  +"): matcher = .spaces(atLeast: 2)
        case .regex(" +"), .regex(" {1,}"): matcher = .spaces(atLeast: 1)
        case .regex(#"\w+|[^\w\s]+"#): matcher = .wordRuns
        case .regex(let regex):
            switch SplitPattern(oniguruma: regex) {
            case .regex: matcher = .expression(try OnigurumaExpression(regex))
            case let known: matcher = .words(try WordSplitter(known))
            }
        }
    }

    /// Calls `body` with each match, from left to right: those of Oniguruma's iterator, which skips an empty match at
    /// the end of the one before.
    ///
    /// - Throws: `TokenizerError` if a regular expression takes too long.
    @inline(__always)
    func forEachMatch(in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) throws -> Void) throws {
        switch matcher {
        case .literal(let literal) where literal.isEmpty: try Self.forEachBoundary(in: text, body)
        case .literal(let literal): try Self.forEachOccurrence(of: literal, in: text, body)
        case .spaces(let count): try Self.forEachRun(ofSpaces: count, in: text, body)
        case .wordRuns: try Self.forEachWordRun(in: text, body)
        case .words(let splitter):
            var start = 0
            for end in try splitter.wordEnds(of: text) {
                try body(start ..< end)
                start = end
            }
        case .expression(let expression): for match in try expression.matches(in: text) { try body(match) }
        }
    }

    private static func forEachBoundary(
        in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) throws -> Void
    ) rethrows {
        guard !text.isEmpty else { return }
        var position = 0
        while position < text.count {
            try body(position ..< position)
            position += lengthOfCharacter(startingWith: text[position])
        }
        try body(position ..< position)
    }

    /// Oniguruma's `\w` is Rust's but for these eight characters, of which six are `\w` alone and not in a class: they
    /// continue with `[^\w\s]+` too.
    @inline(__always)
    private static func wordKind(of scalar: UInt32, after kind: PipelineCharacter) -> PipelineCharacter {
        switch scalar {
        case 0xB2, 0xB3, 0xB9, 0xBC ... 0xBE: kind.isEmpty ? [] : .word
        case 0x200C, 0x200D: []
        default: PipelineCharacter.of(scalar).intersection([.word, .whitespace])
        }
    }

    private static func forEachWordRun(
        in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) throws -> Void
    ) rethrows {
        var (start, position) = (0, 0)
        var current: PipelineCharacter = .whitespace
        while position < text.count {
            let (scalar, length) = decodeScalar(text, at: position)
            let kind = wordKind(of: scalar, after: current)
            if kind != current {
                if current != .whitespace { try body(start ..< position) }
                (start, current) = (position, kind)
            }
            position += length
        }
        if current != .whitespace { try body(start ..< position) }
    }

    private static func forEachRun(
        ofSpaces count: Int, in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) throws -> Void
    ) rethrows {
        var position = 0
        while position < text.count {
            guard text[position] == 0x20 else { position += 1; continue }
            let start = position
            while position < text.count, text[position] == 0x20 { position += 1 }
            if position - start >= count { try body(start ..< position) }
        }
    }

    private static func forEachOccurrence(
        of literal: [UInt8], in text: UnsafeBufferPointer<UInt8>, _ body: (Range<Int>) throws -> Void
    ) rethrows {
        guard text.count >= literal.count else { return }
        let first = literal[0]
        var position = 0
        try literal.withUnsafeBufferPointer { literal in
            let end = text.count - literal.count
            while position <= end {
                guard text[position] == first else { position += 1; continue }
                var length = 1
                while length < literal.count, text[position + length] == literal[length] { length += 1 }
                if length == literal.count {
                    try body(position ..< position + length)
                    position += length
                } else {
                    position += 1
                }
            }
        }
    }
}
