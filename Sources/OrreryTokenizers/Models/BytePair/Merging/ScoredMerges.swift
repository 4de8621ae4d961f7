/// Byte-pair encoding as sentencepiece has it: any two neighbours whose joint text is a token may merge, the token with
/// the best score first, and among equals the leftmost.
///
/// GPT-2's algorithm lists pairs; here the list is the vocabulary itself. Each merge costs two look-ups and the
/// logarithm of the number of candidates, so a text of n characters takes O(n log n) whatever it is.
///
/// Source: sentencepiece, `src/bpe_model.cc`, Model::SampleEncode; llama.cpp, `src/llama-vocab.cpp`,
/// llm_tokenizer_spm_session.
struct ScoredMerges: Sendable {
    /// The id of a symbol that no merge has made.
    static let unmerged = UInt32.max
    /// The id of a symbol that never merges.
    static let frozen = UInt32.max - 1

    let index: PieceIndex
    /// The place of each token in the order of merges: less is earlier. `noMerge` for those that no merge may make.
    private let ranks: [UInt32]
    /// The symbols that are found first and stay whole; nil if there are none.
    private let frozen: DoubleArrayTrie?

    /// - Parameters:
    ///   - mayBeMade: whether merges may make a token.
    ///   - frozen: the symbols that are found first and stay whole; nil if there are none.
    /// - Throws: `TokenizerError` where there are more different scores than ranks.
    init(_ index: PieceIndex, scores: [Float], frozen: DoubleArrayTrie?, mayBeMade: (Int) -> Bool) throws {
        self.index = index
        self.frozen = frozen
        ranks = try Self.ranks(of: scores, mayBeMade)
    }

    /// The order of scores as integers from 0: the highest score is the least rank, and equal scores have equal ranks.
    private static func ranks(of scores: [Float], _ mayBeMade: (Int) -> Bool) throws -> [UInt32] {
        var order: [UInt64] = []
        order.reserveCapacity(scores.count)
        for (id, score) in scores.enumerated() where mayBeMade(id) {
            order.append(UInt64(~ascending(score)) << 32 | UInt64(id))
        }
        order.sort()
        var ranks = [UInt32](repeating: Merging.noMerge, count: scores.count)
        var (rank, score): (UInt32, UInt64) = (0, order.first.map { $0 >> 32 } ?? 0)
        for entry in order {
            if entry >> 32 != score { (rank, score) = (rank + 1, entry >> 32) }
            ranks[Int(entry & 0xFFFF_FFFF)] = rank
        }
        guard rank < Merging.noMerge else {
            throw TokenizerError.invalid(
                "the tokens have \(rank + 1) different scores; expected at most \(Merging.noMerge)")
        }
        return ranks
    }

    /// IEEE 754's total order of the bit patterns, as sentencepiece compares them, where -0 comes before +0.
    private static func ascending(_ score: Float) -> UInt32 {
        let bits = score.bitPattern
        return bits >> 31 == 1 ? ~bits : bits | 1 << 31
    }

    /// What two neighbours make: their joint text, as places in the whole one.
    typealias Observer = (_ token: TokenID, _ start: Int, _ middle: Int, _ end: Int) -> Void

    /// Cuts `text` into characters and frozen symbols, merges them, and calls `emit` with what is left, in order: its
    /// id (`unmerged` or `frozen` where no merge made it), and where it starts and ends.
    ///
    /// - Parameter observe: hears of every pair that could merge, in the order in which it comes up.
    @inline(__always)
    func segment(
        _ text: UnsafeBufferPointer<UInt8>, _ scratch: MergeScratch, observe: Observer? = nil,
        emit: (_ id: UInt32, _ start: Int, _ end: Int) -> Void
    ) {
        split(text, scratch)
        let starts = scratch.starts
        let pairs = ScoredPairs(
            index: index, ranks: ranks, text: text, starts: starts, tokens: scratch.results, observe: observe)
        pairs.merge(scratch) { emit($0, Int(starts[$1]), Int(starts[$2])) }
    }

    /// Makes the characters of `text` the symbols of `scratch`, or the frozen symbols where those stand.
    private func split(_ text: UnsafeBufferPointer<UInt8>, _ scratch: MergeScratch) {
        scratch.beginAppending()
        var position = 0
        while position < text.count {
            let symbol = frozen?.withWalker { $0.longestPrefix(of: text, from: position, limit: 64) }
            let length = symbol?.length ?? min(lengthOfCharacter(startingWith: text[position]), text.count - position)
            scratch.append(symbol == nil ? Self.unmerged : Self.frozen, length: length)
            position += length
        }
    }
}

/// The rule of `ScoredMerges` in one text.
private struct ScoredPairs: MergeRule {
    let index: PieceIndex
    let ranks: [UInt32]
    let text: UnsafeBufferPointer<UInt8>
    /// Where each initial symbol starts in the text.
    let starts: UnsafeMutablePointer<Int32>
    /// What the merge of each symbol with the next makes.
    let tokens: UnsafeMutablePointer<UInt32>
    let observe: ScoredMerges.Observer?

    @inline(__always)
    func rank(_ left: UInt32, _ right: UInt32, from start: Int, over middle: Int, to end: Int) -> UInt32 {
        guard left != ScoredMerges.frozen, right != ScoredMerges.frozen else { return Merging.noMerge }
        let token = index.id(of: UnsafeBufferPointer(rebasing: text[Int(starts[start]) ..< Int(starts[end])]))
        guard token != PieceIndex.missing else { return Merging.noMerge }
        tokens[start] = UInt32(bitPattern: token)
        let rank = ranks[Int(token)]
        if let observe, rank != Merging.noMerge {
            observe(token, Int(starts[start]), Int(starts[middle]), Int(starts[end]))
        }
        return rank
    }

    @inline(__always)
    func result(ofRank rank: UInt32, from start: Int) -> UInt32 { tokens[start] }
}
