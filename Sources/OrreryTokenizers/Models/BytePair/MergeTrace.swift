/// How a word came to be its tokens: the merges in their order.
public struct MergeTrace: Sendable, Hashable {
    /// What stands for a character or a merge that is no token by itself.
    public static let noToken: TokenID = -1

    /// One merge.
    public struct Step: Sendable, Hashable {
        /// The lowest comes first. It is the place in the list of merges, or tiktoken's rank, which is the id of the
        /// result.
        public let rank: Int
        public let left: TokenID
        public let right: TokenID
        public let result: TokenID
        /// The tokens of the word after this merge.
        public let tokens: [TokenID]
    }

    /// The tokens of the single bytes.
    public let bytes: [TokenID]
    public let steps: [Step]
    /// What the word becomes.
    public let tokens: [TokenID]
    /// Whether the word was found whole in the vocabulary, so that no merge had to be made; `steps` tells how it would
    /// have come about, and may end short of it.
    public let isWhole: Bool
}

extension BytePairModel {
    /// The merges of one word; quadratic in its length.
    ///
    /// - Throws: `TokenizerError` if a byte has no token.
    func trace(_ word: UnsafeBufferPointer<UInt8>) throws -> MergeTrace {
        var merging = try PlainMerging(word, rules)
        let bytes = merging.tokens.map(TokenID.init)
        var steps: [MergeTrace.Step] = []
        while let (rank, merge) = merging.next() {
            steps.append(
                MergeTrace.Step(
                    rank: Int(rank), left: TokenID(merge.left), right: TokenID(merge.right),
                    result: TokenID(merge.result),
                    tokens: merging.tokens.map(TokenID.init)))
        }
        let whole = takesWholeWords ? tokens.id(of: word) : nil
        return MergeTrace(
            bytes: bytes, steps: steps, tokens: whole.map { [TokenID($0)] } ?? merging.tokens.map(TokenID.init),
            isWhole: whole != nil)
    }

    /// All merges by rank, for formats that list them.
    ///
    /// tiktoken's rule lists none: any two neighbours merge that are a token. But wherever two neighbours merge into
    /// token t, the merges inside them went just as they go in t alone, because ranks decide, and between equal ranks
    /// the leftmost. So t arises in one way only, by the last merge of its own bytes; a token whose own bytes do not
    /// become it arises from none.
    func listedMerges() -> [MergeRules.Merge] {
        if !rules.list.isEmpty { return rules.list }
        return (0 ..< tokens.count).compactMap { id in
            guard tokens.length(of: id) >= 2, var merging = try? PlainMerging(tokens[id], rules) else { return nil }
            var last: MergeRules.Merge?
            while let (_, merge) = merging.next() { last = merge }
            return merging.tokens == [UInt32(id)] ? last : nil
        }
    }
}

/// A word on its way from bytes to tokens, merge by merge: the rule told plainly. `PairCache` follows it fast, and the
/// tests compare.
struct PlainMerging {
    private let rules: MergeRules
    private(set) var tokens: [UInt32]
    /// The rank of the merge of each token with the next.
    private var ranks: [UInt32]

    /// - Throws: `TokenizerError` if a byte has no token.
    init(_ word: UnsafeBufferPointer<UInt8>, _ rules: MergeRules) throws {
        self.rules = rules
        tokens = word.map { rules.byteTokens[Int($0)] }
        if let index = tokens.firstIndex(of: MergeRules.noToken) {
            throw TokenizerError.byteWithoutToken(word[index], wordStart: 0)
        }
        ranks = zip(word, word.dropFirst()).map { rules.byteRanks[Int($0) << 8 | Int($1)] }
    }

    /// Makes the merge of the lowest rank, of several the leftmost, and returns it; nil if there is none.
    mutating func next() -> (rank: UInt32, merge: MergeRules.Merge)? {
        guard let rank = ranks.min(), rank != MergeRules.noMerge, let place = ranks.firstIndex(of: rank) else {
            return nil
        }
        let merge = MergeRules.Merge(left: tokens[place], right: tokens[place + 1], result: rules.result(ofRank: rank))
        tokens[place] = merge.result
        tokens.remove(at: place + 1)
        ranks.remove(at: place)
        if place > 0 { ranks[place - 1] = rules.rank(tokens[place - 1], tokens[place]) }
        if place < ranks.count { ranks[place] = rules.rank(tokens[place], tokens[place + 1]) }
        return (rank, merge)
    }
}
