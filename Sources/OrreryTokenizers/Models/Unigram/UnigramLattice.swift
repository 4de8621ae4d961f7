/// The most probable way to cut a text into pieces that occur independently of each other: Viterbi's algorithm over the
/// pieces that a trie finds.
///
/// The best path to each byte is computed once, left to right; the last piece of the text then leads back. Linear in
/// the text's length times that of the longest piece.
///
/// `Score` is Float for sentencepiece and Double for llama.cpp, each of which adds up in its own precision: over a long
/// text the sums round, and a tie falls one way or the other.
///
/// Source: Kudo 2018 (arXiv 1804.10959); sentencepiece, `src/unigram_model.cc`, Model::EncodeOptimized; llama.cpp,
/// `src/llama-vocab.cpp`, llm_tokenizer_ugm_session.
struct UnigramLattice<Score: BinaryFloatingPoint & Sendable>: Sendable {
    let trie: DoubleArrayTrie
    /// The logarithm of each piece's probability.
    let scores: [Score]
    /// The score of a character that is not a piece.
    let unknownScore: Score
    /// Sums beyond this are brought back to zero, all of them by the same amount; nil leaves them.
    let resetThreshold: Score?

    /// What an unknown character is emitted as.
    static var unknown: TokenID { -1 }

    /// The last piece of the best path to one byte.
    private struct Arrival {
        var score: Score
        /// The piece's first byte; -1 while nothing arrives here.
        var start: Int32
        var id: TokenID
    }

    /// Calls `emit` with each piece's id and length, in order.
    ///
    /// - Precondition: `text` has at most 2^31 - 2 bytes.
    func segment(_ text: UnsafeBufferPointer<UInt8>, _ emit: (TokenID, Int) -> Void) {
        guard !text.isEmpty else { return }
        var arrivals = [Arrival](repeating: Arrival(score: 0, start: -1, id: Self.unknown), count: text.count + 1)
        arrivals.withUnsafeMutableBufferPointer { arrivals in
            trie.withWalker { walker in
                scores.withUnsafeBufferPointer { fill(arrivals, text, walker, $0) }
            }
            // Backwards, the lengths are known; forwards, they are wanted.
            var path: [(id: TokenID, length: Int)] = []
            var end = text.count
            while end > 0 {
                let start = Int(arrivals[end].start)
                path.append((arrivals[end].id, end - start))
                end = start
            }
            for (id, length) in path.reversed() { emit(id, length) }
        }
    }

    private func fill(
        _ arrivals: UnsafeMutableBufferPointer<Arrival>, _ text: UnsafeBufferPointer<UInt8>,
        _ walker: DoubleArrayTrie.Walker,
        _ scores: UnsafeBufferPointer<Score>
    ) {
        /// The furthest byte that something arrives at.
        var frontier = 0
        var start = 0
        while start < text.count {
            if let resetThreshold, abs(arrivals[start].score) > resetThreshold {
                let offset = arrivals[start].score
                for place in start ... max(start, frontier) where place == start || arrivals[place].start != -1 {
                    arrivals[place].score -= offset
                }
            }
            let score = arrivals[start].score
            let length = min(lengthOfCharacter(startingWith: text[start]), text.count - start)
            var isKnown = false
            var node = DoubleArrayTrie.Walker.root
            var end = start
            while end < text.count, walker.step(text[end], from: &node) {
                end += 1
                let id = walker.value(at: node)
                guard id >= 0 else { continue }
                offer(arrivals, Arrival(score: scores[Int(id)] + score, start: Int32(start), id: id), at: end)
                frontier = max(frontier, end)
                if end - start == length { isKnown = true }
            }
            if !isKnown {
                offer(
                    arrivals, Arrival(score: unknownScore + score, start: Int32(start), id: Self.unknown),
                    at: start + length)
                frontier = max(frontier, start + length)
            }
            start += length
        }
    }

    @inline(__always)
    private func offer(_ arrivals: UnsafeMutableBufferPointer<Arrival>, _ arrival: Arrival, at place: Int) {
        if arrivals[place].start == -1 || arrival.score > arrivals[place].score { arrivals[place] = arrival }
    }
}
