extension GGUFTokenizer: ExplainingTokenizer {
    package func explanations(of utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions) throws -> [WordExplanation]
    {
        if let bytePairs { return try explanations(of: utf8, options: options, bytePairs) }
        var options = options
        options.addsSpecialTokens = false
        let tokens = try encode(utf8, options: options)
        func piece(_ text: ArraySlice<UInt8>) -> ScoredReplay.Piece? {
            let id = vocabulary.index.id(of: text)
            return id == PieceIndex.missing ? nil : (id, vocabulary.scores[Int(id)])
        }
        let ranked = rankedMerges
        let replay = ranked.map { ScoredReplay(piece: piece, pair: $0.pair) } ?? ScoredReplay(piece: piece)
        return explanations(
            tokens, isMerged: vocabulary.kind == .llama || ranked != nil, isScored: vocabulary.kind == .t5,
            scores: vocabulary.scores, replay
        ) { id in
            vocabulary.attributes[Int(id)].contains(.normal) ? ArraySlice(vocabulary.tokens[Int(id)]) : nil
        }
    }

    private func explanations(
        of utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions, _ bytePairs: GGUFBytePairs
    ) throws -> [WordExplanation] {
        var words: [WordExplanation] = []
        for fragment in partition.fragments(of: utf8, parsesMarks: options.recognizesSpecialTokens) {
            switch fragment {
            case .token(let id, let range):
                words.append(WordExplanation(bytes: Array(utf8[range]), tokens: [id], reason: .added))
            case .text(let range):
                let text = UnsafeBufferPointer(rebasing: utf8[range])
                words += try bytePairs.model.explanations(of: text, ends: bytePairs.splitter.wordEnds(of: text))
            }
        }
        return words
    }
}
