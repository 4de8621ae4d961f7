internal import CTokenizers

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The tokens of words met before: words of at most 15 bytes and at most four tokens, which is nearly all of a text. Of
/// a short word with more it knows only that, and `LongWordCache` knows the tokens.
///
/// A bucket is one cache line of two words. A new word goes in front and pushes out the one at the back, so frequent
/// words stay. The memory is zero pages of the system, which are empty entries: no word has the length 0.
struct WordCache {
    /// One word and its tokens.
    struct Entry {
        var low: UInt64
        /// As in `WordKey`, with the number of tokens in bits 60 to 62.
        var high: UInt64
        var ids: SIMD4<Int32>

        @inline(__always)
        var tokenCount: Int { Int(truncatingIfNeeded: high >> 60) }
    }

    static let mostTokens = 4
    /// In place of the number of tokens where there are more.
    static let many = 7
    private static let keyMask: UInt64 = 1 << 60 - 1

    private let block: UnsafeMutableRawPointer
    private let entries: UnsafeMutablePointer<Entry>
    private let mask: Int

    /// The size of the pages that the system hands out where it is asked to: a look-up then rarely waits for a page
    /// table.
    private static let hugePage = 1 << 21

    /// - Parameter buckets: a power of two.
    init(buckets: Int) {
        precondition(buckets > 0 && buckets & (buckets - 1) == 0)
        let size = buckets * 64
        guard let block = mmap(nil, size + Self.hugePage, PROT_READ | PROT_WRITE, MAP_PRIVATE | Self.anonymous, -1, 0),
            block != MAP_FAILED
        else {
            fatalError("WordCache: out of memory")
        }
        self.block = block
        let start = block.alignedUp(toMultipleOf: Self.hugePage)
        #if os(Linux)
        // Advice: where it is not taken, pages are small.
        _ = madvise(start, size, Int32(MADV_HUGEPAGE))
        #endif
        entries = start.assumingMemoryBound(to: Entry.self)
        mask = buckets - 1
    }

    func deallocate() { munmap(block, (mask + 1) * 64 + Self.hugePage) }

    #if os(Linux)
    private static let anonymous = Int32(MAP_ANONYMOUS)
    #else
    private static let anonymous = MAP_ANON
    #endif

    /// Brings the place of a word near, for a `find` soon.
    @inline(__always)
    func prefetch(hash: UInt64) { orrery_prefetch(entries + 2 * (Int(truncatingIfNeeded: hash) & mask)) }

    /// The entry of a word, valid until the next `insert`; nil if it is not there.
    @inline(__always)
    func find(_ key: WordKey, hash: UInt64) -> UnsafePointer<Entry>? {
        let front = entries + 2 * (Int(truncatingIfNeeded: hash) & mask)
        if Self.isOf(key, front) { return UnsafePointer(front) }
        let back = front + 1
        return Self.isOf(key, back) ? UnsafePointer(back) : nil
    }

    @inline(__always)
    private static func isOf(_ key: WordKey, _ entry: UnsafeMutablePointer<Entry>) -> Bool {
        ((entry.pointee.low ^ key.low) | ((entry.pointee.high ^ key.high) & keyMask)) == 0
    }

    /// Adds a word that is not there.
    func insert(_ key: WordKey, hash: UInt64, _ symbols: UnsafePointer<UInt32>, count: Int) {
        var ids = SIMD4<Int32>.zero
        if count <= Self.mostTokens {
            for index in 0 ..< count { ids[index] = Int32(bitPattern: symbols[index]) }
        }
        let front = entries + 2 * (Int(truncatingIfNeeded: hash) & mask)
        (front + 1).update(from: front, count: 1)
        front.pointee = Entry(
            low: key.low, high: key.high | UInt64(count <= Self.mostTokens ? count : Self.many) << 60, ids: ids)
    }
}
