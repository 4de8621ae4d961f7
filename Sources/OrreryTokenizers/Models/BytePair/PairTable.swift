/// The merges of a model that lists them: two neighbouring tokens to a rank.
///
/// An open-addressing table of one 64-bit word per merge: left id, right id, rank, of 21, 21 and 22 bits. `PairCache`
/// stands before it, so it is made to be small, not fast.
///
/// `@unchecked Sendable`: written while it is built, by one thread; read-only once it is in `MergeRules`.
final class PairTable: @unchecked Sendable {
    private let slots: UnsafeMutablePointer<UInt64>
    private let shift: UInt64
    private let mask: Int
    /// A random odd factor: multiplicative hashing with it has no worst case that a file could be written for.
    private let multiplier = UInt64.random(in: 0 ... UInt64.max) | 1

    private static let empty = UInt64.max

    /// - Parameter capacity: the most merges that will be inserted, less than `MergeRules.noMerge`.
    init(capacity: Int) {
        precondition(capacity < MergeRules.noMerge)
        let bits = max(4, Int.bitWidth - (capacity * 3 / 2).leadingZeroBitCount)
        slots = .allocate(capacity: 1 << bits)
        slots.initialize(repeating: Self.empty, count: 1 << bits)
        shift = UInt64(64 - bits)
        mask = 1 << bits - 1
    }

    deinit { slots.deallocate() }

    /// The rank of a pair, or `MergeRules.noMerge`.
    func rank(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let word = slots[slot(of: Self.key(left, right))]
        return word == Self.empty ? MergeRules.noMerge : UInt32(truncatingIfNeeded: word) & MergeRules.noMerge
    }

    /// Adds a merge; false if there is one of this pair already, which stays.
    func insert(_ left: UInt32, _ right: UInt32, rank: UInt32) -> Bool {
        let key = Self.key(left, right)
        let slot = slot(of: key)
        guard slots[slot] == Self.empty else { return false }
        slots[slot] = key << 22 | UInt64(rank)
        return true
    }

    /// Calls `body` with each merge, in no order.
    func forEach(_ body: (_ left: UInt32, _ right: UInt32, _ rank: UInt32) -> Void) {
        for slot in 0 ... mask where slots[slot] != Self.empty {
            let word = slots[slot]
            body(
                UInt32(truncatingIfNeeded: word >> 43), UInt32(truncatingIfNeeded: word >> 22) & (1 << 21 - 1),
                UInt32(truncatingIfNeeded: word) & MergeRules.noMerge)
        }
    }

    private static func key(_ left: UInt32, _ right: UInt32) -> UInt64 { UInt64(left) << 21 | UInt64(right) }

    /// Where the pair is, or the empty slot where it would be.
    private func slot(of key: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: (key &* multiplier) &>> shift)
        while slots[slot] != Self.empty && slots[slot] >> 22 != key { slot = (slot &+ 1) & mask }
        return slot
    }
}
