import OrreryTokenizers

/// The words of all candidates, one list behind the other.
///
/// It only grows: by the number of neighbouring symbols at the start, and by at most two for each pair of symbols that
/// is ever merged, which there are fewer of than symbols at the start. So it never holds more than three numbers of
/// four bytes to a letter of the distinct words.
struct MergeOccurrences: ~Copyable {
    private(set) var words: UnsafeMutablePointer<SymbolWords.Number>
    private var capacity: Int
    private(set) var used = 0

    init(capacity: Int) {
        self.capacity = max(capacity, 1024)
        words = .allocate(capacity: self.capacity)
    }

    deinit { words.deallocate() }

    /// Room for `count` more numbers, to be written by the caller.
    mutating func reserve(_ count: Int) -> Int {
        let start = used
        used += count
        if used > capacity {
            let newCapacity = max(used, capacity * 2)
            let larger = UnsafeMutablePointer<SymbolWords.Number>.allocate(capacity: newCapacity)
            larger.update(from: words, count: start)
            words.deallocate()
            (words, capacity) = (larger, newCapacity)
        }
        return start
    }
}
