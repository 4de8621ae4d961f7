extension BytePairTokenizer {
    public init(tiktoken path: String, pattern: SplitPattern?) throws {
        let tokens = try TiktokenReader.read(path: path)
        self.init(model: BytePairModel(rules: MergeRules(tokens), takesWholeWords: true), pattern: pattern!, addedTokens: try AddedTokens(), endOfText: nil)
    }
}
