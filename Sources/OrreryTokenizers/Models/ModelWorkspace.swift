import Synchronization

/// One thread's working memory for a model: tokens of a word, words that were seen, and room to merge.
///
/// Not `Sendable`: `ModelWorkspacePool` lends each to one thread at a time.
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

/// The workspaces of a tokenizer, of which each call takes one.
final class ModelWorkspacePool: Sendable {
    /// Whoever takes one out of the list is the only one to have it.
    private struct Idle: @unchecked Sendable { var workspaces: [ModelWorkspace] = [] }
    private struct Boxed: @unchecked Sendable { let workspace: ModelWorkspace }
    private let idle = Mutex(Idle())

    func withWorkspace<Result>(_ body: (ModelWorkspace) throws -> Result) rethrows -> Result {
        let workspace = idle.withLock { $0.workspaces.popLast() } ?? ModelWorkspace()
        defer {
            let boxed = Boxed(workspace: workspace)
            idle.withLock { $0.workspaces.append(boxed.workspace) }
        }
        return try body(workspace)
    }
}
