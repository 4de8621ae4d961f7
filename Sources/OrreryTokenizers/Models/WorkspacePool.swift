import Synchronization

/// The workspaces of a tokenizer, of which each call takes one: their caches of words last from call to call.
///
/// There are never more than threads that encoded at the same time.
final class WorkspacePool<Workspace: AnyObject>: Sendable {
    /// Whoever takes one out of the list is the only one to have it.
    private struct Idle: @unchecked Sendable { var workspaces: [Workspace] = [] }
    private struct Boxed: @unchecked Sendable { let workspace: Workspace }
    private let idle = Mutex(Idle())
    private let make: @Sendable () -> Workspace

    init(_ make: @escaping @Sendable () -> Workspace) { self.make = make }

    func withWorkspace<Result>(_ body: (Workspace) throws -> Result) rethrows -> Result {
        let workspace = idle.withLock { $0.workspaces.popLast() } ?? make()
        defer {
            let boxed = Boxed(workspace: workspace)
            idle.withLock { $0.workspaces.append(boxed.workspace) }
        }
        return try body(workspace)
    }
}
