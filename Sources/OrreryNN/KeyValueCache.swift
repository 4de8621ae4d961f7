import Kernels
import OrreryTensor

/// The keys and values of one sequence, for every layer, in pages that copies share until one of them writes.
///
/// A layer whose queries look back no further than a window keeps only what the next ones can see.
public final class KeyValueCache: SequenceState, @unchecked Sendable {  // one pass at a time uses it
    package let layers: [KeyValueTiles]
    /// The most positions that it may hold.
    public let capacity: Int
    /// The type of the stored numbers.
    public let type: CacheType
    /// The number of positions that are complete in every layer.
    public private(set) var count = 0
    /// Which frequencies turned the keys, where they depend on the sequence's length (`TokenModel.rotaryStretch`).
    package var rotaryStretch = 0

    /// - Parameters:
    ///   - windows: for each layer how many positions a query sees, its own included; nil: all up to its own.
    ///   - capacity: positions that it may hold; memory is taken as they come.
    ///   - type: of the stored numbers; fresh ones are rounded to it before they are used.
    package init(windows: [Int?], keyValueHeads: Int, headSize: Int, capacity: Int, type: CacheType) {
        (self.capacity, self.type) = (capacity, type)
        layers = windows.map {
            KeyValueTiles(heads: keyValueHeads, headSize: headSize, capacity: capacity, type: type, window: $0)
        }
    }

    private init(copying other: KeyValueCache) {
        (layers, capacity, type) = (other.layers.map { $0.copy() }, other.capacity, other.type)
        (count, rotaryStretch) = (other.count, other.rotaryStretch)
    }

    /// A cache with the same contents, which continues on its own from here.
    public func copy() -> KeyValueCache { KeyValueCache(copying: self) }

    /// What `byteCount` will be with all positions written.
    package static func byteCount(
        windows: [Int?], keyValueHeads: Int, headSize: Int, capacity: Int, type: CacheType
    ) -> Int {
        windows.reduce(0) {
            $0
                + KeyValueTiles.byteCount(
                    heads: keyValueHeads, headSize: headSize, capacity: capacity, type: type, window: $1)
        }
    }

    /// The number of bytes of memory that it holds, those shared with copies included.
    public var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }
    /// The cache itself.
    public var keyValues: KeyValueCache? { self }

    /// Counts positions that a pass has completed.
    ///
    /// - Precondition: they fit into the capacity.
    public func advance(by positions: Int) {
        precondition(count + positions <= capacity, "key-value cache: \(count) + \(positions) positions in \(capacity)")
        count += positions
    }

    /// Whether the positions from `count` on can be forgotten. A layer with a window may have let go of what would have
    /// to be seen again; at least the last 256 positions can always be taken back.
    public func canTruncate(to count: Int) -> Bool {
        count >= 0 && count <= self.count && (count == self.count || layers.allSatisfy { $0.canContinue(from: count) })
    }

    /// Forgets the positions from `count` on.
    ///
    /// - Precondition: `canTruncate(to: count)`.
    public func truncate(to count: Int) {
        precondition(canTruncate(to: count), "key-value cache: truncate \(self.count) positions to \(count)")
        self.count = count
        for layer in layers { layer.release(from: count) }
    }
}
