import Kernels
import OrreryGeneration
import OrreryModels
import OrreryNN
import OrreryTensor

/// The log-probabilities of prompts, for the requests that ask for them.
extension EngineWork {
    /// A row of a pass that predicts a token of a prompt: its place among the rows that are wanted of the model.
    typealias PromptRow = (sequence: EngineSequence, position: Int, place: Int)

    /// The rows whose logits are held at a time, since those of a long prompt would take more memory than its model.
    private static let piece = 32

    /// The positions of a run that predict tokens of a prompt whose log-probabilities are wanted.
    func promptPositions(_ sequence: EngineSequence, rows: Int) -> Range<Int> {
        guard !sequence.job.hasRead, let wanted = sequence.job.prompt else { return 0 ..< 0 }
        return wanted.positions(sequence.computed ..< sequence.computed + rows)
    }

    /// Computes what the rows say.
    ///
    /// - Parameter hidden: the rows that are wanted of the model, before the output table.
    func readPrompts(_ rows: [PromptRow], _ hidden: Tensor, _ context: ForwardContext) {
        for first in stride(from: 0, to: rows.count, by: Self.piece) {
            let part = Array(rows[first ..< min(first + Self.piece, rows.count)])
            let places = part.map(\.place)
            let logits = context.tap(
                .logits, model.model.unembed(hidden.rows(at: places), context.selecting(places)))
            let width = logits.width
            let found = logits.floats.withUnsafeBufferPointer { all in
                [LogProbabilities](unsafeUninitializedCapacity: part.count) { found, count in
                    // Each index has a row and a place of its own.
                    nonisolated(unsafe) let (all, part, out) = (all, part, found.baseAddress!)
                    processor.pool.run(part.count) { index in
                        let row = model.choosable(
                            UnsafeBufferPointer(rebasing: all[index * width ..< (index + 1) * width]))
                        (out + index).initialize(
                            to: part[index].sequence.job.prompt!.probabilities(row, at: part[index].position))
                    }
                    count = part.count
                }
            }
            for (row, probabilities) in zip(part, found) {
                row.sequence.job.prompt?.set(probabilities, at: row.position)
            }
        }
    }
}
