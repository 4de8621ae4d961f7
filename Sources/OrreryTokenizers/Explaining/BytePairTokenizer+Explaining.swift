extension BytePairTokenizer: ExplainingTokenizer {
    /// A tokenizer that asks for Normalization Form C explains the words of the text in that form.
    package func explanations(of utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions) throws -> [WordExplanation]
    {
        var words: [WordExplanation] = []
        try forEachSegment(of: utf8, recognizesSpecialTokens: options.recognizesSpecialTokens) { segment in
            switch segment {
            case .token(let id, let range):
                words.append(WordExplanation(bytes: Array(utf8[range]), tokens: [id], reason: .added))
            case .ordinary(let range):
                let source = UnsafeBufferPointer(rebasing: utf8[range])
                let composed =
                    settings.composes ? CanonicalComposition.composed(source, recordsOrigins: false)?.bytes : nil
                try (composed ?? Array(source)).withUnsafeBufferPointer { text in
                    words += try model.explanations(of: text, ends: splitter.wordEnds(of: text))
                }
            }
        }
        return words
    }
}

extension BytePairModel {
    /// - Parameter ends: where the words end, ascending.
    func explanations(of text: UnsafeBufferPointer<UInt8>, ends: [Int]) throws -> [WordExplanation] {
        var start = 0
        return try ends.map { end in
            let word = UnsafeBufferPointer(rebasing: text[start ..< end])
            start = end
            let trace = try trace(word)
            return WordExplanation(bytes: Array(word), tokens: trace.tokens, reason: .merges(trace))
        }
    }
}
