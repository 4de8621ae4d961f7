/// Byte-pair encoding by a list of pairs: the pair that is listed first merges first, and among equals the leftmost.
///
/// Pairs are of integers, one for each token and for each string of the list that is no token; a table gives a pair's
/// place in the list and what it becomes.
///
/// Source: Sennrich et al. 2016 (arXiv 1508.07909); llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_bpe_session.
struct RankedMerges: Sendable {
    /// What stands for a character that is in no pair.
    static let missing = PieceIndex.missing

    /// The tokens, then the strings that only the list knows.
    private let index: PieceIndex
    private let tokenCount: Int
    /// Where no merge reaches across.
    let cuts: WordCuts
    /// Left and right, one above the other; `free` in empty slots.
    private var keys: [UInt64]
    private var ranks: [UInt32]
    private var results: [TokenID]
    private let mask: Int
    private static let free = UInt64.max

    /// - Parameters:
    ///   - merges: pairs with a space between, best first; a space that is the first byte belongs to the left part.
    /// - Throws: `PieceIndex.Duplicate` where two tokens are equal.
    init(_ tokens: PieceTable, index: PieceIndex, merges: [[UInt8]]) throws {
        let pairs = merges.map(Self.parts)
        var strings = tokens
        var seen = Set<[UInt8]>()
        for (left, right) in pairs {
            for part in [left, right, left + right]
            where !part.isEmpty && index.id(of: part) == Self.missing && seen.insert(Array(part)).inserted {
                strings.append(part)
            }
        }
        self.index = seen.isEmpty ? index : try PieceIndex(strings, ids: strings.indices)
        tokenCount = tokens.count
        cuts = WordCuts(PieceTable(pairs.map { $0.left + $0.right }), ids: Array(pairs.indices))
        var capacity = 16
        while capacity < pairs.count * 2 { capacity *= 2 }
        keys = [UInt64](repeating: Self.free, count: capacity)
        ranks = [UInt32](repeating: 0, count: capacity)
        results = [TokenID](repeating: 0, count: capacity)
        mask = capacity - 1
        for (rank, (left, right)) in pairs.enumerated() where !left.isEmpty && !right.isEmpty {
            insert(
                self.index.id(of: left), self.index.id(of: right), rank: UInt32(rank),
                result: self.index.id(of: left + right))
        }
    }

    private static func parts(_ merge: [UInt8]) -> (left: ArraySlice<UInt8>, right: ArraySlice<UInt8>) {
        guard let space = merge.dropFirst().firstIndex(of: 0x20) else { return ([], []) }
        return (merge[..<space], merge[(space + 1)...])
    }

    private mutating func insert(_ left: TokenID, _ right: TokenID, rank: UInt32, result: TokenID) {
        let key = UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
        var slot = Self.hash(key) & mask
        while keys[slot] != Self.free {
            if keys[slot] == key { return }  // listed before
            slot = (slot + 1) & mask
        }
        (keys[slot], ranks[slot], results[slot]) = (key, rank, result)
    }

    @inline(__always)
    private static func hash(_ key: UInt64) -> Int {
        let product = key.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        return Int(truncatingIfNeeded: product.high ^ product.low)
    }

    /// The id of the token or string that equals `text`, for symbols.
    func symbol(_ text: some Collection<UInt8>) -> TokenID { index.id(of: text) }

    /// What two symbols become, and the place of their pair in the list.
    @inline(__always)
    func merge(_ left: TokenID, _ right: TokenID) -> (id: TokenID, rank: UInt32)? {
        guard left >= 0, right >= 0 else { return nil }
        let key = UInt64(left) << 32 | UInt64(right)
        var slot = Self.hash(key) & mask
        while keys[slot] != Self.free {
            if keys[slot] == key { return (results[slot], ranks[slot]) }
            slot = (slot + 1) & mask
        }
        return nil
    }

    /// Cuts `text` into characters, merges them, and leaves the result in `workspace.symbols`, whose ids are tokens
    /// where they are less than the number of tokens.
    func segment(_ text: UnsafeBufferPointer<UInt8>, _ workspace: inout MergeWorkspace) {
        workspace.split(text) { index.id(of: $0) }
        workspace.merge { left, right in merge(left.id, right.id) }
    }

    /// Whether a symbol is a token.
    func isToken(_ id: TokenID) -> Bool { id >= 0 && id < tokenCount }
}
