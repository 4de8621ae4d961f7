import Kernels
import OrreryGeneration

/// A sentence encoder, which computes on a thread of its own.
final class ServedEncoder: Sendable {
    let encoder: SentenceEncoder
    private let processor: Processor
    private let queue: ComputeQueue

    init(_ encoder: SentenceEncoder, _ processor: Processor) {
        self.encoder = encoder
        self.processor = processor
        queue = ComputeQueue(label: "orrery.encoder")
    }

    var width: Int { encoder.width }

    /// The vectors of texts, with the prompt that the model puts before each. A cancelled task stops between two.
    func embed(_ texts: [String]) async throws -> [SentenceEncoder.Embedding] {
        let prompt = try encoder.modules.prompts.prompt(text: nil, name: nil)
        var made: [SentenceEncoder.Embedding] = []
        for text in texts {
            try Task.checkCancellation()
            made.append(try await queue.run(on: processor) { [encoder] in try encoder.embed(text, prompt: prompt) })
        }
        return made
    }
}
