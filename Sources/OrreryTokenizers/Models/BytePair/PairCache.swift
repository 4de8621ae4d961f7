internal import CTokenizers

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The ranks of pairs met before, those that are no merge included, before `MergeRules` has to be asked.
///
/// One slot per hash, overwritten by whatever pair comes next: a look-up is one load and one comparison, and the memory is bounded. A text
/// meets few of all pairs, so the slots it uses stay in the processor's caches, where a table of all merges would not.
struct PairCache {
    /// 131,072 pairs, 1 MB.
    private static let bits: UInt64 = 17

    private let rules: MergeRules
    /// Left id, right id and rank, of 21, 21 and 22 bits, inverted: untouched zero pages are then slots of a pair that never occurs.
    private let slots: UnsafeMutablePointer<UInt64>
    private let multiplier = UInt64.random(in: 0...UInt64.max) | 1

    init(_ rules: MergeRules) {
        self.rules = rules
        guard let memory = calloc(1 << Int(Self.bits), 8) else { fatalError("PairCache: out of memory") }
        slots = memory.assumingMemoryBound(to: UInt64.self)
    }

    func deallocate() { free(slots) }

    /// The rank of the merge of two tokens, or `MergeRules.noMerge`.
    @inline(__always)
    func rank(_ left: UInt32, _ right: UInt32) -> UInt32 {
        let key = UInt64(left) << 21 | UInt64(right)
        let slot = slot(left, right)
        let word = ~slot.pointee
        return word &>> 22 == key ? UInt32(truncatingIfNeeded: word) & MergeRules.noMerge : ask(left, right, slot)
    }

    /// Brings the place of a pair near, for a `rank` soon.
    @inline(__always)
    func prefetch(_ left: UInt32, _ right: UInt32) { orrery_prefetch(slot(left, right)) }

    @inline(__always)
    private func slot(_ left: UInt32, _ right: UInt32) -> UnsafeMutablePointer<UInt64> {
        slots + Int(truncatingIfNeeded: ((UInt64(left) << 21 | UInt64(right)) &* multiplier) &>> (64 &- Self.bits))
    }

    @inline(never)
    private func ask(_ left: UInt32, _ right: UInt32, _ slot: UnsafeMutablePointer<UInt64>) -> UInt32 {
        let rank = rules.rank(left, right)
        slot.pointee = ~(UInt64(left) << 43 | UInt64(right) << 22 | UInt64(rank))
        return rank
    }

    @inline(__always)
    func rank(ofBytes left: UInt8, _ right: UInt8) -> UInt32 { rules.byteRanks[Int(left) << 8 | Int(right)] }

    @inline(__always)
    func token(ofByte byte: UInt8) -> UInt32 { rules.byteTokens[Int(byte)] }

    @inline(__always)
    func result(ofRank rank: UInt32) -> UInt32 { rules.result(ofRank: rank) }
}
