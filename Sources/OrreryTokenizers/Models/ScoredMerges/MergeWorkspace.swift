/// The symbols of one text while they are merged, in memory that the next text uses again.
struct MergeWorkspace {
    /// Stretches of the text; a merged one has grown over those that follow it.
    struct Symbol {
        let start: Int32
        /// 0 once another has taken it over.
        var length: Int32
        var previous: Int32
        var next: Int32
        /// The piece that a merge made of it; before, `unmerged` or what `split` was told.
        var id: TokenID
        let isFrozen: Bool
    }

    static let unmerged: TokenID = -2
    private static let none: Int32 = -1

    /// Two neighbours that may merge.
    private struct Candidate {
        /// The rank of the piece above, the left symbol's number below: one comparison orders both.
        let key: UInt64
        /// The joint length: what shows that one of the two has changed meanwhile.
        let length: Int32
        let id: TokenID
    }

    private(set) var symbols: [Symbol] = []
    private var candidates: [Candidate] = []
    /// Up to so many symbols a scan for the best pair beats a heap.
    private static let shortText = 24

    /// Fills `symbols` with the characters of `text`, or with the frozen symbols where those stand.
    mutating func split(_ text: UnsafeBufferPointer<UInt8>, _ frozen: DoubleArrayTrie?) {
        symbols.removeAll(keepingCapacity: true)
        var position = 0
        while position < text.count {
            let symbol = frozen?.withWalker { $0.longestPrefix(of: text, from: position, limit: 64) }
            let length = symbol?.length ?? min(lengthOfCharacter(startingWith: text[position]), text.count - position)
            let number = Int32(symbols.count)
            symbols.append(
                Symbol(
                    start: Int32(position), length: Int32(length), previous: number - 1,
                    next: position + length < text.count ? number + 1 : Self.none, id: Self.unmerged,
                    isFrozen: symbol != nil))
            position += length
        }
    }

    /// Fills `symbols` with the characters of `text`, each with the id that `id` gives it.
    @inline(__always)
    mutating func split(_ text: UnsafeBufferPointer<UInt8>, _ id: (UnsafeBufferPointer<UInt8>) -> TokenID) {
        split(text, nil)
        for number in symbols.indices {
            let start = Int(symbols[number].start)
            symbols[number].id = id(UnsafeBufferPointer(rebasing: text[start ..< start + Int(symbols[number].length)]))
        }
    }

    /// Merges until no two neighbours may.
    ///
    /// - Parameter piece: the piece that two neighbours make together, and its rank, if they may merge.
    @inline(__always)
    mutating func merge(_ piece: (_ left: Symbol, _ right: Symbol) -> (id: TokenID, rank: UInt32)?) {
        candidates.removeAll(keepingCapacity: true)
        var candidates = self.candidates
        self.candidates = []
        symbols.withUnsafeMutableBufferPointer { symbols in
            if symbols.count <= Self.shortText {
                Self.mergeByScanning(symbols, &candidates, piece)
            } else {
                Self.mergeByHeap(symbols, &candidates, piece)
            }
        }
        self.candidates = candidates
    }

    @inline(__always)
    private static func candidate(
        _ symbols: UnsafeMutableBufferPointer<Symbol>, _ left: Int32, _ right: Int32,
        _ piece: (_ left: Symbol, _ right: Symbol) -> (id: TokenID, rank: UInt32)?
    ) -> Candidate? {
        guard left >= 0, right >= 0 else { return nil }
        let (first, second) = (symbols[Int(left)], symbols[Int(right)])
        guard !first.isFrozen, !second.isFrozen, let (id, rank) = piece(first, second) else { return nil }
        return Candidate(key: UInt64(rank) << 32 | UInt64(left), length: first.length + second.length, id: id)
    }

    /// Makes one symbol of `left` and its right neighbour.
    @inline(__always)
    private static func join(_ symbols: UnsafeMutableBufferPointer<Symbol>, _ left: Int, _ candidate: Candidate) {
        let right = Int(symbols[left].next)
        symbols[left].length = candidate.length
        symbols[left].id = candidate.id
        symbols[left].next = symbols[right].next
        symbols[right].length = 0
        if symbols[right].next >= 0 { symbols[Int(symbols[right].next)].previous = Int32(left) }
    }

    /// For words: the candidates stand by their left symbols, and the best is looked for each time.
    @inline(__always)
    private static func mergeByScanning(
        _ symbols: UnsafeMutableBufferPointer<Symbol>, _ candidates: inout [Candidate],
        _ piece: (_ left: Symbol, _ right: Symbol) -> (id: TokenID, rank: UInt32)?
    ) {
        let impossible = Candidate(key: .max, length: 0, id: unmerged)
        for left in symbols.indices {
            candidates.append(candidate(symbols, Int32(left), symbols[left].next, piece) ?? impossible)
        }
        candidates.withUnsafeMutableBufferPointer { candidates in
            while true {
                var best = impossible
                for candidate in candidates where candidate.key < best.key { best = candidate }
                guard best.key != .max else { return }
                let left = Int(best.key & 0xFFFF_FFFF)
                candidates[Int(symbols[left].next)] = impossible
                join(symbols, left, best)
                let previous = symbols[left].previous
                if previous >= 0 {
                    candidates[Int(previous)] = candidate(symbols, previous, Int32(left), piece) ?? impossible
                }
                candidates[left] = candidate(symbols, Int32(left), symbols[left].next, piece) ?? impossible
            }
        }
    }

    private static func mergeByHeap(
        _ symbols: UnsafeMutableBufferPointer<Symbol>, _ heap: inout [Candidate],
        _ piece: (_ left: Symbol, _ right: Symbol) -> (id: TokenID, rank: UInt32)?
    ) {
        for right in symbols.indices.dropFirst() {
            if let candidate = candidate(symbols, Int32(right - 1), Int32(right), piece) { heap.append(candidate) }
        }
        MinimumHeap.order(&heap) { $0.key < $1.key }
        while let best = MinimumHeap.pop(&heap, { $0.key < $1.key }) {
            let left = Int(best.key & 0xFFFF_FFFF)
            let right = Int(symbols[left].next)
            // A symbol only ever grows, and over its right neighbour, so equal lengths mean an unchanged pair.
            guard symbols[left].length != 0, right >= 0, symbols[left].length + symbols[right].length == best.length
            else { continue }
            join(symbols, left, best)
            if let candidate = candidate(symbols, symbols[left].previous, Int32(left), piece) {
                MinimumHeap.push(candidate, &heap) { $0.key < $1.key }
            }
            if let candidate = candidate(symbols, Int32(left), symbols[left].next, piece) {
                MinimumHeap.push(candidate, &heap) { $0.key < $1.key }
            }
        }
    }

    /// Calls `body` with each symbol that is left, in order.
    @inline(__always)
    func forEachSymbol(_ body: (Symbol) throws -> Void) rethrows {
        var number = symbols.isEmpty ? Self.none : 0
        while number >= 0 {
            try body(symbols[Int(number)])
            number = symbols[Int(number)].next
        }
    }
}
