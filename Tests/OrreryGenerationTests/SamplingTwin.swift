import Foundation
import OrreryGeneration

/// The filters written as their definitions say, on sorted copies, to compare the sampler with.
enum SamplingTwin {
    /// The tokens that each filter leaves in turn, most probable first, and the probabilities of the last ones.
    static func filter(_ logits: [Float], _ options: SamplingOptions) -> (kept: [[Int]], probabilities: [Double]) {
        var tokens = logits.indices.filter { logits[$0] > -.infinity }
        tokens.sort { (logits[$0], -$0) > (logits[$1], -$1) }
        var kept = [tokens]
        if options.topK > 0 {
            tokens = Array(tokens.prefix(options.topK))
            kept.append(tokens)
        }
        if options.topP < 1 {
            // A token stays if those before it do not make up top-p yet.
            let probabilities = softmax(tokens.map { logits[$0] }, options.temperature)
            tokens = tokens.indices.filter { $0 == 0 || probabilities[..<$0].reduce(0, +) < options.topP }.map {
                tokens[$0]
            }
            kept.append(tokens)
        }
        if options.minP > 0 {
            let probabilities = softmax(tokens.map { logits[$0] }, options.temperature)
            tokens = tokens.indices.filter { probabilities[$0] >= options.minP * probabilities[0] }.map { tokens[$0] }
            kept.append(tokens)
        }
        return (kept, softmax(tokens.map { logits[$0] }, options.temperature))
    }

    private static func softmax(_ logits: [Float], _ temperature: Double) -> [Double] {
        let scaled = logits.map { Double($0) / temperature }
        let highest = scaled.max()!
        let weights = scaled.map { exp($0 - highest) }
        let sum = weights.reduce(0, +)
        return weights.map { $0 / sum }
    }
}
