/// A byte-level byte-pair model: tokens and the rules by which they merge; immutable.
final class BytePairModel: Sendable {
    let tokens: TokenBytes
    let rules: MergeRules
    /// Whether a word that is itself a token is that token without looking at merges: tiktoken's rule, and Hugging
    /// Face's `ignore_merges`.
    let takesWholeWords: Bool

    init(rules: MergeRules, takesWholeWords: Bool) {
        tokens = rules.tokens
        self.rules = rules
        self.takesWholeWords = takesWholeWords
    }
}
