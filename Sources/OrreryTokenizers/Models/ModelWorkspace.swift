/// One thread's working memory for a model: tokens of a word, words that were seen, and room to merge.
///
/// Not `Sendable`: `WorkspacePool` lends each to one thread at a time.
final class ModelWorkspace {
    /// A token, and the bytes of the word that it is made from.
    struct Token {
        var id: TokenID
        var start: Int32
        var end: Int32
    }

    var tokens: [Token] = []
    var memo = WordMemo()
    let merges = MergeScratch()
    /// Room for `WordPieces`.
    var found: [(id: TokenID, length: Int)] = []
}
