/// Byte-pair encoding as sentencepiece has it: any two neighbours whose joint text is a piece may merge, the piece with
/// the best score first, and among equals the leftmost.
///
/// GPT-2's algorithm lists pairs; here the list is the vocabulary itself. Each merge costs two look-ups and the
/// logarithm of the number of candidates, so a text of n characters takes O(n log n) whatever it is.
///
/// Source: sentencepiece, `src/bpe_model.cc`, Model::SampleEncode; llama.cpp, `src/llama-vocab.cpp`,
/// llm_tokenizer_spm_session.
struct ScoredMerges: Sendable {
    /// What has no place in the order of merges.
    static let never = UInt32.max

    let index: PieceIndex
    /// For each piece its place in the order of merges: less is earlier. `never` for those that no merge may make.
    let ranks: [UInt32]
    /// The symbols that are found first and stay whole; nil if there are none.
    let frozen: DoubleArrayTrie?

    /// The order of scores as integers: the highest score is the least rank, and equal scores have equal ranks.
    ///
    /// IEEE 754's total order of the bit patterns, as sentencepiece compares them, where -0 comes before +0.
    static func rank(of score: Float) -> UInt32 {
        let bits = score.bitPattern
        let ascending = bits >> 31 == 1 ? ~bits : bits | 1 << 31
        // Only a NaN of all ones could be `never`.
        return ~ascending
    }

    /// Cuts `text` into characters and frozen symbols, merges them, and leaves the result in `workspace.symbols`.
    ///
    /// - Parameter observe: hears of every pair that could merge, in the order in which it comes up: the pieces of its
    ///   parts and its whole.
    @inline(__always)
    func segment(
        _ text: UnsafeBufferPointer<UInt8>, _ workspace: inout MergeWorkspace,
        observe: (_ piece: TokenID, _ start: Int, _ left: Int, _ right: Int) -> Void
    ) {
        workspace.split(text, frozen)
        workspace.merge { first, second in
            let (start, left, right) = (Int(first.start), Int(first.length), Int(second.length))
            let id = index.id(of: UnsafeBufferPointer(rebasing: text[start ..< start + left + right]))
            guard id != PieceIndex.missing else { return nil }
            let rank = ranks[Int(id)]
            guard rank != Self.never else { return nil }
            observe(id, start, left, right)
            return (id, rank)
        }
    }
}
