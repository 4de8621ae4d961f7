import OrreryTokenizers

/// Two neighbouring symbols as one number, the left one in the upper half: pairs order as their ids do.
typealias SymbolPair = UInt64

extension SymbolPair {
    @inline(__always)
    init(_ left: UInt32, _ right: UInt32) { self = UInt64(left) << 32 | UInt64(right) }

    @inline(__always)
    var left: UInt32 { UInt32(truncatingIfNeeded: self >> 32) }

    @inline(__always)
    var right: UInt32 { UInt32(truncatingIfNeeded: self) }
}

/// How often each pair of neighbouring symbols stands in the words: an open-addressing table.
final class PairCounts {
    private struct Entry {
        var pair: SymbolPair
        var count: Int
    }

    private var entries: UnsafeMutablePointer<Entry>
    private var capacity: Int
    private(set) var count = 0

    /// The pair of two ids that no symbol has.
    private static let free = SymbolPair.max

    init(capacity expected: Int = 1 << 12) {
        capacity = 1 << 12
        while capacity < expected * 2 { capacity *= 2 }
        entries = Self.emptyEntries(capacity)
    }

    deinit { entries.deallocate() }

    private static func emptyEntries(_ capacity: Int) -> UnsafeMutablePointer<Entry> {
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        entries.initialize(repeating: Entry(pair: free, count: 0), count: capacity)
        return entries
    }

    subscript(pair: SymbolPair) -> Int { entries[slot(of: pair)].count }

    /// Adds to the count of `pair`, and returns what it is now.
    @discardableResult
    func add(_ change: Int, to pair: SymbolPair) -> Int {
        let slot = slot(of: pair)
        if entries[slot].pair == Self.free {
            entries[slot] = Entry(pair: pair, count: change)
            count += 1
            if count * 8 > capacity * 5 { grow() }
            return change
        }
        entries[slot].count += change
        return entries[slot].count
    }

    /// Where the pair is, or the free slot where it would be.
    @inline(__always)
    private func slot(of pair: SymbolPair) -> Int {
        let (entries, mask) = (entries, capacity &- 1)
        let product = pair.multipliedFullWidth(by: 0x9E37_79B9_7F4A_7C15)
        var slot = Int(truncatingIfNeeded: product.high ^ product.low) & mask
        while entries[slot].pair != pair && entries[slot].pair != Self.free { slot = (slot &+ 1) & mask }
        return slot
    }

    private func grow() {
        let (old, oldCapacity) = (entries, capacity)
        capacity *= 2
        entries = Self.emptyEntries(capacity)
        for index in 0 ..< oldCapacity where old[index].pair != Self.free {
            entries[slot(of: old[index].pair)] = old[index]
        }
        old.deallocate()
    }
}
