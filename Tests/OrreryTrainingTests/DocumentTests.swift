import Foundation
import OrreryFiles
import OrreryTokenizers
import OrreryTraining
import Testing

/// Documents that do not see each other.
@Suite struct DocumentTests {
    /// Documents 0 1 2, 10 11 12 13, 20, 30 31 and 40 ... 49, by their ids.
    private func run(_ mode: DocumentMode, fraction: Double = 0) throws -> TokenDataset {
        let documents: [[TokenID]] = [[0, 1, 2], [10, 11, 12, 13], [20], [30, 31], Array(40 ... 49)]
        let starts = documents.indices.map { documents[..<$0].reduce(0) { $0 + $1.count } }
        return try TokenDataset(
            documents.flatMap { $0 }, validationFraction: fraction, contextLength: 4, name: "text", vocabularySize: 50,
            documents: (mode, starts))
    }

    /// One behind another: every window is full, a document's last id predicts nothing, and lengths end where
    /// documents do.
    @Test func packed() throws {
        let run = try run(.packed).train, batch = run.batch(run.windows(contextLength: 4))
        #expect(batch.inputs == [0, 1, 2, 10, 11, 12, 13, 20, 30, 31, 40, 41, 42, 43, 44, 45])
        #expect(batch.targets == [1, 2, -1, 11, 12, 13, -1, -1, 31, -1, 41, 42, 43, 44, 45, 46])
        #expect(batch.lengths == [3, 1, 3, 1, 2, 2, 4] && batch.sequences == 4)
    }

    /// Each by itself, a long one in several sequences; one of a single token has nothing to learn.
    @Test func padded() throws {
        let run = try run(.padded).train, batch = run.batch(run.windows(contextLength: 4))
        #expect(batch.lengths == [2, 3, 1, 4, 4, 1] && batch.sequences == 6)
        #expect(batch.inputs == [0, 1, 10, 11, 12, 30, 40, 41, 42, 43, 44, 45, 46, 47, 48])
        #expect(batch.targets == batch.inputs.map { $0 + 1 })
    }

    /// The part that validates begins with a document.
    @Test func splitBetweenDocuments() throws {
        let data = try run(.padded, fraction: 0.7)
        #expect(data.train.count == 7 && data.validation[0 ..< 3] == [20, 30, 31])
    }

    /// Sequences that are drawn in micro-batches are those of the batch.
    @Test(arguments: DocumentMode.allCases) func microBatches(_ mode: DocumentMode) throws {
        let run = try run(mode).train
        let batch = run.randomBatch(sequences: 6, contextLength: 4, seed: 3, stream: 1)
        let parts = [batch[0 ..< 2], batch[2 ..< 3], batch[3 ..< 6]]
        #expect(parts.map(\.sequences) == [2, 1, 3])
        #expect(parts.flatMap(\.inputs) == batch.inputs && parts.flatMap(\.targets) == batch.targets)
        #expect(parts.flatMap(\.lengths) == batch.lengths)
    }

    /// Records of a file, in a tokenizer that has an end-of-text token and in one that has none.
    @Test(arguments: ["char", "byte"]) func records(_ tokenizer: String) throws {
        let scratch = try Scratch()
        let file = try scratch.put(
            "{\"text\": \"abc\"}\n{\"text\": \"de\"}\n{\"text\": \"fghij\"}\n".utf8, at: "records.jsonl")
        var plan = Example.tiny
        (plan.data, plan.field, plan.tokenizer, plan.documents) = (DataSources(file), "text", tokenizer, .padded)
        (plan.validationFraction, plan.context) = (0, 8)
        let run = try TrainingData(plan).dataset.train
        let lengths = run.batch(run.windows(contextLength: 8)).lengths
        // with an end-of-text token between documents that is learnt too
        #expect(lengths == [2, 1, 4] || lengths == [3, 2, 4])
    }

    /// Packed or padded, the loss of whole documents is the same, and so is the step; a run of them resumes to the bit.
    @Test(arguments: DocumentMode.allCases) func trainsAndResumes(_ mode: DocumentMode) throws {
        let scratch = try Scratch()
        let lines = String(decoding: Example.text, as: UTF8.self).split(separator: "\n").filter { $0.count > 3 }
        let file = try scratch.put(
            lines.map { "\(JSONValue.object(["text": .string(String($0))]).text(.compact))\n" }.joined().utf8,
            at: "records.jsonl")
        var plan = Example.tiny
        (plan.data, plan.field, plan.documents, plan.context) = (DataSources(file), "text", mode, 16)
        (plan.batch, plan.microBatch, plan.steps, plan.validateEvery) = (6, 3, 8, 3)
        func run(_ name: String, stopAt: Int?) throws -> TrainingRun {
            let run = TrainingRun(try Trainer(plan, try TrainingData(plan)), directory: scratch(name))
            _ = try run.run { run.trainer.step == stopAt }
            return run
        }
        let whole = try run("whole", stopAt: nil)
        _ = try run("stopped", stopAt: 4)
        let found = try Trainer.planOfRun(in: scratch("stopped"))
        #expect(found.documents == mode)
        let resumed = TrainingRun(
            try Trainer(found, try TrainingData(found, resuming: scratch("stopped"))), directory: scratch("stopped"))
        try resumed.resume()
        _ = try resumed.run()
        #expect(bits(resumed.trainer.weights) == bits(whole.trainer.weights))
        #expect(whole.trainer.validate() == resumed.trainer.validate())
    }

    /// A document in a packed sequence gives the loss that it gives alone.
    @Test func packedDocumentsAreAlone() throws {
        let trainer = try Example.trainer(Example.gpt2)
        let a: [TokenID] = [1, 2, 3, 4, 5], b: [TokenID] = [6, 7, 1]
        func loss(_ documents: [[TokenID]]) throws -> Double {
            let batch = TokenBatch(
                inputs: documents.flatMap { $0.dropLast() }, targets: documents.flatMap { $0.dropFirst() },
                lengths: documents.map { $0.count - 1 }, documentCounts: [documents.count])
            let value = trainer.objective(batch, trainer.model, trainer.inferenceContext)
            return Double(value.sum.element(0))
        }
        #expect(abs(try loss([a, b]) - (try loss([a]) + loss([b]))) < 1e-5)
    }
}
