/// A word on its way from symbols to tokens, merge by merge: the rule of byte-pair encoding told plainly. `MergeRule`
/// follows it fast, and the tests compare.
struct PlainMerging {
    /// A token or character, and the part of the word that it stands for.
    struct Symbol {
        var id: TokenID
        var range: Range<Int>
    }

    /// A merge: the lowest rank comes first, whatever the ranks are.
    typealias Merge = (rank: Float, result: TokenID)
    typealias Step = (rank: Float, left: TokenID, right: TokenID, result: TokenID)

    private(set) var symbols: [Symbol]
    /// The merge of each symbol with the next, if there is one.
    private var merges: [Merge?]
    private let merge: (Symbol, Symbol) -> Merge?

    /// - Parameter merge: what two neighbours become, if they may merge.
    init(_ symbols: [Symbol], merge: @escaping (_ left: Symbol, _ right: Symbol) -> Merge?) {
        self.symbols = symbols
        self.merge = merge
        merges = zip(symbols, symbols.dropFirst()).map(merge)
    }

    /// Makes the merge of the lowest rank, of several the leftmost, and returns it; nil if there is none.
    mutating func next() -> Step? {
        var best: (place: Int, merge: Merge)?
        for (place, merge) in merges.enumerated() {
            if let merge, best == nil || merge.rank < best!.merge.rank { best = (place, merge) }
        }
        guard let (place, found) = best else { return nil }
        let (left, right) = (symbols[place], symbols[place + 1])
        symbols[place] = Symbol(id: found.result, range: left.range.lowerBound ..< right.range.upperBound)
        symbols.remove(at: place + 1)
        merges.remove(at: place)
        if place > 0 { merges[place - 1] = merge(symbols[place - 1], symbols[place]) }
        if place < merges.count { merges[place] = merge(symbols[place], symbols[place + 1]) }
        return (found.rank, left.id, right.id, found.result)
    }

    /// All merges in their order.
    ///
    /// - Parameters:
    ///   - tokens: what the word becomes; nil where that is what the merges make of it.
    ///   - isWhole: whether the word was found whole in the vocabulary.
    consuming func trace(tokens: [TokenID]? = nil, isWhole: Bool = false) -> MergeTrace {
        let start = symbols.map(\.id)
        var steps: [MergeTrace.Step] = []
        while let (rank, left, right, result) = next() {
            steps.append(
                MergeTrace.Step(
                    rank: Int(exactly: rank.magnitude.rounded()) ?? 0, left: left, right: right, result: result,
                    tokens: symbols.map(\.id)))
        }
        return MergeTrace(bytes: start, steps: steps, tokens: tokens ?? symbols.map(\.id), isWhole: isWhole)
    }
}
