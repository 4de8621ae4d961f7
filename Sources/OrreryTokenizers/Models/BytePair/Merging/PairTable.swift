/// The merges of a model that lists them: two neighbouring symbols to a rank, and a rank to what it makes.
///
/// An open-addressing table of one 64-bit word per merge: left id, right id, rank, of 21, 21 and 22 bits.
///
/// `@unchecked Sendable`: written while it is built, by one thread; only read afterwards.
final class PairTable: @unchecked Sendable {
    private let slots: UnsafeMutablePointer<UInt64>
    /// What the merge of each rank makes.
    private let results: UnsafeMutablePointer<UInt32>
    private let shift: UInt64
    private let mask: Int
    /// A random odd factor: multiplicative hashing with it has no worst case that a file could be written for.
    private let multiplier = UInt64.random(in: 0 ... UInt64.max) | 1

    private static let empty = UInt64.max

    /// - Parameter capacity: the most merges that will be inserted, less than `Merging.noMerge`; ranks are below it.
    init(capacity: Int) {
        precondition(capacity < Merging.noMerge)
        results = .allocate(capacity: max(capacity, 1))
        results.initialize(repeating: 0, count: max(capacity, 1))
        let bits = max(4, Int.bitWidth - (capacity * 3 / 2).leadingZeroBitCount)
        slots = .allocate(capacity: 1 << bits)
        slots.initialize(repeating: Self.empty, count: 1 << bits)
        shift = UInt64(64 - bits)
        mask = 1 << bits - 1
    }

    deinit {
        slots.deallocate()
        results.deallocate()
    }

    /// The rank of a pair, or `Merging.noMerge`.
    @inline(__always)
    func rank(_ left: UInt32, _ right: UInt32) -> UInt32 {
        // An empty slot is all ones, and so is `noMerge`.
        UInt32(truncatingIfNeeded: slots[slot(of: Self.key(left, right))]) & Merging.noMerge
    }

    /// What the merge of this rank makes.
    @inline(__always)
    func result(ofRank rank: UInt32) -> UInt32 { results[Int(rank)] }

    /// Adds a merge; false if there is one of this pair already, which stays.
    func insert(_ left: UInt32, _ right: UInt32, rank: UInt32, result: UInt32) -> Bool {
        let slot = slot(of: Self.key(left, right))
        guard slots[slot] == Self.empty else { return false }
        set(left, right, rank: rank, result: result)
        return true
    }

    /// Adds a merge, in place of one of this pair that there may be.
    func set(_ left: UInt32, _ right: UInt32, rank: UInt32, result: UInt32) {
        let key = Self.key(left, right)
        slots[slot(of: key)] = key << 22 | UInt64(rank)
        results[Int(rank)] = result
    }

    @inline(__always)
    private static func key(_ left: UInt32, _ right: UInt32) -> UInt64 { UInt64(left) << 21 | UInt64(right) }

    /// Where the pair is, or the empty slot where it would be.
    @inline(__always)
    private func slot(of key: UInt64) -> Int {
        var slot = Int(truncatingIfNeeded: (key &* multiplier) &>> shift)
        while slots[slot] != Self.empty && slots[slot] >> 22 != key { slot = (slot &+ 1) & mask }
        return slot
    }
}

/// The rule of models that list their merges.
extension PairTable: MergeRule {
    @inline(__always)
    func rank(_ left: UInt32, _ right: UInt32, from start: Int, over middle: Int, to end: Int) -> UInt32 {
        rank(left, right)
    }

    @inline(__always)
    func result(ofRank rank: UInt32, from start: Int) -> UInt32 { results[Int(rank)] }

    /// Hugging Face tokenizers makes a merge that was possible once if what stands there now becomes the same token,
    /// which it can where two texts have one id (`src/models/bpe/word.rs`, Word::merge_all).
    @inline(__always)
    func stillHolds(_ rank: UInt32, current: UInt32) -> Bool {
        rank == current
            || current != Merging.noMerge && results[Int(rank)] == results[Int(current)]
    }
}
