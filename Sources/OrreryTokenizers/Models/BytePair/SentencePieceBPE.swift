/// SentencePiece's byte-pair encoding: `ScoredMerges` over the vocabulary, with symbols that never merge and pieces
/// that are split again.
///
/// sentencepiece runs its queue over the whole text. Two neighbouring characters that are neighbours in no piece can
/// never be merged across, so the text is cut there into words that are merged one by one with the same result, and a
/// word that was seen is not merged again.
struct SentencePieceBPE: Sendable {
    /// What becomes of a symbol that is this piece.
    enum Outcome: UInt8 {
        case piece, unknown, splitAgain
    }

    static let unknown: TokenID = -1
    /// sentencepiece stops splitting again at this depth.
    private static let maximalDepth = 100

    private let merges: ScoredMerges
    private let outcomes: [Outcome]
    private let splitsAgain: Bool
    private let cuts: WordCuts

    /// - Parameters:
    ///   - scores: of each piece; those with the outcome `unknown` are never merged to.
    ///   - frozen: the symbols that are found first and stay whole.
    init(
        _ pieces: PieceTable, index: PieceIndex, scores: [Float], outcomes: [Outcome], frozen: DoubleArrayTrie?
    ) throws {
        merges = try ScoredMerges(index, scores: scores, frozen: frozen) { outcomes[$0] != .unknown }
        self.outcomes = outcomes
        splitsAgain = outcomes.contains(.splitAgain)
        cuts = WordCuts(pieces, ids: pieces.indices.filter { outcomes[$0] != .unknown })
    }

    /// Calls `emit` with each piece's id and length, in order.
    ///
    /// - Parameter isUTF8: whether `text` is, so that words can be told by their bytes.
    /// - Precondition: `text` has at most 2^31 - 2 bytes.
    func segment(_ text: UnsafeBufferPointer<UInt8>, isUTF8: Bool, _ emit: (TokenID, Int) -> Void) {
        let scratch = MergeScratch()
        // What is split again depends on the whole text.
        guard isUTF8, !splitsAgain else { return segmentWhole(text, scratch, emit) }
        var cache = RepeatedWords(textLength: text.count)
        var start = 0
        while start < text.count {
            let end = cuts.endOfWord(text, from: start)
            let word = UnsafeBufferPointer(rebasing: text[start ..< end])
            let tokens = cache.range(of: word, at: start, in: text) { tokens in
                merges.segment(word, scratch) { id, start, end in
                    tokens.append((token(id, in: word, start, end), Int32(end - start)))
                }
            }
            for place in tokens { emit(cache.tokens[place].id, Int(cache.tokens[place].length)) }
            start = end
        }
    }

    /// The token that a symbol is in the end, or `unknown`.
    @inline(__always)
    private func token(_ id: UInt32, in text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int) -> TokenID {
        if id < ScoredMerges.frozen { return TokenID(bitPattern: id) }
        let id = merges.index.id(of: UnsafeBufferPointer(rebasing: text[start ..< end]))
        return id >= 0 && outcomes[Int(id)] != .unknown ? id : Self.unknown
    }

    // MARK: The whole text at once

    /// The two parts whose merge last made a piece possible that is to be split again.
    private struct Parts {
        let start: Int
        let left: Int
        let right: Int
    }

    private func segmentWhole(
        _ text: UnsafeBufferPointer<UInt8>, _ scratch: MergeScratch, _ emit: (TokenID, Int) -> Void
    ) {
        var partsOf: [TokenID: Parts] = [:]
        func remember(_ id: TokenID, _ start: Int, _ middle: Int, _ end: Int) {
            guard outcomes[Int(id)] == .splitAgain else { return }
            partsOf[id] = Parts(start: start, left: middle - start, right: end - middle)
        }
        merges.segment(text, scratch, observe: splitsAgain ? remember : nil) { id, start, end in
            let token = token(id, in: text, start, end)
            if token >= 0, outcomes[Int(token)] == .splitAgain {
                splitAgain(text, start, end - start, partsOf, depth: 0, emit)
            } else {
                emit(token, end - start)
            }
        }
    }

    private func splitAgain(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ length: Int, _ partsOf: [TokenID: Parts], depth: Int,
        _ emit: (TokenID, Int) -> Void
    ) {
        let id = merges.index.id(of: UnsafeBufferPointer(rebasing: text[start ..< start + length]))
        if id >= 0, outcomes[Int(id)] == .piece || depth > Self.maximalDepth { return emit(id, length) }
        guard id >= 0, outcomes[Int(id)] == .splitAgain, let parts = partsOf[id] else {
            return emit(Self.unknown, length)
        }
        splitAgain(text, parts.start, parts.left, partsOf, depth: depth + 1, emit)
        splitAgain(text, parts.start + parts.left, parts.right, partsOf, depth: depth + 1, emit)
    }
}
