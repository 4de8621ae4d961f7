import OrreryTokenizers

/// Words as symbols, side by side in one block that merging shortens in place.
///
/// A word is its length, its count in two cells, the length it began with, and its symbols: what a merge reads of a
/// word is in one place of memory. A word's number is the cell it starts at.
final class SymbolWords {
    typealias Number = UInt32

    static let headerCells = 4

    private(set) var cells: UnsafeMutablePointer<UInt32>
    private var capacity: Int
    private(set) var used = 0

    init(capacity: Int = 1 << 16) {
        self.capacity = capacity
        cells = .allocate(capacity: capacity)
    }

    deinit { cells.deallocate() }

    /// Adds a word. Those of less than two symbols are left out: there is nothing in them to merge.
    ///
    /// - Throws: `TokenizerError` where there is no number left for a word.
    func append(_ symbols: UnsafeBufferPointer<UInt32>, count: Int) throws {
        guard symbols.count >= 2, let base = symbols.baseAddress else { return }
        let needed = used + Self.headerCells + symbols.count
        guard needed <= Int(Number.max) else {
            throw TokenizerError.invalid(
                "the distinct words have more than \(Number.max) letters together; expected a smaller corpus, or less --word-memory"
            )
        }
        if needed > capacity { grow(to: max(capacity * 2, needed)) }
        let word = cells + used
        word[0] = UInt32(symbols.count)
        word[1] = UInt32(truncatingIfNeeded: count)
        word[2] = UInt32(truncatingIfNeeded: count >> 32)
        word[3] = word[0]
        (word + Self.headerCells).update(from: base, count: symbols.count)
        used = needed
    }

    private func grow(to newCapacity: Int) {
        let larger = UnsafeMutablePointer<UInt32>.allocate(capacity: newCapacity)
        larger.update(from: cells, count: used)
        cells.deallocate()
        (cells, capacity) = (larger, newCapacity)
    }

    /// Calls `body` with each word as it is now.
    @inline(__always)
    func forEach(_ body: (_ number: Number, _ symbols: UnsafeBufferPointer<UInt32>, _ count: Int) -> Void) {
        var position = 0
        while position < used {
            let word = cells + position
            let length = Int(word[0])
            body(
                Number(position), UnsafeBufferPointer(start: word + Self.headerCells, count: length),
                Self.count(of: word))
            position += Self.headerCells + Int(word[3])
        }
    }

    /// The symbols of all words, each as often as it was met.
    var tokenCount: Int {
        var total = 0
        forEach { _, symbols, count in total += symbols.count * count }
        return total
    }

    /// How often a word was met.
    @inline(__always)
    static func count(of word: UnsafeMutablePointer<UInt32>) -> Int { Int(word[1]) | Int(word[2]) << 32 }
}
