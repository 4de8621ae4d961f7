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
    init(_ pieces: PieceTable, index: PieceIndex, scores: [Float], outcomes: [Outcome], frozen: DoubleArrayTrie?) {
        let ranks = zip(scores, outcomes).map { $1 == .unknown ? ScoredMerges.never : ScoredMerges.rank(of: $0) }
        merges = ScoredMerges(index: index, ranks: ranks, frozen: frozen)
        self.outcomes = outcomes
        splitsAgain = outcomes.contains(.splitAgain)
        cuts = WordCuts(pieces, ids: pieces.indices.filter { outcomes[$0] != .unknown })
    }

    /// Calls `emit` with each piece's id and length, in order.
    ///
    /// - Parameter isUTF8: whether `text` is, so that words can be told by their bytes.
    /// - Precondition: `text` has at most 2^31 - 2 bytes.
    func segment(_ text: UnsafeBufferPointer<UInt8>, isUTF8: Bool, _ emit: (TokenID, Int) -> Void) {
        var workspace = MergeWorkspace()
        // What is split again depends on the whole text.
        guard isUTF8, !splitsAgain else { return segmentWhole(text, &workspace, emit) }
        var cache = RepeatedWords(textLength: text.count)
        var start = 0
        while start < text.count {
            let end = cuts.endOfWord(text, from: start)
            let word = UnsafeBufferPointer(rebasing: text[start ..< end])
            let tokens = cache.range(of: word, at: start, in: text) { tokens in
                merges.segment(word, &workspace) { _, _, _, _ in }
                workspace.forEachSymbol { tokens.append((id(of: $0, in: word), $0.length)) }
            }
            for place in tokens { emit(cache.tokens[place].id, Int(cache.tokens[place].length)) }
            start = end
        }
    }

    /// The piece that a symbol is in the end, or `unknown`.
    @inline(__always)
    private func id(of symbol: MergeWorkspace.Symbol, in text: UnsafeBufferPointer<UInt8>) -> TokenID {
        if symbol.id >= 0 { return symbol.id }
        let id = merges.index.id(
            of: UnsafeBufferPointer(rebasing: text[Int(symbol.start) ..< Int(symbol.start + symbol.length)]))
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
        _ text: UnsafeBufferPointer<UInt8>, _ workspace: inout MergeWorkspace, _ emit: (TokenID, Int) -> Void
    ) {
        var partsOf: [TokenID: Parts] = [:]
        merges.segment(text, &workspace) { id, start, left, right in
            if splitsAgain, outcomes[Int(id)] == .splitAgain {
                partsOf[id] = Parts(start: start, left: left, right: right)
            }
        }
        workspace.forEachSymbol { symbol in
            let id = id(of: symbol, in: text)
            if id >= 0, outcomes[Int(id)] == .splitAgain {
                splitAgain(text, Int(symbol.start), Int(symbol.length), partsOf, depth: 0, emit)
            } else {
                emit(id, Int(symbol.length))
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
