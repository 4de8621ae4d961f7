/// A token that stands outside the tokenizer's model: found in the text before anything else, never split.
public struct AddedToken: Sendable, Hashable {
    public let id: TokenID

    /// Its text, byte for byte.
    public let content: String

    /// Whether it marks structure (end of text, unknown) rather than being a word; decoding can leave such tokens out.
    public let isSpecial: Bool

    public init(id: TokenID, content: String, isSpecial: Bool = true) {
        self.id = id
        self.content = content
        self.isSpecial = isSpecial
    }
}

/// A tokenizer's added tokens, and the search for them in a text.
public struct AddedTokens: Sendable, RandomAccessCollection {
    /// A stretch of text: an added token, or ordinary bytes between two of them.
    enum Segment {
        case token(TokenID, Range<Int>)
        case ordinary(Range<Int>)
    }

    private struct Entry {
        let token: AddedToken
        let bytes: [UInt8]
    }

    private let tokens: [AddedToken]
    /// Longest first, so that the first that fits is the longest.
    private let entries: [Entry]
    /// For each byte, whether a token starts with it: what keeps the search at one look-up a byte.
    private let startsToken: [Bool]
    private let indexByID: [TokenID: Int]

    /// - Throws: `TokenizerError` if a content is empty, or two tokens share a content or an id.
    public init(_ tokens: [AddedToken] = []) throws {
        self.tokens = tokens
        entries = tokens.map { Entry(token: $0, bytes: Array($0.content.utf8)) }.sorted { $0.bytes.count > $1.bytes.count }
        var startsToken = [Bool](repeating: false, count: 256)
        var contents = Set<[UInt8]>()
        for entry in entries {
            guard let first = entry.bytes.first else {
                throw TokenizerError.invalid("added token \(entry.token.id) is empty; expected at least one character")
            }
            guard contents.insert(entry.bytes).inserted else {
                throw TokenizerError.invalid("added token \"\(entry.token.content)\" is there twice; expected distinct tokens")
            }
            startsToken[Int(first)] = true
        }
        self.startsToken = startsToken
        indexByID = Dictionary(tokens.indices.map { (tokens[$0].id, $0) }, uniquingKeysWith: { first, _ in first })
        guard indexByID.count == tokens.count else {
            throw TokenizerError.invalid("two added tokens have one id; expected distinct ids")
        }
    }

    public var startIndex: Int { 0 }
    public var endIndex: Int { tokens.count }
    public subscript(index: Int) -> AddedToken { tokens[index] }

    /// The token with this id, if it is an added one.
    public func token(for id: TokenID) -> AddedToken? { indexByID[id].map { tokens[$0] } }

    /// The id of the token with exactly this content, if it is an added one.
    public func id(forContent content: [UInt8]) -> TokenID? { entries.first { $0.bytes == content }?.token.id }

    /// Whether `id` is an added token that marks structure.
    public func isSpecial(_ id: TokenID) -> Bool { token(for: id)?.isSpecial ?? false }

    /// Cuts `utf8` at the added tokens, leftmost and then longest first, as tokenizers' AddedVocabulary does. The segments
    /// follow each other without gaps; ordinary ones are never empty.
    func forEachSegment(
        of utf8: UnsafeBufferPointer<UInt8>, recognizesSpecialTokens: Bool, _ body: (Segment) throws -> Void
    ) rethrows {
        let candidates = entries.filter { recognizesSpecialTokens || !$0.token.isSpecial }
        var start = 0
        var position = candidates.isEmpty ? utf8.count : 0
        while position < utf8.count {
            guard startsToken[Int(utf8[position])],
                let entry = candidates.first(where: { utf8[position...].starts(with: $0.bytes) })
            else {
                position += 1
                continue
            }
            if start < position { try body(.ordinary(start..<position)) }
            let end = position + entry.bytes.count
            try body(.token(entry.token.id, position..<end))
            (start, position) = (end, end)
        }
        if start < utf8.count { try body(.ordinary(start..<utf8.count)) }
    }
}
