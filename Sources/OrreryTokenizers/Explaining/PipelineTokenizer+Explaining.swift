extension PipelineTokenizer: ExplainingTokenizer {
    package func explanations(of utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions) throws -> [WordExplanation]
    {
        let text = try preTokenized(utf8, options, isAligned: preTokenizer?.needsPlaces == true)
        return try workspaces.withWorkspace { workspace in
            try text.text.bytes.withUnsafeBufferPointer { bytes in
                try text.pieces.map { piece in
                    let word = UnsafeBufferPointer(rebasing: bytes[piece.range])
                    guard piece.token < 0 else {
                        return WordExplanation(bytes: Array(word), tokens: [piece.token], reason: .added)
                    }
                    workspace.tokens.removeAll(keepingCapacity: true)
                    try model.tokenize(word, workspace)
                    let tokens = workspace.tokens.map(\.id)
                    return WordExplanation(bytes: Array(word), tokens: tokens, reason: try reason(for: word, tokens))
                }
            }
        }
    }

    private func reason(for word: UnsafeBufferPointer<UInt8>, _ tokens: [TokenID]) throws -> WordExplanation.Reason {
        switch model {
        case .bpe(let model): .merges(try model.trace(of: word, tokens: tokens))
        case .unigram(let model):
            .scores(tokens.map { model.scores.indices.contains(Int($0)) ? Float(model.scores[Int($0)]) : 0 })
        case .wordPiece, .wordLevel: .none
        }
    }
}

extension BPE {
    /// The merges of one word, told plainly: of all neighbours the pair that is listed first, of several the leftmost.
    ///
    /// - Parameter tokens: what the word becomes.
    func trace(of word: UnsafeBufferPointer<UInt8>, tokens: [TokenID]) throws -> MergeTrace {
        let scratch = MergeScratch()
        try split(word, scratch)
        let symbols = (0 ..< scratch.count).map {
            PlainMerging.Symbol(id: TokenID(bitPattern: scratch.symbols[$0]), range: $0 ..< $0 + 1)
        }
        let merging = PlainMerging(symbols) { left, right in
            merge(left.id, right.id).map { (Float($0.rank), $0.result) }
        }
        return merging.trace(tokens: tokens, isWhole: options.ignoreMerges && vocabulary.id(of: word) != nil)
    }
}
