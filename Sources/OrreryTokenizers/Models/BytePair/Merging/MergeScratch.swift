/// The symbols of one word while they are merged, in memory that the next word uses again.
///
/// Owned by one encoder, which is used by one thread at a time.
final class MergeScratch {
    /// Words of up to this many symbols are merged by scanning for the lowest rank, longer ones with the heap.
    static let longestScan = 63

    /// The number of the word's initial symbols.
    private(set) var count = 0
    /// The ids of the symbols.
    private(set) var symbols: UnsafeMutablePointer<UInt32>
    /// Where in the word each initial symbol starts, and where the word ends; of words that `append` has made.
    private(set) var starts: UnsafeMutablePointer<Int32>
    /// What a merge of each symbol with the next makes, for rules that look it up together with the rank.
    private(set) var results: UnsafeMutablePointer<UInt32>
    /// For words of up to `longestScan` bytes: a copy that may be read sixteen bytes at a time.
    let bytes: UnsafeMutablePointer<UInt8>
    /// For short words: the possible merges, as `mergeByScanning` has them.
    let candidates: UnsafeMutablePointer<UInt32>
    /// For long words: the rank of the merge of each symbol with the next, the symbols before and after, and the
    /// possible merges.
    private(set) var ranks: UnsafeMutablePointer<UInt32>
    private(set) var previous: UnsafeMutablePointer<UInt32>
    private(set) var next: UnsafeMutablePointer<UInt32>
    private(set) var heap: UnsafeMutablePointer<UInt64>
    private(set) var heapCapacity = 0
    private var capacity = longestScan

    init() {
        symbols = .allocate(capacity: capacity)
        starts = .allocate(capacity: capacity + 1)
        results = .allocate(capacity: capacity)
        bytes = .allocate(capacity: Self.longestScan + 16)
        bytes.initialize(repeating: 0, count: Self.longestScan + 16)
        candidates = .allocate(capacity: Self.longestScan)
        ranks = .allocate(capacity: 0)
        previous = .allocate(capacity: 0)
        next = .allocate(capacity: 0)
        heap = .allocate(capacity: 0)
    }

    deinit {
        symbols.deallocate()
        starts.deallocate()
        results.deallocate()
        bytes.deallocate()
        candidates.deallocate()
        freeHeap()
    }

    private func freeHeap() {
        ranks.deallocate()
        previous.deallocate()
        next.deallocate()
        heap.deallocate()
    }

    /// Starts a word of `count` symbols, which the caller writes to `symbols`.
    @inline(__always)
    func begin(count: Int) {
        self.count = 0
        if count > capacity { grow(count) }
        self.count = count
    }

    /// Starts a word that `append` will make.
    @inline(__always)
    func beginAppending() {
        count = 0
        starts[0] = 0
    }

    /// Adds a symbol that has taken `length` bytes of the word.
    @inline(__always)
    func append(_ symbol: UInt32, length: Int) {
        if count == capacity { grow(count + 1) }
        symbols[count] = symbol
        starts[count + 1] = starts[count] + Int32(truncatingIfNeeded: length)
        count += 1
    }

    @inline(never)
    private func grow(_ needed: Int) {
        capacity = max(needed, 2 * capacity)
        symbols = Self.moved(symbols, count, capacity)
        starts = Self.moved(starts, count + 1, capacity + 1)
        results = Self.moved(results, 0, capacity)
    }

    private static func moved<Element>(
        _ old: UnsafeMutablePointer<Element>, _ count: Int, _ capacity: Int
    ) -> UnsafeMutablePointer<Element> {
        let new = UnsafeMutablePointer<Element>.allocate(capacity: capacity)
        new.update(from: old, count: count)
        old.deallocate()
        return new
    }

    /// Makes room for what long words need.
    func reserveHeap() {
        // Each merge removes a symbol and offers at most two new merges.
        guard heapCapacity < 3 * capacity else { return }
        freeHeap()
        heapCapacity = 3 * capacity
        ranks = .allocate(capacity: capacity)
        previous = .allocate(capacity: capacity)
        next = .allocate(capacity: capacity)
        heap = .allocate(capacity: heapCapacity)
    }
}
