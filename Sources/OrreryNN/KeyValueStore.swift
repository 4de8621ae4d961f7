import Kernels
import OrreryTensor

/// Keys and values of B sequences of equal length, for every layer. The forward pass writes the new positions; whoever runs it
/// advances `count`.
///
/// A layer whose queries look back no further than a window keeps only what the next ones can see.
public final class KeyValueStore {
    package let tiles: [[KeyValueTiles]]  // [layer][sequence]
    public let capacity: Int
    /// Of the stored numbers.
    public let type: CacheType
    /// Positions that are complete in every layer.
    public private(set) var count = 0

    /// - Parameters:
    ///   - windows: for each layer how many positions a query sees, its own included; nil: all up to its own.
    ///   - type: of the stored numbers; fresh ones are rounded to it before they are used.
    public init(windows: [Int?], batch: Int, keyValueHeads: Int, headSize: Int, capacity: Int, type: CacheType) {
        (self.capacity, self.type) = (capacity, type)
        tiles = windows.map { window in
            (0 ..< batch).map { _ in KeyValueTiles(heads: keyValueHeads, headSize: headSize, capacity: capacity, type: type, window: window) }
        }
    }

    private init(tiles: [[KeyValueTiles]], capacity: Int, type: CacheType, count: Int) {
        (self.tiles, self.capacity, self.type, self.count) = (tiles, capacity, type, count)
    }

    /// A store of several sequences that keeps their keys and values where they are: a pass over it writes into the stores of
    /// `sequences`, each of which then has to be advanced as well.
    ///
    /// - Parameter sequences: of one model, with equal capacities, types and counts.
    public convenience init(joining sequences: [KeyValueStore]) {
        let first = sequences[0]
        precondition(
            sequences.allSatisfy { $0.count == first.count && $0.capacity == first.capacity && $0.type == first.type && $0.tiles.count == first.tiles.count },
            "key-value store: expected sequences of equal length to join")
        let tiles = first.tiles.indices.map { layer in sequences.flatMap { $0.tiles[layer] } }
        self.init(tiles: tiles, capacity: first.capacity, type: first.type, count: first.count)
    }

    /// The same keys and values in memory of their own.
    public func copy() -> KeyValueStore { KeyValueStore(tiles: tiles.map { $0.map { $0.copy() } }, capacity: capacity, type: type, count: count) }

    public convenience init(layers: Int, batch: Int, keyValueHeads: Int, headSize: Int, capacity: Int, type: CacheType) {
        self.init(
            windows: Array(repeating: nil, count: layers), batch: batch, keyValueHeads: keyValueHeads, headSize: headSize, capacity: capacity, type: type)
    }

    /// Bytes of one sequence, before memory is taken for them.
    public static func byteCount(windows: [Int?], keyValueHeads: Int, headSize: Int, capacity: Int, type: CacheType) -> Int {
        windows.reduce(0) {
            $0 + KeyValueTiles.byteCount(heads: keyValueHeads, headSize: headSize, capacity: capacity, type: type, window: $1)
        }
    }

    public var batch: Int { tiles.first?.count ?? 0 }
    public var byteCount: Int { tiles.joined().reduce(0) { $0 + $1.byteCount } }

    /// Says that a forward pass over `positions` more has completed.
    public func advance(by positions: Int) {
        precondition(count + positions <= capacity, "key-value store: \(count) + \(positions) positions in \(capacity)")
        count += positions
    }

    /// Whether the positions from `count` on can be forgotten: a layer with a window may have let go of what would have to be seen again. Always true of 0,
    /// and of the last `KeyValueTiles.slack` positions.
    public func canTruncate(to count: Int) -> Bool {
        count >= 0 && count <= self.count && (count == self.count || tiles.joined().allSatisfy { $0.canContinue(from: count) })
    }

    /// Forgets the positions from `count` on, to which it must be possible to go back.
    public func truncate(to count: Int) {
        precondition(canTruncate(to: count), "key-value store: truncate \(self.count) positions to \(count)")
        self.count = count
    }
}
