extension PipelineTokenizer: ExplainingTokenizer {
    public func explanations(of utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions) throws -> [WordExplanation]
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
        var merging = PairMerging()
        try split(word, &merging)
        var symbols: [TokenID] = []
        merging.forEachSymbol { id, _ in symbols.append(id) }
        let start = symbols
        var steps: [MergeTrace.Step] = []
        while let best = best(of: symbols) {
            let (left, right) = (symbols[best.place], symbols[best.place + 1])
            symbols[best.place] = best.merge.result
            symbols.remove(at: best.place + 1)
            steps.append(
                MergeTrace.Step(
                    rank: Int(best.merge.rank), left: left, right: right, result: best.merge.result, tokens: symbols))
        }
        return MergeTrace(
            bytes: start, steps: steps, tokens: tokens, isWhole: options.ignoreMerges && vocabulary.id(of: word) != nil)
    }

    private func best(of symbols: [TokenID]) -> (place: Int, merge: MergeTable.Merge)? {
        var best: (place: Int, merge: MergeTable.Merge)?
        for place in symbols.indices.dropLast() {
            guard let merge = table[symbols[place], symbols[place + 1]] else { continue }
            if best == nil || merge.rank < best!.merge.rank { best = (place, merge) }
        }
        return best
    }
}
