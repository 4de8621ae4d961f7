/// What a model keeps of one sequence between passes, such as its keys and values and a text that it reads.
///
/// A pass writes what its new positions leave behind and then counts them. One pass at a time uses a state.
public protocol SequenceState: AnyObject, Sendable {
    /// The number of positions that are complete in every layer.
    var count: Int { get }
    /// The most positions that it may hold.
    var capacity: Int { get }
    /// The number of bytes of memory that it holds, those shared with copies included.
    var byteCount: Int { get }
    /// The keys and values of the layers with attention; nil for a model that has none.
    var keyValues: KeyValueCache? { get }
    /// Counts positions that a pass has completed.
    func advance(by positions: Int)
    /// Whether the positions from `count` on can be forgotten. It is always true of 0 and of the present count.
    func canTruncate(to count: Int) -> Bool
    /// Forgets the positions from `count` on.
    ///
    /// - Precondition: `canTruncate(to: count)`.
    func truncate(to count: Int)
    /// A state with the same contents, which continues on its own from here.
    func copy() -> Self
}
