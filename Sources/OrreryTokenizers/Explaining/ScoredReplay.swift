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
        let symbols = Self.characters(of: word).map {
            PlainMerging.Symbol(id: piece(word[$0])?.id ?? MergeTrace.noToken, range: $0)
        }
        let merging = PlainMerging(symbols) { left, right in
            let joint = word[left.range.lowerBound ..< right.range.upperBound]
            return pair(joint, right.range.lowerBound).map { (-$0.score, $0.id) }
        }
        let trace = merging.trace()
        return trace.tokens == tokens ? trace : nil
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

    /// - Parameter piece: the bytes of a token as the vocabulary has it; nil for one that is not a part of a word
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
