extension SentencePieceTokenizer: ExplainingTokenizer {
    package func explanations(of utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions) throws -> [WordExplanation]
    {
        var options = options
        options.addsSpecialTokens = false
        let tokens = try encode(utf8, options: options)
        let replay = ScoredReplay { text in
            let id = ordinary.id(of: text)
            guard id != PieceIndex.missing, [.normal, .userDefined, .unused].contains(model.types[Int(id)]) else {
                return nil
            }
            return (id, model.scores[Int(id)])
        }
        return explanations(
            tokens, isMerged: model.kind == .bpe, isScored: model.kind == .unigram, scores: model.scores, replay
        ) { id in
            [.normal, .userDefined].contains(model.types[Int(id)]) ? ArraySlice(model.pieces[Int(id)]) : nil
        }
    }
}

extension Tokenizer {
    /// The explanations of tokens that are cut into words at "▁".
    func explanations(
        _ tokens: [TokenID], isMerged: Bool, isScored: Bool, scores: [Float], _ replay: ScoredReplay,
        piece: (TokenID) -> ArraySlice<UInt8>?
    ) -> [WordExplanation] {
        SpacedWords(tokens, piece).words.map { word, isWhole in
            let bytes = word.flatMap { Array(piece($0) ?? self.piece(for: $0).map { $0[...] } ?? []) }
            if isScored {
                return WordExplanation(bytes: bytes, tokens: word, reason: .scores(word.map { scores[Int($0)] }))
            }
            let isAdded = !isWhole && word.allSatisfy { addedTokens.token(for: $0) != nil }
            let trace = isMerged && isWhole && !isAdded ? replay.trace(of: bytes, tokens: word) : nil
            return WordExplanation(
                bytes: bytes, tokens: word, reason: trace.map { .merges($0) } ?? (isAdded ? .added : .none))
        }
    }
}
