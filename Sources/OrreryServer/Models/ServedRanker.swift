import Kernels
import OrreryGeneration

/// A cross-encoder, which computes on a thread of its own.
final class ServedRanker: Sendable {
    let encoder: CrossEncoder
    private let processor: Processor
    private let queue = ComputeQueue(label: "orrery.ranker")

    init(_ encoder: CrossEncoder, _ processor: Processor) {
        self.encoder = encoder
        self.processor = processor
    }

    /// The scores of texts. A cancelled task stops between two.
    func score(_ texts: [String], for question: String) async throws -> [CrossEncoder.Score] {
        var scores: [CrossEncoder.Score] = []
        for text in texts {
            try Task.checkCancellation()
            scores.append(
                try await queue.run(on: processor) { [encoder] in try encoder.score(text, for: question) })
        }
        return scores
    }
}
