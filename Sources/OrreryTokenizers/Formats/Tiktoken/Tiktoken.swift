extension BytePairTokenizer {
    /// The tokenizer of a `.tiktoken` file, without special tokens.
    ///
    /// - Parameters:
    ///   - path: lines of a token in base64 and its rank.
    ///   - pattern: how text is cut into words, which the file does not say.
    /// - Throws: `TokenizerError` or `FileError` naming the file and the line.
    public init(tiktoken path: String, pattern: SplitPattern) throws {
        let tokens = try TiktokenReader.read(path: path)
        self.init(
            model: BytePairModel(rules: MergeRules(tokens), takesWholeWords: true), pattern: pattern, addedTokens: try AddedTokens(), endOfText: nil)
    }
}
