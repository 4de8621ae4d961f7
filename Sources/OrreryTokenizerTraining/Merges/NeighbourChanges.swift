import OrreryTokenizers

/// What one merge changes about the pairs that a symbol forms on one side of it: one record for each symbol that stands
/// there.
///
/// While a merge goes through its words nothing is looked up: a record is found by the neighbour's id. Only afterwards
/// does each record meet the table of all pairs, once.
struct NeighbourChanges: ~Copyable {
    struct Record {
        /// Pairs that are no more, by count.
        var lost = 0
        /// Pairs that are new, by count.
        var gained = 0
        /// The word in which a pair was gained last.
        var lastWord = SymbolWords.Number.max
        /// Words in which pairs were gained.
        var numWords: UInt32 = 0
        /// Where the next of these words is written.
        var cursor = 0
        var isTouched = false
    }

    private(set) var records: UnsafeMutablePointer<Record>
    private var capacity: Int
    /// The neighbours that have a record, in the order they were met.
    private(set) var touched: [UInt32] = []
    /// Words in which a pair was gained, with the neighbour.
    private var gains: [(neighbour: UInt32, word: SymbolWords.Number)] = []

    init(capacity: Int) {
        self.capacity = max(capacity, 1024)
        records = .allocate(capacity: self.capacity)
        records.initialize(repeating: Record(), count: self.capacity)
    }

    deinit { records.deallocate() }

    /// Makes room for ids below `count`.
    mutating func reserve(_ count: Int) {
        guard count > capacity else { return }
        let newCapacity = max(count, capacity * 2)
        let larger = UnsafeMutablePointer<Record>.allocate(capacity: newCapacity)
        larger.update(from: records, count: capacity)
        (larger + capacity).initialize(repeating: Record(), count: newCapacity - capacity)
        records.deallocate()
        (records, capacity) = (larger, newCapacity)
    }

    @inline(__always)
    private mutating func record(of neighbour: UInt32) -> UnsafeMutablePointer<Record> {
        let record = records + Int(neighbour)
        if !record.pointee.isTouched {
            record.pointee.isTouched = true
            touched.append(neighbour)
        }
        return record
    }

    @inline(__always)
    mutating func lose(_ neighbour: UInt32, count: Int) { record(of: neighbour).pointee.lost &+= count }

    @inline(__always)
    mutating func gain(_ neighbour: UInt32, count: Int, in word: SymbolWords.Number) {
        let record = record(of: neighbour)
        record.pointee.gained &+= count
        if record.pointee.lastWord != word {
            record.pointee.lastWord = word
            record.pointee.numWords &+= 1
            gains.append((neighbour, word))
        }
    }

    /// Writes each gaining neighbour's words, in order, to where its `cursor` stands, or nowhere if that is negative.
    func writeWords(to words: UnsafeMutablePointer<SymbolWords.Number>) {
        for (neighbour, word) in gains where records[Int(neighbour)].cursor >= 0 {
            words[records[Int(neighbour)].cursor] = word
            records[Int(neighbour)].cursor += 1
        }
    }

    /// Forgets everything.
    mutating func reset() {
        for neighbour in touched { records[Int(neighbour)] = Record() }
        touched.removeAll(keepingCapacity: true)
        gains.removeAll(keepingCapacity: true)
    }
}
