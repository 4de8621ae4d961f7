internal import CTokenizers

/// How often words of at most 15 bytes were met: an open-addressing table whose entries hold the words themselves.
///
/// Not `Sendable`: each thread has its own.
final class ShortWordTable {
    struct Entry {
        var low: UInt64
        /// As in `WordKey`: never 0 for a word, so 0 is a free entry.
        var high: UInt64
        var count: Int
    }

    private(set) var count = 0
    private var entries: UnsafeMutablePointer<Entry>
    private var capacity: Int
    /// Shared by all tables that will be added to each other.
    let hasher: WordHasher

    init(_ hasher: WordHasher) {
        self.hasher = hasher
        capacity = 1 << 12
        entries = Self.emptyEntries(capacity)
    }

    deinit { entries.deallocate() }

    var byteCount: Int { capacity * MemoryLayout<Entry>.stride }

    private static func emptyEntries(_ capacity: Int) -> UnsafeMutablePointer<Entry> {
        let entries = UnsafeMutablePointer<Entry>.allocate(capacity: capacity)
        entries.initialize(repeating: Entry(low: 0, high: 0, count: 0), count: capacity)
        return entries
    }

    /// Brings the place of a word near, for an `add` soon.
    @inline(__always)
    func prefetch(hash: UInt64) { orrery_prefetch(entries + (Int(truncatingIfNeeded: hash) & (capacity &- 1))) }

    /// - Parameter hash: the hasher's, of this key.
    @inline(__always)
    func add(_ key: WordKey, hash: UInt64, count added: Int) {
        let (entries, mask) = (entries, capacity &- 1)
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let entry = entries + index
            if entry.pointee.low == key.low && entry.pointee.high == key.high {
                entry.pointee.count &+= added
                return
            }
            if entry.pointee.high == 0 { break }
            index = (index &+ 1) & mask
        }
        entries[index] = Entry(low: key.low, high: key.high, count: added)
        count &+= 1
        if count &* 8 > capacity &* 5 { resize(to: capacity * 2) }
    }

    private func resize(to newCapacity: Int, droppingUpTo rare: Int = 0) {
        let (old, oldCapacity) = (entries, capacity)
        (entries, capacity, count) = (Self.emptyEntries(newCapacity), newCapacity, 0)
        for index in 0 ..< oldCapacity where old[index].high != 0 && old[index].count > rare {
            let key = WordKey(low: old[index].low, high: old[index].high)
            add(key, hash: hasher.hash(key), count: old[index].count)
        }
        old.deallocate()
    }

    /// Adds what another table counted.
    func add(_ other: ShortWordTable) {
        other.forEachEntry { entry in
            let key = WordKey(low: entry.pointee.low, high: entry.pointee.high)
            add(key, hash: hasher.hash(key), count: entry.pointee.count)
        }
    }

    /// Forgets the words that were met at most `rare` times.
    func drop(upTo rare: Int) {
        var kept = 0
        forEachEntry { if $0.pointee.count > rare { kept += 1 } }
        var newCapacity = 1 << 12
        while kept * 8 > newCapacity * 5 { newCapacity *= 2 }
        resize(to: newCapacity, droppingUpTo: rare)
    }

    func forEachEntry(_ body: (UnsafeMutablePointer<Entry>) throws -> Void) rethrows {
        for index in 0 ..< capacity where entries[index].high != 0 { try body(entries + index) }
    }
}
