/// The symbols of one word while they are merged, in memory that the next word uses again.
///
/// The best pair first, and among equals the leftmost. A pair that was put into the heap and has changed since counts
/// if what stands there now becomes the same token.
///
/// Source: Hugging Face tokenizers, `src/models/bpe/word.rs`, Word::merge_all.
struct PairMerging {
    private struct Symbol {
        var id: TokenID
        /// In bytes of the word; 0 once the left neighbour has taken it over.
        var length: Int32
        var previous: Int32
        var next: Int32
    }

    private struct Candidate {
        /// The rank above, the left symbol's number below: one comparison orders both.
        var key: UInt64
        var result: TokenID
    }

    private var symbols: [Symbol] = []
    private var heap: [Candidate] = []

    mutating func removeAll() { symbols.removeAll(keepingCapacity: true) }

    mutating func append(_ id: TokenID, _ length: Int32) {
        let number = Int32(symbols.count)
        if number > 0 { symbols[Int(number) - 1].next = number }
        symbols.append(Symbol(id: id, length: length, previous: number - 1, next: -1))
    }

    mutating func merge(_ table: MergeTable) {
        guard symbols.count > 1 else { return }
        heap.removeAll(keepingCapacity: true)
        for left in 0 ..< symbols.count - 1 {
            if let merge = table[symbols[left].id, symbols[left + 1].id] {
                heap.append(Candidate(key: UInt64(merge.rank) << 32 | UInt64(left), result: merge.result))
            }
        }
        MinimumHeap.order(&heap) { $0.key < $1.key }
        while let best = MinimumHeap.pop(&heap, { $0.key < $1.key }) {
            let left = Int(best.key & 0xFFFF_FFFF)
            let symbol = symbols[left]
            guard symbol.length != 0, symbol.next >= 0 else { continue }
            let right = symbols[Int(symbol.next)]
            guard let merge = table[symbol.id, right.id], merge.result == best.result else { continue }
            symbols[Int(symbol.next)].length = 0
            symbols[left].id = best.result
            symbols[left].length += right.length
            symbols[left].next = right.next
            if right.next >= 0 { symbols[Int(right.next)].previous = Int32(left) }
            if symbol.previous >= 0 { offer(Int(symbol.previous), left, table) }
            if right.next >= 0 { offer(left, Int(right.next), table) }
        }
    }

    @inline(__always)
    private mutating func offer(_ left: Int, _ right: Int, _ table: MergeTable) {
        guard let merge = table[symbols[left].id, symbols[right].id] else { return }
        MinimumHeap.push(Candidate(key: UInt64(merge.rank) << 32 | UInt64(left), result: merge.result), &heap) {
            $0.key < $1.key
        }
    }

    /// Calls `body` with the symbols that are left, in order.
    @inline(__always)
    func forEachSymbol(_ body: (TokenID, Int32) -> Void) {
        for symbol in symbols where symbol.length != 0 { body(symbol.id, symbol.length) }
    }
}
