/// How a word came to be its tokens: the merges in their order.
package struct MergeTrace: Sendable, Hashable {
    /// What stands for a character or a merge that is not a token by itself.
    package static let noToken: TokenID = -1

    /// One merge.
    package struct Step: Sendable, Hashable {
        /// The lowest comes first. It is the place in the list of merges, or tiktoken's rank, which is the id of the
        /// result.
        package let rank: Int
        package let left: TokenID
        package let right: TokenID
        package let result: TokenID
        /// The tokens of the word after this merge.
        package let tokens: [TokenID]
    }

    /// The tokens of the single bytes.
    package let bytes: [TokenID]
    package let steps: [Step]
    /// What the word becomes.
    package let tokens: [TokenID]
    /// Whether the word was found whole in the vocabulary, so that no merge had to be made; `steps` tells how it would
    /// have come about, and may end short of it.
    package let isWhole: Bool
}

extension BytePairModel {
    /// The merges of one word; quadratic in its length.
    ///
    /// - Throws: `TokenizerError` if a byte has no token.
    func trace(_ word: UnsafeBufferPointer<UInt8>) throws -> MergeTrace {
        if let missing = word.first(where: { rules.byteTokens[Int($0)] == Merging.noToken }) {
            throw TokenizerError.byteWithoutToken(missing, wordStart: 0)
        }
        let whole = takesWholeWords ? tokens.id(of: word) : nil
        return merging(of: word).trace(tokens: whole.map { [TokenID($0)] }, isWhole: whole != nil)
    }

    /// All merges by rank, for formats that list them.
    ///
    /// tiktoken's rule lists none: any two neighbours merge that are a token. But wherever two neighbours merge into
    /// token t, the merges inside them went just as they go in t alone, because ranks decide, and between equal ranks
    /// the leftmost. So t arises in one way only, by the last merge of its own bytes; a token whose own bytes do not
    /// become it arises from none.
    func listedMerges() -> [Merging.Merge] {
        if !rules.list.isEmpty { return rules.list }
        return (0 ..< tokens.count).compactMap { id in
            guard tokens.length(of: id) >= 2 else { return nil }
            var merging = merging(of: tokens[id])
            var last: PlainMerging.Step?
            while let step = merging.next() { last = step }
            guard let last, merging.symbols.map(\.id) == [TokenID(id)] else { return nil }
            return Merging.Merge(left: UInt32(last.left), right: UInt32(last.right), result: UInt32(id))
        }
    }

    private func merging(of word: UnsafeBufferPointer<UInt8>) -> PlainMerging {
        let bytes = word.enumerated().map { place, byte in
            PlainMerging.Symbol(id: TokenID(rules.byteTokens[Int(byte)]), range: place ..< place + 1)
        }
        return PlainMerging(bytes) { [rules] left, right in
            let isFirst = left.range.count == 1 && right.range.count == 1
            let rank =
                isFirst
                ? rules.rank(ofBytes: word[left.range.lowerBound], word[right.range.lowerBound])
                : rules.rank(UInt32(left.id), UInt32(right.id))
            guard rank != Merging.noMerge else { return nil }
            return (Float(rank), TokenID(rules.result(ofRank: rank)))
        }
    }
}
