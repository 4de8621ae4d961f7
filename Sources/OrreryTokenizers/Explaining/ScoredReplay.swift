/// The merges of one word, told plainly: of all neighbours that may merge, those with the best score do, of several the
/// leftmost. `ScoredMerges` and `RankedMerges` do the same fast.
struct ScoredReplay {
    typealias Piece = (id: TokenID, score: Float)

    /// The piece of a text and its score.
    private let piece: (ArraySlice<UInt8>) -> Piece?
    /// What two neighbours become, of whose joint text the second starts at `cut`.
    private let pair: (_ joint: ArraySlice<UInt8>, _ cut: Int) -> Piece?

    /// SentencePiece's way: neighbours merge where their joint text is a piece.
    ///
    /// - Parameter piece: the piece of a text, if merges may make it.
    init(piece: @escaping (ArraySlice<UInt8>) -> Piece?) {
        self.init(piece: piece) { joint, _ in piece(joint) }
    }

    /// By a list of pairs.
    init(
        piece: @escaping (ArraySlice<UInt8>) -> Piece?,
        pair: @escaping (_ joint: ArraySlice<UInt8>, _ cut: Int) -> Piece?
    ) {
        (self.piece, self.pair) = (piece, pair)
    }

    /// The merges of a word, or nil if they do not end in `tokens`: then its neighbours had a part in it.
    ///
    /// A step's rank is its score without the sign: in models that were trained as BPE, and in lists of pairs, the
    /// number of the merge.
    func trace(of word: [UInt8], tokens: [TokenID]) -> MergeTrace? {
        // A symbol is a range of the word.
        var symbols = Self.characters(of: word)
        func id(_ range: Range<Int>) -> TokenID { piece(word[range])?.id ?? MergeTrace.noToken }
        let start = symbols.map(id)
        var steps: [MergeTrace.Step] = []
        while let best = bestPair(symbols, of: word) {
            let (left, right) = (symbols[best.place], symbols[best.place + 1])
            symbols[best.place] = left.lowerBound ..< right.upperBound
            symbols.remove(at: best.place + 1)
            steps.append(
                MergeTrace.Step(
                    rank: Int(exactly: best.score.magnitude.rounded()) ?? 0, left: id(left), right: id(right),
                    result: best.id, tokens: symbols.map(id)))
        }
        let found = symbols.map(id)
        return found == tokens ? MergeTrace(bytes: start, steps: steps, tokens: found, isWhole: false) : nil
    }

    private func bestPair(_ symbols: [Range<Int>], of word: [UInt8]) -> (place: Int, id: TokenID, score: Float)? {
        var best: (place: Int, id: TokenID, score: Float)?
        for place in symbols.indices.dropLast() {
            let (left, right) = (symbols[place], symbols[place + 1])
            guard let (id, score) = pair(word[left.lowerBound ..< right.upperBound], right.lowerBound) else { continue }
            if best == nil || score > best!.score { best = (place, id, score) }
        }
        return best
    }

    private static func characters(of word: [UInt8]) -> [Range<Int>] {
        word.withUnsafeBufferPointer { bytes in
            var ranges: [Range<Int>] = []
            var start = 0
            while start < bytes.count {
                let length =
                    switch UTF8Step(bytes, at: start) {
                    case .scalar(_, let length), .invalid(let length): length
                    case .incomplete: bytes.count - start
                    }
                ranges.append(start ..< start + length)
                start += length
            }
            return ranges
        }
    }
}

/// Groups the tokens of a text into words that start with "▁".
struct SpacedWords {
    private(set) var words: [(tokens: [TokenID], isWhole: Bool)] = []

    /// - Parameter piece: the bytes of a token as the vocabulary has it; nil for one that is no part of a word
    ///   (unknown, a byte).
    init(_ tokens: [TokenID], _ piece: (TokenID) -> ArraySlice<UInt8>?) {
        for id in tokens {
            guard let bytes = piece(id) else {
                words.append(([id], false))
                continue
            }
            let startsWord = bytes.starts(with: SentencePieceNormalizer.spaceSymbol) || words.last?.isWhole != true
            if startsWord { words.append(([id], true)) } else { words[words.count - 1].tokens.append(id) }
        }
    }
}
