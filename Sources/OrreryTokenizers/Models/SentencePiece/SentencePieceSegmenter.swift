/// How a model cuts a normalized text.
enum SentencePieceSegmenter: Sendable {
    case unigram(UnigramLattice<Float>)
    /// - Parameter isUTF8: whether normalized texts are certain to be.
    case bpe(SentencePieceBPE, isUTF8: Bool)
    /// Whole words, each space the start of one.
    case word(PieceIndex)
    /// Characters, and the symbols that the user defined.
    case char(PieceIndex, symbols: DoubleArrayTrie?)

    /// What a stretch that is not a piece is emitted as.
    static let unknown: TokenID = -1

    /// Calls `emit` with each piece's id and length, in order.
    func segment(_ text: UnsafeBufferPointer<UInt8>, _ emit: (TokenID, Int) -> Void) {
        switch self {
        case .unigram(let lattice): lattice.segment(text, emit)
        case .bpe(let merges, let isUTF8): merges.segment(text, isUTF8: isUTF8, emit)
        case .word(let index): Self.segmentWords(text, index, emit)
        case .char(let index, let symbols): Self.segmentCharacters(text, index, symbols, emit)
        }
    }

    /// Source: sentencepiece, `src/model_interface.cc`, SplitIntoWords.
    private static func segmentWords(
        _ text: UnsafeBufferPointer<UInt8>, _ index: PieceIndex, _ emit: (TokenID, Int) -> Void
    ) {
        var start = 0
        var position = 0
        while position < text.count {
            let length = min(lengthOfCharacter(startingWith: text[position]), text.count - position)
            if position > start, text[position ..< position + length].elementsEqual(SentencePieceNormalizer.spaceSymbol)
            {
                emit(index.id(of: UnsafeBufferPointer(rebasing: text[start ..< position])), position - start)
                start = position
            }
            position += length
        }
        if position > start {
            emit(index.id(of: UnsafeBufferPointer(rebasing: text[start ..< position])), position - start)
        }
    }

    private static func segmentCharacters(
        _ text: UnsafeBufferPointer<UInt8>, _ index: PieceIndex, _ symbols: DoubleArrayTrie?,
        _ emit: (TokenID, Int) -> Void
    ) {
        var position = 0
        while position < text.count {
            let symbol = symbols?.withWalker { $0.longestPrefix(of: text, from: position, limit: 64) }
            let length = symbol?.length ?? min(lengthOfCharacter(startingWith: text[position]), text.count - position)
            emit(index.id(of: UnsafeBufferPointer(rebasing: text[position ..< position + length])), length)
            position += length
        }
    }
}
