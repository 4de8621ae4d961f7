/// Pairs of tokens, and what each becomes: an open-addressing table.
struct MergeTable: Sendable {
    struct Merge: Sendable, Equatable {
        var rank: UInt32
        var result: TokenID
    }

    private static let free = UInt64.max
    private var keys: [UInt64]
    private var merges: [Merge]
    private let mask: Int

    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        keys = [UInt64](repeating: Self.free, count: size)
        merges = [Merge](repeating: Merge(rank: 0, result: 0), count: size)
        mask = size - 1
    }

    @inline(__always)
    private static func key(_ left: TokenID, _ right: TokenID) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private func slot(_ key: UInt64) -> Int {
        let product = key.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        var slot = Int(truncatingIfNeeded: product.high ^ product.low) & mask
        while keys[slot] != Self.free, keys[slot] != key { slot = (slot + 1) & mask }
        return slot
    }

    /// - Precondition: there is room for the capacity's number of pairs.
    mutating func set(_ left: TokenID, _ right: TokenID, _ merge: Merge) {
        let key = Self.key(left, right)
        let slot = slot(key)
        keys[slot] = key
        merges[slot] = merge
    }

    @inline(__always)
    subscript(left: TokenID, right: TokenID) -> Merge? {
        let key = Self.key(left, right)
        let slot = slot(key)
        return keys[slot] == key ? merges[slot] : nil
    }
}
