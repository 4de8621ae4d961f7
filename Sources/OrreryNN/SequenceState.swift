/// What a model keeps of one sequence between passes: keys and values, a text that it reads, a recurrent state.
///
/// A pass writes what its new positions leave behind and then counts them. One pass at a time uses a state.
public protocol SequenceState: AnyObject, Sendable {
    /// Positions that are complete in every layer.
    var count: Int { get }
    /// The most positions that it may hold.
    var capacity: Int { get }
    /// Bytes of memory that it holds, those that it shares with copies included.
    var byteCount: Int { get }
    /// Keys and values of the layers with attention, where the model has such.
    var keyValues: KeyValueCache? { get }
    /// Counts positions that a pass has completed.
    func advance(by positions: Int)
    /// Whether the positions from `count` on can be forgotten. Always true of 0 and of the present count.
    func canTruncate(to count: Int) -> Bool
    /// Forgets the positions from `count` on, to which it must be possible to go back.
    func truncate(to count: Int)
    /// The same state, which goes its own way from here on.
    func copy() -> Self
}
