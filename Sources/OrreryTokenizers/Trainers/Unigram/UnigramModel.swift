import Dispatch
import Synchronization

/// A unigram model in training: expectation, maximisation and pruning (Kudo 2018, arXiv:1804.10959, section 3.2; sentencepiece,
/// `src/unigram_model_trainer.cc`).
///
/// Sums of floating-point numbers run over `parts` fixed parts of the words and are added in order, so that the result is the same for any
/// number of threads.
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

    /// One round of expectation and maximisation. The M step is that of a Dirichlet process, which is sparser than counting (Liang and Klein
    /// 2007): scores are ψ(expected) - ψ(sum).
    mutating func reestimate() {
        let parts = inParts { worker, range in
            var expected = [Double](repeating: 0, count: worker.pieces.scores.count)
            worker.addExpectations(range, to: &expected)
            return expected
        }
        var expected = parts[0]
        for part in parts.dropFirst() { for piece in expected.indices { expected[piece] += part[piece] } }
        var sum = 0.0
        for piece in expected.indices where pieces.isAlive[piece] {
            if expected[piece] < Self.leastExpected { pieces.isAlive[piece] = false } else { sum += expected[piece] }
        }
        let logSum = Logarithm.digamma(sum)
        for piece in expected.indices where pieces.isAlive[piece] { pieces.scores[piece] = Logarithm.digamma(expected[piece]) - logSum }
        lattices.drop(pieces.isAlive)
    }

    /// Drops the pieces without which the text's likelihood falls least, until `shrinkingFactor` of them or `size` are left.
    mutating func prune(to size: Int, shrinkingFactor: Double) {
        let worker = UnigramWorker(words, lattices, pieces)
        let frequencies = pieceFrequencies()
        let sum = Double(frequencies.reduce(0, +))
        let wordSum = Double(words.counts.reduce(0, +))
        var kept: [Int] = []
        var path = BestPath()
        var candidates: [(piece: Int, loss: Double)] = []
        for piece in pieces.isAlive.indices where pieces.isAlive[piece] && frequencies[piece] > 0 {
            let place = Int(pieces.places[piece])
            // How the piece's text would be cut without it.
            worker.findBestPath(place, place + Int(pieces.lengths[piece]), excluding: piece, &path)
            if path.pieces.contains(-1) {
                kept.append(piece)
            } else if pieces.scores[piece] >= path.score {
                let frequency = Double(frequencies[piece])
                let logSumWithout = Logarithm.natural(sum + frequency * Double(path.pieces.count - 1))
                let without = path.pieces.reduce(0) { $0 + Logarithm.natural(Double(frequencies[$1]) + frequency) - logSumWithout }
                let with = Logarithm.natural(frequency) - Logarithm.natural(sum)
                candidates.append((piece, frequency / wordSum * (with - without)))
            }
        }
        candidates.sort { $0.loss != $1.loss ? $0.loss > $1.loss : $0.piece < $1.piece }
        let target = max(size, Int(shrinkingFactor * Double(pieces.count)))
        kept += candidates.prefix(max(0, target - kept.count)).map(\.piece)
        for piece in pieces.isAlive.indices { pieces.isAlive[piece] = false }
        for piece in kept { pieces.isAlive[piece] = true }
        lattices.drop(pieces.isAlive)
    }

    /// How often each piece stands in the text when every word is cut in its most probable way.
    private func pieceFrequencies() -> [Int] {
        let parts = inParts { worker, range in
            var frequencies = [Int](repeating: 0, count: worker.pieces.scores.count)
            var path = BestPath()
            for word in range {
                worker.findBestPath(Int(words.starts[word]), Int(words.starts[word + 1]) - 1, &path)
                for piece in path.pieces where piece >= 0 { frequencies[piece] += words.counts[word] }
            }
            return frequencies
        }
        var frequencies = parts[0]
        for part in parts.dropFirst() { for piece in frequencies.indices { frequencies[piece] += part[piece] } }
        return frequencies
    }

    private func inParts<Value>(_ body: @Sendable (UnigramWorker, Range<Int>) -> [Value]) -> [[Value]] where Value: Sendable {
        let worker = UnigramWorker(words, lattices, pieces)
        let parts = min(Self.parts, max(1, words.counts.count))
        let results = Mutex([[Value]](repeating: [], count: parts))
        let next = Atomic<Int>(0)
        let count = words.counts.count
        DispatchQueue.concurrentPerform(iterations: min(threads, parts)) { _ in
            while true {
                let part = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard part < parts else { break }
                // Every sixteenth word, not a sixteenth in a row, would be even; but neighbours share memory.
                let result = body(worker, count * part / parts..<count * (part + 1) / parts)
                results.withLock { $0[part] = result }
            }
        }
        return results.withLock { $0 }
    }

    /// The characters of a piece.
    func characters(of piece: Int) -> [UInt32] {
        let place = Int(pieces.places[piece])
        return words.symbols[place..<place + Int(pieces.lengths[piece])].map { words.characters[Int($0)] }
    }
}
