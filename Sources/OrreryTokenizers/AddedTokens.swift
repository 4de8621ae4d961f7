/// A token that stands outside the tokenizer's model: found in the text before anything else, never split.
public struct AddedToken: Sendable, Hashable {
    /// The number of the token.
    public let id: TokenID

    /// The text of the token, byte for byte.
    public let content: String

    /// Whether the token marks structure (end of text, unknown) rather than being a word; decoding can leave such tokens
    /// out.
    public let isSpecial: Bool

    /// Whether the token counts only where no word character stands next to it.
    public var singleWord = false
    /// Whether the token takes the white space before it.
    public var lstrip = false
    /// Whether the token takes the white space behind it.
    public var rstrip = false
    /// Whether the token is looked for in the normalized text, as it reads normalized itself.
    public var normalized = false

    /// A token that counts wherever its text stands and takes no white space.
    public init(id: TokenID, content: String, isSpecial: Bool = true) {
        self.id = id
        self.content = content
        self.isSpecial = isSpecial
    }

    /// Whether it is found wherever its text stands.
    var isPlain: Bool { !singleWord && !lstrip && !rstrip }
}

/// A tokenizer's added tokens, and the search for them in a text.
public struct AddedTokens: Sendable, RandomAccessCollection {
    /// A stretch of text: an added token, or ordinary bytes between two of them.
    package enum Segment {
        case token(TokenID, Range<Int>)
        case ordinary(Range<Int>)
    }

    private let tokens: [AddedToken]
    private let indexByID: [TokenID: Int]
    private let idByContent: [[UInt8]: TokenID]
    /// The search for all tokens, and for those that do not mark structure.
    private let all: AddedTokenSearch
    private let ordinary: AddedTokenSearch

    /// A collection of the given tokens.
    ///
    /// - Throws: `TokenizerError` if a content is empty, or two tokens share a content.
    public init(_ tokens: [AddedToken] = []) throws {
        self.tokens = tokens
        var idByContent: [[UInt8]: TokenID] = [:]
        for token in tokens {
            guard !token.content.isEmpty else {
                throw TokenizerError.invalid("added token \(token.id) is empty; expected at least one character")
            }
            guard idByContent.updateValue(token.id, forKey: Array(token.content.utf8)) == nil else {
                throw TokenizerError.invalid(
                    "added token \"\(token.content)\" is there twice; expected distinct tokens")
            }
        }
        self.idByContent = idByContent
        // Of two with one id, which a vocabulary may give to both, the last is what the id reads as.
        indexByID = Dictionary(tokens.indices.map { (tokens[$0].id, $0) }, uniquingKeysWith: { _, last in last })
        all = AddedTokenSearch(tokens)
        ordinary = AddedTokenSearch(tokens.filter { !$0.isSpecial })
    }

    /// Whether each is found wherever its text stands in the source, which `forEachSegment` does.
    ///
    /// - Parameter behindNormalizer: whether some are looked for in a text that is no longer the source.
    func areFoundAlike(behindNormalizer: Bool) -> Bool {
        guard tokens.allSatisfy(\.isPlain) else { return false }
        let (normalized, others) = (tokens.filter(\.normalized), tokens.filter { !$0.normalized })
        if normalized.isEmpty { return true }
        // Without a normalizer it is one text, but tokens of one kind are looked for before those of the other.
        func bytes(_ tokens: [AddedToken]) -> Set<UInt8> { tokens.reduce(into: []) { $0.formUnion($1.content.utf8) } }
        return !behindNormalizer && bytes(normalized).isDisjoint(with: bytes(others))
    }

    /// The index of the first token.
    public var startIndex: Int { 0 }
    /// The index after the last token.
    public var endIndex: Int { tokens.count }
    /// The token at an index, in the order of the file that it is from.
    public subscript(index: Int) -> AddedToken { tokens[index] }

    /// The token with this id, if it is an added one.
    public func token(for id: TokenID) -> AddedToken? { indexByID[id].map { tokens[$0] } }

    /// The id of the token with exactly this content, if it is an added one.
    public func id(forContent content: [UInt8]) -> TokenID? { idByContent[content] }

    /// Whether `id` is an added token that marks structure.
    public func isSpecial(_ id: TokenID) -> Bool { token(for: id)?.isSpecial ?? false }

    /// Cuts `utf8` at the added tokens, leftmost and then longest first, as tokenizers' AddedVocabulary does. The
    /// segments follow each other without gaps; ordinary ones are never empty.
    package func forEachSegment(
        of utf8: UnsafeBufferPointer<UInt8>, recognizesSpecialTokens: Bool, _ body: (Segment) throws -> Void
    ) rethrows {
        let search = recognizesSpecialTokens ? all : ordinary
        var start = 0
        while let (id, range) = search.first(in: utf8, from: start) {
            if start < range.lowerBound { try body(.ordinary(start ..< range.lowerBound)) }
            try body(.token(id, range))
            start = range.upperBound
        }
        if start < utf8.count { try body(.ordinary(start ..< utf8.count)) }
    }
}

/// Finds the next of some tokens in a text.
private struct AddedTokenSearch: Sendable {
    private let trie: ByteTrie
    /// For each byte, whether a token starts with it: what keeps the search at one look-up a byte.
    private let startsToken: [Bool]

    init(_ tokens: [AddedToken]) {
        trie = ByteTrie(tokens.map { (Array($0.content.utf8), $0.id) })
        var startsToken = [Bool](repeating: false, count: 256)
        for token in tokens { startsToken[Int(token.content.utf8.first!)] = true }
        self.startsToken = startsToken
    }

    /// The first token at or after `start`, of several that begin there the longest.
    func first(in text: UnsafeBufferPointer<UInt8>, from start: Int) -> (TokenID, Range<Int>)? {
        if trie.isEmpty { return nil }
        return startsToken.withUnsafeBufferPointer { startsToken in
            for position in start ..< text.count where startsToken[Int(text[position])] {
                if let match = trie.longestMatch(in: text, at: position) {
                    return (match.value, position ..< match.end)
                }
            }
            return nil
        }
    }
}
