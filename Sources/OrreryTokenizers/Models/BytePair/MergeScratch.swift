/// Working memory for the merges of one word at a time, grown to the longest word so far.
///
/// Owned by one `BytePairEncoder`, which is used by one thread at a time.
final class MergeScratch {
    /// Words up to this many bytes are merged by scanning for the lowest rank, longer ones with the heap.
    static let longestScan = 63

    /// The tokens of the word; first of its bytes, in the end the result.
    private(set) var symbols: UnsafeMutablePointer<UInt32>
    /// For short words: a copy that may be read sixteen bytes at a time.
    let bytes: UnsafeMutablePointer<UInt8>
    /// For short words: the possible merges, as `PairCache.mergeByScanning` has them.
    let candidates: UnsafeMutablePointer<UInt32>
    /// For long words: the rank of the merge of each symbol with the next, the symbols before and after, and the
    /// possible merges.
    private(set) var ranks: UnsafeMutablePointer<UInt32>
    private(set) var previous: UnsafeMutablePointer<UInt32>
    private(set) var next: UnsafeMutablePointer<UInt32>
    private(set) var heap: UnsafeMutablePointer<UInt64>
    private(set) var heapCapacity = 0
    private var capacity: Int

    init() {
        capacity = Self.longestScan
        symbols = .allocate(capacity: capacity)
        bytes = .allocate(capacity: Self.longestScan + 16)
        bytes.initialize(repeating: 0, count: Self.longestScan + 16)
        candidates = .allocate(capacity: Self.longestScan)
        ranks = .allocate(capacity: 0)
        previous = .allocate(capacity: 0)
        next = .allocate(capacity: 0)
        heap = .allocate(capacity: 0)
    }

    deinit {
        freeWord()
        bytes.deallocate()
        candidates.deallocate()
    }

    /// Makes room for a word of `count` bytes.
    @inline(__always)
    func reserve(_ count: Int) {
        if count > capacity { grow(count) }
    }

    private func freeWord() {
        symbols.deallocate()
        ranks.deallocate()
        previous.deallocate()
        next.deallocate()
        heap.deallocate()
    }

    @inline(never)
    private func grow(_ count: Int) {
        freeWord()
        capacity = max(count, 2 * capacity)
        symbols = .allocate(capacity: capacity)
        ranks = .allocate(capacity: capacity)
        previous = .allocate(capacity: capacity)
        next = .allocate(capacity: capacity)
        // Each merge removes a symbol and offers at most two new merges.
        heapCapacity = 3 * capacity
        heap = .allocate(capacity: heapCapacity)
    }
}
