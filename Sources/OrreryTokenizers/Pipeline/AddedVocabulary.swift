/// The added tokens of a pipeline, and the search for them: first for those that are looked for in the source, then, in
/// what is left and has been normalized, for the others.
///
/// Source: Hugging Face tokenizers, `src/tokenizer/added_vocabulary.rs`.
struct AddedVocabulary: Sendable {
    let tokens: [AddedToken]
    private let inSource: AddedTokenFinder?
    private let inNormalized: AddedTokenFinder?
    /// What a token decodes to: its text, normalized if it is looked for normalized.
    private let texts: [TokenID: [UInt8]]
    private let ids: [[UInt8]: TokenID]
    private let specials: Set<[UInt8]>

    /// - Parameter tokens: distinct, with their ids.
    /// - Throws: `TokenizerError` where a normalizer's regular expression takes too long.
    init(_ tokens: [AddedToken], normalizer: Normalizer?) throws {
        self.tokens = tokens
        let spelled = try tokens.map { token in
            var string = NormalizedString(Array(token.content.utf8))
            if token.normalized { try normalizer?.normalize(&string) }
            return (token: token, text: string.text.bytes)
        }
        texts = Dictionary(spelled.map { ($0.token.id, $0.text) }) { _, last in last }
        ids = Dictionary(tokens.map { (Array($0.content.utf8), $0.id) }) { first, _ in first }
        specials = Set(tokens.filter(\.isSpecial).map { Array($0.content.utf8) })
        func finder(_ isNormalized: Bool) -> AddedTokenFinder? {
            // One that normalizes to nothing is never found; of two that normalize to the same, the first is.
            var seen = Set<[UInt8]>()
            let chosen = spelled.filter { $0.token.normalized == isNormalized && !$0.text.isEmpty }.sorted {
                $0.token.id < $1.token.id
            }
            .filter { seen.insert($0.text).inserted }
            return chosen.isEmpty ? nil : AddedTokenFinder(chosen.map(\.token), texts: chosen.map(\.text))
        }
        inSource = finder(false)
        inNormalized = finder(true)
    }

    func text(of id: TokenID) -> [UInt8]? { texts[id] }

    func id(of content: [UInt8]) -> TokenID? { ids[content] }

    /// Whether a token that decodes to `text` is left out where special tokens are.
    func isSpecial(_ text: [UInt8]) -> Bool { specials.contains(text) }

    /// Calls `body` with the stretches of `text`: ranges, and the token that stands there or -1. Ranges may overlap
    /// where two tokens take the same white space.
    func forEachStretch(
        of text: UnsafeBufferPointer<UInt8>, isNormalized: Bool, recognizesSpecialTokens: Bool,
        _ body: (Range<Int>, TokenID) throws -> Void
    ) rethrows {
        guard let finder = isNormalized ? inNormalized : inSource else { return try body(0 ..< text.count, -1) }
        try finder.forEachStretch(of: text, recognizesSpecialTokens: recognizesSpecialTokens, body)
    }
}

/// Finds some tokens in a text, leftmost and then longest first.
private struct AddedTokenFinder: Sendable {
    private let tokens: [AddedToken]
    private let trie: ByteTrie
    /// For each byte, whether a token starts with it: what keeps the search at one look-up a byte.
    private let startsToken: [Bool]

    /// - Parameter texts: what each is found by; distinct, none empty.
    init(_ tokens: [AddedToken], texts: [[UInt8]]) {
        self.tokens = tokens
        trie = ByteTrie(texts.enumerated().map { ($1, Int32($0)) })
        var startsToken = [Bool](repeating: false, count: 256)
        for text in texts { startsToken[Int(text[0])] = true }
        self.startsToken = startsToken
    }

    func forEachStretch(
        of text: UnsafeBufferPointer<UInt8>, recognizesSpecialTokens: Bool, _ body: (Range<Int>, TokenID) throws -> Void
    ) rethrows {
        /// The end of the last token with the white space that it took.
        var last = 0
        var position = 0
        try startsToken.withUnsafeBufferPointer { startsToken in
            while position < text.count {
                guard startsToken[Int(text[position])], let match = trie.longestMatch(in: text, at: position) else {
                    position += 1
                    continue
                }
                let token = tokens[Int(match.value)]
                var (start, end) = (position, match.end)
                // The search goes on behind a match, whether it counts or not.
                position = match.end
                if !recognizesSpecialTokens && token.isSpecial { continue }
                if token.singleWord, Self.hasWord(text, before: start) || Self.hasWord(text, at: end) { continue }
                if token.lstrip { start = max(Self.startOfSpace(text, before: start), last) }
                if token.rstrip { end = Self.endOfSpace(text, from: end) }
                // All of it is white space that the token before has taken; tokenizers panics.
                if start > end { continue }
                if last < start { try body(last ..< start, -1) }
                try body(start ..< end, token.id)
                last = end
            }
        }
        if last < text.count { try body(last ..< text.count, -1) }
    }

    /// The character at `place`; U+FFFD for what is none.
    private static func character(_ text: UnsafeBufferPointer<UInt8>, at place: Int) -> (scalar: UInt32, length: Int) {
        switch UTF8Step(text, at: place) {
        case .scalar(let scalar, let length): (scalar.value, length)
        case .invalid(let length): (0xFFFD, length)
        case .incomplete: (0xFFFD, text.count - place)
        }
    }

    private static func previous(_ text: UnsafeBufferPointer<UInt8>, before end: Int) -> Int {
        var start = end - 1
        while start > 0, start > end - 4, text[start] & 0xC0 == 0x80 { start -= 1 }
        return start + character(text, at: start).length == end ? start : end - 1
    }

    private static func hasWord(_ text: UnsafeBufferPointer<UInt8>, before end: Int) -> Bool {
        end > 0 && PipelineCharacter.of(character(text, at: previous(text, before: end)).scalar).contains(.word)
    }

    private static func hasWord(_ text: UnsafeBufferPointer<UInt8>, at start: Int) -> Bool {
        start < text.count && PipelineCharacter.of(character(text, at: start).scalar).contains(.word)
    }

    private static func startOfSpace(_ text: UnsafeBufferPointer<UInt8>, before end: Int) -> Int {
        var start = end
        while start > 0 {
            let place = previous(text, before: start)
            guard PipelineCharacter.of(character(text, at: place).scalar).contains(.whitespace) else { break }
            start = place
        }
        return start
    }

    private static func endOfSpace(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        var end = start
        while end < text.count {
            let (scalar, length) = character(text, at: end)
            guard PipelineCharacter.of(scalar).contains(.whitespace) else { break }
            end += length
        }
        return end
    }
}
