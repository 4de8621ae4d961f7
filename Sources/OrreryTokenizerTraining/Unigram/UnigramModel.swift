import Dispatch
import OrreryTokenizers
import Synchronization

/// A unigram model in training: expectation, maximisation and pruning (Kudo 2018, arXiv:1804.10959, section 3.2;
/// sentencepiece, `src/unigram_model_trainer.cc`).
///
/// Sums of floating-point numbers run over `parts` fixed parts of the words and are added in order, so that the result
/// is the same for any number of threads.
struct UnigramModel {
    let words: WordSymbols
    private(set) var pieces: UnigramPieces
    private var lattices: WordLattices
    private let threads: Int

    private static let parts = 16
    /// Pieces that are expected less often are dropped.
    private static let leastExpected = 0.5

    init(_ words: WordSymbols, _ seeds: SeedPieces, threads: Int) throws {
        var pieces = UnigramPieces()
        lattices = try WordLattices(words, seeds, &pieces)
        pieces.normalize()
        (self.words, self.pieces, self.threads) = (words, pieces, threads)
    }

    /// One round of expectation and maximisation. The M step is that of a Dirichlet process, which is sparser than
    /// counting (Liang and Klein 2007): scores are ψ(expected) - ψ(sum).
    mutating func reestimate() {
        let parts = inParts { worker, range in
            var expected = [Double](repeating: 0, count: worker.pieceCount)
            worker.addExpectations(range, to: &expected)
            return expected
        }
        var expected = parts[0]
        for part in parts.dropFirst() { for piece in expected.indices { expected[piece] += part[piece] } }
        let isKept = expected.map { $0 >= Self.leastExpected }
        let logSum = Logarithm.digamma(expected.reduce(0) { $1 >= Self.leastExpected ? $0 + $1 : $0 })
        for piece in expected.indices where isKept[piece] {
            pieces.scores[piece] = Logarithm.digamma(expected[piece]) - logSum
        }
        keep(isKept)
    }

    private mutating func keep(_ isKept: [Bool]) {
        // Of a text of a few letters no piece may be expected often enough.
        guard isKept.contains(true) else { return }
        lattices.renumber(pieces.keep(isKept))
    }

    /// Drops the pieces without which the text's likelihood falls least, until `shrinkingFactor` of them or `size` are
    /// left.
    mutating func prune(to size: Int, shrinkingFactor: Double) {
        let frequencies = pieceFrequencies()
        var (kept, candidates) = withWorker { losses($0, frequencies) }
        candidates.sort { $0.loss != $1.loss ? $0.loss > $1.loss : $0.piece < $1.piece }
        let target = max(size, Int(shrinkingFactor * Double(pieces.count)))
        kept += candidates.prefix(max(0, target - kept.count)).map(\.piece)
        var isKept = [Bool](repeating: false, count: pieces.count)
        for piece in kept { isKept[piece] = true }
        keep(isKept)
    }

    /// The pieces that nothing can stand in for, and the others with the likelihood that is lost without them. Those
    /// that no word is cut into are neither.
    private func losses(
        _ worker: UnigramWorker, _ frequencies: [Int]
    ) -> (kept: [Int], candidates: [(piece: Int, loss: Double)]) {
        let sum = Double(frequencies.reduce(0, +))
        let wordSum = Double(words.counts.reduce(0, +))
        var kept: [Int] = []
        var path = BestPath()
        var candidates: [(piece: Int, loss: Double)] = []
        for piece in frequencies.indices where frequencies[piece] > 0 {
            let place = Int(pieces.places[piece])
            // How the piece's text would be cut without it.
            worker.findBestPath(place, place + Int(pieces.lengths[piece]), excluding: piece, &path)
            if path.pieces.contains(-1) {
                kept.append(piece)
            } else if pieces.scores[piece] >= path.score {
                let frequency = Double(frequencies[piece])
                let logSumWithout = Logarithm.natural(sum + frequency * Double(path.pieces.count - 1))
                let without = path.pieces.reduce(0) {
                    $0 + Logarithm.natural(Double(frequencies[$1]) + frequency) - logSumWithout
                }
                let with = Logarithm.natural(frequency) - Logarithm.natural(sum)
                candidates.append((piece, frequency / wordSum * (with - without)))
            }
        }
        return (kept, candidates)
    }

    /// How often each piece stands in the text when every word is cut in its most probable way.
    private func pieceFrequencies() -> [Int] {
        let parts = inParts { worker, range in
            var frequencies = [Int](repeating: 0, count: worker.pieceCount)
            var path = BestPath()
            for word in range {
                worker.findBestPath(Int(worker.starts[word]), Int(worker.starts[word + 1]) - 1, &path)
                for piece in path.pieces where piece >= 0 { frequencies[piece] += worker.counts[word] }
            }
            return frequencies
        }
        var frequencies = parts[0]
        for part in parts.dropFirst() { for piece in frequencies.indices { frequencies[piece] += part[piece] } }
        return frequencies
    }

    private func inParts<Value: Sendable>(_ body: @Sendable (UnigramWorker, Range<Int>) -> [Value]) -> [[Value]] {
        let count = words.counts.count
        let parts = min(Self.parts, max(1, count))
        return withWorker { worker in
            let results = Mutex([[Value]](repeating: [], count: parts))
            let next = Atomic<Int>(0)
            DispatchQueue.concurrentPerform(iterations: min(threads, parts)) { _ in
                while true {
                    let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
                    guard part < parts else { break }
                    let result = body(worker, count * part / parts ..< count * (part + 1) / parts)
                    results.withLock { $0[part] = result }
                }
            }
            return results.withLock { $0 }
        }
    }

    /// Lends the arrays to a worker, which must not outlive `body`.
    private func withWorker<Result>(_ body: (UnigramWorker) -> Result) -> Result {
        let probabilities = pieces.scores.map { Logarithm.exponential($0) }
        return words.starts.withUnsafeBufferPointer { starts in
            words.counts.withUnsafeBufferPointer { counts in
                lattices.firsts.withUnsafeBufferPointer { firsts in
                    lattices.pieces.withUnsafeBufferPointer { edges in
                        pieces.lengths.withUnsafeBufferPointer { lengths in
                            pieces.scores.withUnsafeBufferPointer { scores in
                                probabilities.withUnsafeBufferPointer { probabilities in
                                    // Each has an element: there is a word, a character in it, and a piece for that.
                                    body(
                                        UnigramWorker(
                                            starts: starts.baseAddress!, counts: counts.baseAddress!,
                                            firsts: firsts.baseAddress!, edges: edges.baseAddress!,
                                            lengths: lengths.baseAddress!, scores: scores.baseAddress!,
                                            probabilities: probabilities.baseAddress!,
                                            pieceCount: pieces.count, unknownScore: pieces.unknownScore))
                                }
                            }
                        }
                    }
                }
            }
        }
    }

    /// The characters of a piece.
    func characters(of piece: Int) -> [UInt32] {
        let place = Int(pieces.places[piece])
        return words.symbols[place ..< place + Int(pieces.lengths[piece])].map { words.characters[Int($0)] }
    }
}
