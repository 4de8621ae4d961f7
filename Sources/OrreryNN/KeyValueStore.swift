import Kernels
import OrreryTensor

/// Keys and values of B sequences of equal length, for every layer. The forward pass writes the new positions; whoever runs it
/// advances `count`.
public final class KeyValueStore {
    package let tiles: [[KeyValueTiles]]  // [layer][sequence]
    public let capacity: Int
    /// Positions that are complete in every layer.
    public private(set) var count = 0

    /// - Parameter type: of the stored numbers; fresh ones are rounded to it before they are used.
    public init(layers: Int, batch: Int, keyValueHeads: Int, headSize: Int, capacity: Int, type: ElementType) {
        self.capacity = capacity
        tiles = (0 ..< layers).map { _ in
            (0 ..< batch).map { _ in KeyValueTiles(heads: keyValueHeads, headSize: headSize, capacity: capacity, type: type) }
        }
    }

    public var batch: Int { tiles.first?.count ?? 0 }
    public var byteCount: Int { tiles.joined().reduce(0) { $0 + $1.byteCount } }

    /// Says that a forward pass over `positions` more has completed.
    public func advance(by positions: Int) {
        precondition(count + positions <= capacity, "key-value store: \(count) + \(positions) positions in \(capacity)")
        count += positions
    }

    /// Forgets the positions from `count` on.
    public func truncate(to count: Int) {
        precondition(count >= 0 && count <= self.count, "key-value store: truncate \(self.count) positions to \(count)")
        self.count = count
    }
}
