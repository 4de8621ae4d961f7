/// A binary heap of possible merges in memory that is given to it, lowest rank first, and of one rank the leftmost.
struct MergeHeap {
    private let entries: UnsafeMutablePointer<UInt64>
    private let capacity: Int
    private var count = 0

    init(_ entries: UnsafeMutablePointer<UInt64>, capacity: Int) {
        self.entries = entries
        self.capacity = capacity
    }

    @inline(__always)
    private static func entry(_ rank: UInt32, _ position: Int) -> UInt64 {
        UInt64(rank) << 32 | UInt64(truncatingIfNeeded: position)
    }

    /// Adds an entry without ordering; `order()` must follow.
    @inline(__always)
    mutating func append(_ rank: UInt32, _ position: Int) {
        precondition(count < capacity)
        entries[count] = Self.entry(rank, position)
        count += 1
    }

    /// Orders what was appended, in linear time (Floyd 1964).
    mutating func order() {
        for parent in stride(from: count / 2 - 1, through: 0, by: -1) { sink(entries[parent], from: parent) }
    }

    @inline(__always)
    mutating func push(_ rank: UInt32, _ position: Int) {
        precondition(count < capacity)
        let entry = Self.entry(rank, position)
        var child = count
        count += 1
        while child > 0 {
            let parent = (child - 1) / 2
            guard entries[parent] > entry else { break }
            entries[child] = entries[parent]
            child = parent
        }
        entries[child] = entry
    }

    @inline(__always)
    mutating func popLowest() -> (rank: UInt32, position: Int)? {
        guard count > 0 else { return nil }
        let lowest = entries[0]
        count -= 1
        if count > 0 { sink(entries[count], from: 0) }
        return (UInt32(truncatingIfNeeded: lowest >> 32), Int(truncatingIfNeeded: lowest & 0xFFFF_FFFF))
    }

    /// Puts `entry` at `hole` or below it.
    private func sink(_ entry: UInt64, from hole: Int) {
        var hole = hole
        while true {
            var child = 2 * hole + 1
            guard child < count else { break }
            if child + 1 < count && entries[child + 1] < entries[child] { child += 1 }
            guard entries[child] < entry else { break }
            entries[hole] = entries[child]
            hole = child
        }
        entries[hole] = entry
    }
}
