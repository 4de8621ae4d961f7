import Foundation
import OrreryTokenizers

/// Sums and best paths over the lattices of some words: one thread's work in a round of training.
///
/// Letters: a and b are the sums over all ways before and behind a place (forward and backward, Rabiner 1989), Z over
/// all ways of the word.
///
/// An unowned view of the model's arrays, which `UnigramModel.withWorker` opens. `@unchecked Sendable`: nothing is
/// written through it.
struct UnigramWorker: @unchecked Sendable {
    let starts: UnsafePointer<Int32>
    let counts: UnsafePointer<Int>
    let firsts: UnsafePointer<UInt32>
    let edges: UnsafePointer<UInt32>
    let lengths: UnsafePointer<UInt8>
    let scores: UnsafePointer<Double>
    /// exp of the scores.
    let probabilities: UnsafePointer<Double>
    let pieceCount: Int
    let unknownScore: Double

    private var unknownProbability: Double { exp(unknownScore) }

    /// Adds to `expected` how often each piece is used in words `range`, over all ways to cut them, by their
    /// probability: the E step.
    func addExpectations(_ range: Range<Int>, to expected: inout [Double]) {
        var (forward, backward): ([Double], [Double]) = ([], [])
        let unknown = unknownProbability
        for word in range {
            let (start, end) = (Int(starts[word]), Int(starts[word + 1]) - 1)
            let count = Double(counts[word])
            if !addSums(start, end, count, unknown, &forward, &backward, to: &expected) {
                addLogarithms(start, end, count, to: &expected)
            }
        }
    }

    /// With plain probabilities; false, and nothing is added, where they become too small for that.
    private func addSums(
        _ start: Int, _ end: Int, _ count: Double, _ unknownProbability: Double, _ forward: inout [Double],
        _ backward: inout [Double], to expected: inout [Double]
    ) -> Bool {
        let length = end - start
        if forward.count <= length {
            forward = [Double](repeating: 0, count: 2 * length + 16)
            backward = forward
        }
        return forward.withUnsafeMutableBufferPointer { forward in
            backward.withUnsafeMutableBufferPointer { backward in
                for place in 0 ... length { (forward[place], backward[place]) = (0, 0) }
                forward[0] = 1
                backward[length] = 1
                for place in 0 ..< length {
                    let a = forward[place]
                    forEachEdge(start + place, single: { forward[place + 1] += a * unknownProbability }) {
                        piece, size in
                        forward[place + size] += a * probabilities[piece]
                    }
                }
                let z = forward[length]
                guard z > 1e-250 else { return false }
                let scale = count / z
                expected.withUnsafeMutableBufferPointer { expected in
                    for place in stride(from: length - 1, through: 0, by: -1) {
                        let a = forward[place] * scale
                        var sum = 0.0
                        forEachEdge(start + place, single: { sum += unknownProbability * backward[place + 1] }) {
                            piece, size in
                            let rest = probabilities[piece] * backward[place + size]
                            sum += rest
                            expected[piece] += a * rest
                        }
                        backward[place] = sum
                    }
                }
                return true
            }
        }
    }

    /// With logarithms, for words whose ways are too improbable.
    private func addLogarithms(_ start: Int, _ end: Int, _ count: Double, to expected: inout [Double]) {
        func add(_ value: Double, to sum: inout Double) {
            let larger = max(sum, value)
            sum = larger == -.infinity ? larger : larger + log1p(exp(min(sum, value) - larger))
        }
        let length = end - start
        var forward = [Double](repeating: -.infinity, count: length + 1)
        var backward = forward
        (forward[0], backward[length]) = (0, 0)
        for place in 0 ..< length {
            let a = forward[place]
            forEachEdge(start + place, single: { add(a + unknownScore, to: &forward[place + 1]) }) { piece, size in
                add(a + scores[piece], to: &forward[place + size])
            }
        }
        let z = forward[length]
        for place in stride(from: length - 1, through: 0, by: -1) {
            let a = forward[place]
            forEachEdge(start + place, single: { add(unknownScore + backward[place + 1], to: &backward[place]) }) {
                piece, size in
                let rest = scores[piece] + backward[place + size]
                add(rest, to: &backward[place])
                expected[piece] += count * exp(a + rest - z)
            }
        }
    }

    /// Calls `body` with the pieces that start at a place and their lengths, and `single` where no piece is the
    /// character itself: then it is unknown.
    @inline(__always)
    private func forEachEdge(_ place: Int, single: () -> Void, _ body: (_ piece: Int, _ length: Int) -> Void) {
        let (first, last) = (Int(firsts[place]), Int(firsts[place &+ 1]))
        var hasSingle = false
        for index in first ..< last {
            let piece = Int(edges[index])
            let length = Int(lengths[piece])
            if length == 1 { hasSingle = true }
            body(piece, length)
        }
        if !hasSingle { single() }
    }

    /// Finds the most probable way to cut the text from `start` to `end` (Viterbi 1967).
    ///
    /// - Parameters:
    ///   - excluded: a piece that may not be used.
    ///   - path: receives the pieces, the last first, and the score.
    func findBestPath(_ start: Int, _ end: Int, excluding excluded: Int = -1, _ path: inout BestPath) {
        let length = end - start
        path.reset(length)
        path.steps.withUnsafeMutableBufferPointer { steps in
            for place in 0 ..< length {
                let a = steps[place].score
                forEachEdge(start + place, single: { steps[place + 1].offer(a + unknownScore, -1, 1) }) { piece, size in
                    if piece != excluded && place &+ size <= length {
                        steps[place &+ size].offer(a + scores[piece], piece, size)
                    }
                }
            }
        }
        path.follow(from: length)
    }
}

/// A way to cut a text into pieces, and the memory in which it is found.
struct BestPath {
    /// The best way to one place: its score and its last piece.
    struct Step {
        var score = -Double.infinity
        var piece: Int32 = -1
        var length: Int32 = 1

        @inline(__always)
        mutating func offer(_ score: Double, _ piece: Int, _ length: Int) {
            if score > self.score {
                self = Step(
                    score: score, piece: Int32(truncatingIfNeeded: piece), length: Int32(truncatingIfNeeded: length))
            }
        }
    }

    fileprivate(set) var steps: [Step] = []
    /// The pieces, the last first; -1 is an unknown character.
    private(set) var pieces: [Int] = []
    private(set) var score = 0.0

    fileprivate mutating func reset(_ length: Int) {
        if steps.count <= length { steps = [Step](repeating: Step(), count: 2 * length + 16) }
        for place in 0 ... length { steps[place] = Step() }
        steps[0].score = 0
    }

    fileprivate mutating func follow(from end: Int) {
        score = steps[end].score
        pieces.removeAll(keepingCapacity: true)
        var place = end
        while place > 0 {
            pieces.append(Int(steps[place].piece))
            place -= Int(steps[place].length)
        }
    }
}
