import Foundation
import OrreryGeneration

/// The filters of `CutRow`, mirostat and DRY by their definitions.
extension SamplingTwin {
    /// The tokens with a logit at most so many standard deviations below the highest.
    static func topNSigma(_ logits: [Float], _ n: Double) -> Set<Int> {
        let tokens = logits.indices.filter { logits[$0] > -.infinity }, values = tokens.map { Double(logits[$0]) }
        let mean = values.reduce(0, +) / Double(values.count)
        let variance = values.map { ($0 - mean) * ($0 - mean) }.reduce(0, +) / Double(values.count)
        return Set(tokens.filter { Double(logits[$0]) >= values.max()! - n * variance.squareRoot() })
    }

    /// The fewest tokens that make up p, nearest to the entropy first; of equally near ones those that are more probable
    /// than the entropy says, from it outwards, and then the others.
    static func typicalP(_ logits: [Float], _ p: Double, temperature: Double) -> Set<Int> {
        let (tokens, probabilities) = descending(logits, temperature)
        let entropy = probabilities.reduce(0) { $1 > 0 ? $0 - $1 * log($1) : $0 }
        let ranks = tokens.indices.sorted { order(of: $0) < order(of: $1) }
        func order(of rank: Int) -> (Double, Int, Int) {
            let excess = -log(probabilities[rank]) - entropy
            return ((abs(excess) * 1e9).rounded(), excess < 0 ? 0 : 1, excess < 0 ? -rank : rank)
        }
        var kept: Set<Int> = [], sum = 0.0
        for rank in ranks where kept.isEmpty || sum < p {
            kept.insert(tokens[rank])
            sum += probabilities[rank]
        }
        return kept
    }

    /// All but the top choices that a less probable top choice comes after.
    static func xtc(_ logits: [Float], _ threshold: Double, temperature: Double) -> Set<Int> {
        let (tokens, probabilities) = descending(logits, temperature)
        let top = tokens.indices.filter { probabilities[$0] >= threshold }
        return Set(tokens.indices.filter { !top.dropLast().contains($0) }.map { tokens[$0] })
    }

    /// For each token the length of the longest repetition that it would continue, after the first token.
    static func repetitions(_ tokens: [Int], after breaker: Int?) -> [Int: Int] {
        let unbroken = breaker.flatMap { tokens.lastIndex(of: $0) }.map { tokens.count - 1 - $0 } ?? tokens.count
        var longest: [Int: Int] = [:]
        for end in tokens.indices.dropFirst() {
            for length in 0 ... min(end, unbroken) where tokens[..<end].suffix(length) == tokens.suffix(length) {
                longest[tokens[end]] = max(longest[tokens[end]] ?? 0, length)
            }
        }
        return longest
    }

    static func descending(_ logits: [Float], _ temperature: Double) -> (tokens: [Int], probabilities: [Double]) {
        let result = filter(logits, SamplingOptions(temperature: temperature))
        return (result.kept[0], result.probabilities)
    }
}
