import OrreryTokenizers

/// The rules of sentencepiece's BPE trainer (`src/bpe_model_trainer.cc`): of equally frequent pairs the one with fewer
/// characters merges first, then the one whose text comes first; a second way to one text is passed over.
///
/// There the best pair is sought among the most frequent twentieth of all, chosen anew every hundred merges; here among
/// all.
struct SentencePieceMerging: MergePolicy {
    private let rules: PieceRules
    /// The characters of each symbol.
    private(set) var symbols: [[UInt32]]
    private var known: Set<[UInt32]> = []

    /// - Parameter characters: the characters that words are made of; their places are their ids.
    init(_ rules: PieceRules, characters: [UInt32]) {
        self.rules = rules
        symbols = characters.map { [$0] }
    }

    var count: Int { symbols.count }

    func isBefore(_ first: MergeCandidate, _ second: MergeCandidate) -> Bool {
        if first.count != second.count { return first.count > second.count }
        if first.pair == second.pair { return first.words.lowerBound < second.words.lowerBound }
        let lengths = (length(first.pair), length(second.pair))
        if lengths.0 != lengths.1 { return lengths.0 < lengths.1 }
        for place in 0 ..< lengths.0 {
            // Code points order as their UTF-8 does.
            let (one, other) = (character(place, of: first.pair), character(place, of: second.pair))
            if one != other { return one < other }
        }
        return first.pair < second.pair
    }

    private func length(_ pair: SymbolPair) -> Int { symbols[Int(pair.left)].count + symbols[Int(pair.right)].count }

    private func character(_ place: Int, of pair: SymbolPair) -> UInt32 {
        let left = symbols[Int(pair.left)].count
        return place < left ? symbols[Int(pair.left)][place] : symbols[Int(pair.right)][place - left]
    }

    func allows(_ left: UInt32, _ right: UInt32) -> Bool { rules.allow(symbols[Int(left)] + symbols[Int(right)]) }

    mutating func merge(_ left: UInt32, _ right: UInt32) -> UInt32? {
        let text = symbols[Int(left)] + symbols[Int(right)]
        guard known.insert(text).inserted else { return nil }
        symbols.append(text)
        return UInt32(symbols.count - 1)
    }
}
