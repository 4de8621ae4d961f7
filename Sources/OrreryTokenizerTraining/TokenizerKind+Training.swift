import OrreryTokenizers

extension TokenizerKind {
    /// The tokenizer, trained on `text` if its kind is.
    ///
    /// - Parameters:
    ///   - text: UTF-8, from which the character tokenizer takes its vocabulary, and byte-pair encoding learns; the
    ///     others ignore it.
    ///   - endOfText: the text of the token that ends a document. A saved tokenizer must already have it.
    /// - Throws: `TokenizerError`.
    package func makeTokenizer(
        training text: UnsafeBufferPointer<UInt8>, endOfText: String? = nil
    ) throws -> any Tokenizer {
        switch self {
        case .character:
            return try CharacterTokenizer(training: text, endOfText: endOfText)
        case .byte:
            return try ByteTokenizer(endOfText: endOfText)
        case .bytePair(let size):
            var settings = BytePairTrainer.Settings()
            settings.vocabularySize = size
            settings.specialTokens = endOfText.map { [$0] } ?? []
            return try BytePairTrainer(settings).train(on: TrainingCorpus(text)).tokenizer
        case .path(let path):
            let tokenizer = try TokenizerLoader.load(path: path)
            if let endOfText,
                tokenizer.endOfText == nil || tokenizer.id(forPiece: Array(endOfText.utf8)) != tokenizer.endOfText
            {
                throw TokenizerError.file(
                    path, "does not end a text with \"\(endOfText)\"; expected a tokenizer whose eos_token it is")
            }
            return tokenizer
        }
    }
}
