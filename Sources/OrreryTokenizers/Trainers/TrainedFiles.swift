extension Tokenizer {
    /// `tokenizer.json` and `tokenizer_config.json`, also where the kind has a format of its own that `files()` gives.
    public func huggingFaceFiles() throws -> [TokenizerFile] { try files() }
}

extension WordPieceTokenizer {
    /// `vocab.txt`.
    public var vocabularyText: [UInt8] { VocabularyText.text(pieces) }
}
