extension Tokenizer {
    /// `tokenizer.json` and `tokenizer_config.json`, also where the kind has a format of its own that `files()` gives.
    ///
    /// - Throws: `TokenizerError` where a tokenizer of that kind cannot be written so.
    public func huggingFaceFiles() throws -> [TokenizerFile] {
        try (self as? SentencePieceTokenizer)?.pipeline().files() ?? files()
    }
}

extension WordPieceTokenizer {
    /// `vocab.txt`.
    public var vocabularyText: [UInt8] { VocabularyText.text(pieces) }
}
