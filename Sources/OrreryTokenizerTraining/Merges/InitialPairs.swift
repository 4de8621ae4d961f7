import OrreryTokenizers

/// The pairs of neighbouring letters that words begin with: their counts, and the words that each stands in.
struct InitialPairs: ~Copyable {
    let counts: PairCounts
    private(set) var candidates: [MergeCandidate] = []
    private var occurrences: MergeOccurrences

    private struct Found {
        var pair: SymbolPair
        var count = 0
        var numWords = 0
        var lastWord = SymbolWords.Number.max
        var cursor = 0
        var isAllowed = false
    }

    init(_ words: SymbolWords, _ policy: some MergePolicy) {
        var index = PairIndex()
        var found: [Found] = []
        words.forEach { number, symbols, count in
            for position in 1 ..< symbols.count {
                let (left, right) = (symbols[position - 1], symbols[position])
                let pair = SymbolPair(left, right)
                let place = index.place(of: pair)
                if place == found.count { found.append(Found(pair: pair)) }
                found[place].count += count
                if found[place].lastWord != number {
                    found[place].lastWord = number
                    found[place].numWords += 1
                }
            }
        }
        counts = PairCounts(capacity: found.count)
        var total = 0
        for place in found.indices where policy.allows(found[place].pair.left, found[place].pair.right) {
            counts.add(found[place].count, to: found[place].pair)
            found[place].cursor = total
            found[place].lastWord = .max
            found[place].isAllowed = true
            candidates.append(
                MergeCandidate(
                    pair: found[place].pair, count: found[place].count, words: total ..< total + found[place].numWords))
            total += found[place].numWords
        }
        occurrences = MergeOccurrences(capacity: total * 2)
        _ = occurrences.reserve(total)
        let list = occurrences.words
        words.forEach { number, symbols, _ in
            for position in 1 ..< symbols.count {
                guard let place = index.find(SymbolPair(symbols[position - 1], symbols[position])),
                    found[place].isAllowed, found[place].lastWord != number
                else { continue }
                found[place].lastWord = number
                list[found[place].cursor] = number
                found[place].cursor += 1
            }
        }
    }

    consuming func takeOccurrences() -> MergeOccurrences { occurrences }
}

/// From a pair to its place in a list: pairs of bytes by a table of all, others by a dictionary.
private struct PairIndex {
    private var small = [Int32](repeating: -1, count: 1 << 20)
    private var large: [SymbolPair: Int32] = [:]
    private var count: Int32 = 0

    /// The place of `pair`: the next free one if it is new.
    mutating func place(of pair: SymbolPair) -> Int {
        if let place = find(pair) { return place }
        defer { count += 1 }
        if let slot = Self.slot(of: pair) { small[slot] = count } else { large[pair] = count }
        return Int(count)
    }

    func find(_ pair: SymbolPair) -> Int? {
        if let slot = Self.slot(of: pair) { return small[slot] < 0 ? nil : Int(small[slot]) }
        return large[pair].map(Int.init)
    }

    /// The place of a pair of ids below 1024, which all letters of a byte-level vocabulary have; nil for others.
    private static func slot(of pair: SymbolPair) -> Int? {
        pair.left < 1024 && pair.right < 1024 ? Int(pair.left << 10 | pair.right) : nil
    }
}
