/// Which neighbouring tokens of a byte-level vocabulary merge, in which order, and into what.
///
/// There are two kinds. A model may list its merges, as GPT-2's and Hugging Face's files do: the rank is the place in
/// the list. Or any two neighbours merge that together are a token, and the token's id is the rank: tiktoken's rule,
/// for which no list has to be made when a vocabulary is opened.
///
/// `@unchecked Sendable`: everything is written in `init` and only read afterwards.
final class ByteLevelMerges: @unchecked Sendable {
    let tokens: TokenBytes
    /// The token of each byte, `Merging.noToken` where there is none: 256 entries.
    let byteTokens: UnsafeMutablePointer<UInt32>
    /// The rank of the merge of any two bytes, with which every word begins: 65,536 entries.
    let byteRanks: UnsafeMutablePointer<UInt32>
    /// The list by rank; empty if neighbours merge that are a token.
    let list: [Merging.Merge]
    private let table: PairTable?

    /// Any two neighbours merge that together are a token.
    init(_ tokens: TokenBytes) {
        self.tokens = tokens
        (list, table) = ([], nil)
        (byteTokens, byteRanks) = Self.byteTables(tokens)
        for id in 0 ..< tokens.count where tokens.length(of: id) == 2 {
            let (left, right) = (Int(tokens[id][0]), Int(tokens[id][1]))
            guard byteTokens[left] != Merging.noToken, byteTokens[right] != Merging.noToken else { continue }
            byteRanks[left << 8 | right] = UInt32(id)
        }
    }

    /// - Parameter list: the merges by rank, fewer than `Merging.noMerge`, of ids of `tokens`.
    /// - Throws: `RepeatedPair` if a pair is there twice.
    init(_ tokens: TokenBytes, list: [Merging.Merge]) throws {
        self.tokens = tokens
        self.list = list
        let table = PairTable(capacity: list.count)
        self.table = table
        (byteTokens, byteRanks) = Self.byteTables(tokens)
        for (rank, merge) in list.enumerated() {
            guard table.insert(merge.left, merge.right, rank: UInt32(rank), result: merge.result) else {
                throw RepeatedPair(rank: rank)
            }
            let (left, right) = (tokens[Int(merge.left)], tokens[Int(merge.right)])
            if left.count == 1 && right.count == 1 { byteRanks[Int(left[0]) << 8 | Int(right[0])] = UInt32(rank) }
        }
    }

    /// A list that has the pair of this rank before.
    struct RepeatedPair: Error { var rank: Int }

    deinit {
        byteTokens.deallocate()
        byteRanks.deallocate()
    }

    private static func byteTables(_ tokens: TokenBytes) -> (UnsafeMutablePointer<UInt32>, UnsafeMutablePointer<UInt32>)
    {
        let byteTokens = UnsafeMutablePointer<UInt32>.allocate(capacity: 256)
        for byte in UInt8.min ... UInt8.max {
            let id = withUnsafePointer(to: byte) { tokens.id(of: UnsafeBufferPointer(start: $0, count: 1)) }
            byteTokens[Int(byte)] = id.map { UInt32(truncatingIfNeeded: $0) } ?? Merging.noToken
        }
        let byteRanks = UnsafeMutablePointer<UInt32>.allocate(capacity: 1 << 16)
        byteRanks.initialize(repeating: Merging.noMerge, count: 1 << 16)
        return (byteTokens, byteRanks)
    }

    /// The rank of the merge of two tokens, or `Merging.noMerge`.
    func rank(_ left: UInt32, _ right: UInt32) -> UInt32 {
        if let table { return table.rank(left, right) }
        guard left != Merging.noToken, right != Merging.noToken else { return Merging.noMerge }
        return tokens.id(ofJoined: Int(left), Int(right)).map { UInt32(truncatingIfNeeded: $0) } ?? Merging.noMerge
    }

    /// The same where the bytes of both together are at hand.
    func rank(_ left: UInt32, _ right: UInt32, joined key: WordKey, hash: UInt64) -> UInt32 {
        if let table { return table.rank(left, right) }
        return tokens.id(of: key, hash: hash).map { UInt32(truncatingIfNeeded: $0) } ?? Merging.noMerge
    }

    /// The rank of the merge of two bytes, or `Merging.noMerge`.
    @inline(__always)
    func rank(ofBytes left: UInt8, _ right: UInt8) -> UInt32 { byteRanks[Int(left) << 8 | Int(right)] }

    /// The token that the merge of this rank makes.
    @inline(__always)
    func result(ofRank rank: UInt32) -> UInt32 { table?.result(ofRank: rank) ?? rank }
}

/// A byte-level byte-pair model: tokens and the rules by which they merge; immutable.
final class BytePairModel: Sendable {
    let tokens: TokenBytes
    let rules: ByteLevelMerges
    /// Whether a word that is itself a token is that token without looking at merges: tiktoken's rule, and Hugging
    /// Face's `ignore_merges`.
    let takesWholeWords: Bool

    init(rules: ByteLevelMerges, takesWholeWords: Bool) {
        tokens = rules.tokens
        self.rules = rules
        self.takesWholeWords = takesWholeWords
    }
}
