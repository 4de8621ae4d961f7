extension BytePairTokenizer {
    /// The most ids that a byte-level vocabulary may have.
    package static var maximalVocabularySize: Int { TokenBytes.maximalCount }

    /// Two tokens and what they become.
    package typealias Merge = (left: TokenID, right: TokenID, result: TokenID)

    /// The number of merges of a model that lists them.
    package var mergeCount: Int { model.rules.list.count }

    /// The tokenizer of a vocabulary that was learnt.
    ///
    /// - Parameters:
    ///   - tokens: ids and texts, spelled in GPT-2's byte alphabet; at least one.
    ///   - merges: the merges by rank, of these tokens, each pair once.
    package init(
        spelled tokens: [(id: TokenID, text: [UInt8])], merges: [Merge], pattern: SplitPattern,
        addedTokens: AddedTokens,
        endOfText: TokenID?
    ) throws {
        var block: [UInt8] = []
        var entries: [TokenBytes.Entry] = []
        for (id, text) in tokens {
            let start = block.count
            precondition(ByteAlphabet.append(text, to: &block), "a learnt token is spelled in the byte alphabet")
            entries.append(TokenBytes.Entry(id: id, count: Int32(block.count - start), start: start))
        }
        let bytes = try block.withUnsafeBufferPointer { try TokenBytes(entries, in: $0) }
        let list = merges.map {
            Merging.Merge(left: UInt32($0.left), right: UInt32($0.right), result: UInt32($0.result))
        }
        try self.init(
            model: BytePairModel(rules: ByteLevelMerges(bytes, list: list), takesWholeWords: false),
            settings: Settings(pattern: pattern), addedTokens: addedTokens, endOfText: endOfText)
    }
}
