import Kernels
import OrreryTensor

/// Keys and values of one sequence, for every layer, in pages that copies share until one of them writes.
///
/// A layer whose queries look back no further than a window keeps only what the next ones can see.
public final class KeyValueCache: SequenceState, @unchecked Sendable {  // one pass at a time uses it
    package let layers: [KeyValueTiles]
    public let capacity: Int
    /// Of the stored numbers.
    public let type: CacheType
    public private(set) var count = 0
    /// Which frequencies turned the keys, where they depend on the sequence's length (`TokenModel.rotaryStretch`).
    package var rotaryStretch = 0

    /// - Parameters:
    ///   - windows: for each layer how many positions a query sees, its own included; nil: all up to its own.
    ///   - capacity: positions that it may hold; memory is taken as they come.
    ///   - type: of the stored numbers; fresh ones are rounded to it before they are used.
    public init(windows: [Int?], keyValueHeads: Int, headSize: Int, capacity: Int, type: CacheType) {
        (self.capacity, self.type) = (capacity, type)
        layers = windows.map {
            KeyValueTiles(heads: keyValueHeads, headSize: headSize, capacity: capacity, type: type, window: $0)
        }
    }

    private init(copying other: KeyValueCache) {
        (layers, capacity, type) = (other.layers.map { $0.copy() }, other.capacity, other.type)
        (count, rotaryStretch) = (other.count, other.rotaryStretch)
    }

    public func copy() -> KeyValueCache { KeyValueCache(copying: self) }

    /// What `byteCount` will be with all positions written.
    public static func byteCount(
        windows: [Int?], keyValueHeads: Int, headSize: Int, capacity: Int, type: CacheType
    ) -> Int {
        windows.reduce(0) {
            $0
                + KeyValueTiles.byteCount(
                    heads: keyValueHeads, headSize: headSize, capacity: capacity, type: type, window: $1)
        }
    }

    public var byteCount: Int { layers.reduce(0) { $0 + $1.byteCount } }
    public var keyValues: KeyValueCache? { self }

    public func advance(by positions: Int) {
        precondition(count + positions <= capacity, "key-value cache: \(count) + \(positions) positions in \(capacity)")
        count += positions
    }

    /// A layer with a window may have let go of what would have to be seen again: always true of the last
    /// `KeyValueTiles.slack` positions.
    public func canTruncate(to count: Int) -> Bool {
        count >= 0 && count <= self.count && (count == self.count || layers.allSatisfy { $0.canContinue(from: count) })
    }

    public func truncate(to count: Int) {
        precondition(canTruncate(to: count), "key-value cache: truncate \(self.count) positions to \(count)")
        self.count = count
        for layer in layers { layer.release(from: count) }
    }
}
