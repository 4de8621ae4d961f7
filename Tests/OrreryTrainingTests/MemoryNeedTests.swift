import OrreryTraining
import Testing

/// A plan that no machine has the memory for is refused before any of it is asked for.
@Suite struct MemoryNeedTests {
    private func refusal(_ change: (inout TrainingPlan) -> Void) throws -> String {
        var plan = Example.tiny
        let (tokenizer, dataset) = try Example.data(plan)
        change(&plan)
        return line { try Trainer(plan, tokenizer: tokenizer, dataset: dataset) }
    }

    @Test func weights() throws {
        for width in [1 << 16, 1 << 20] {
            #expect(
                try refusal {
                    $0.model = ModelPlan(
                        architecture: .gpt2, layers: 1 << 20, width: width, heads: 1, intermediate: 1 << 20)
                }.hasPrefix("this run needs about "))
            #expect(
                try refusal {
                    $0.model = ModelPlan(
                        architecture: .qwen3, layers: 1 << 20, width: width, heads: 1 << 19, headSize: 2,
                        intermediate: 1 << 20)
                }.hasPrefix("this run needs about "))
        }
    }

    @Test func activations() throws {
        let message = try refusal { ($0.batch, $0.microBatch, $0.context) = (1 << 16, 1 << 16, 1 << 20) }
        #expect(
            message.hasPrefix("this run needs about ")
                && message.contains("make `microBatch`, `context`, `width` or `layers` smaller"))
        // the same sequences, one at a time, are another matter
        var plan = Example.tiny
        (plan.batch, plan.microBatch) = (1 << 16, 1)
        _ = try Example.trainer(plan)
    }
}
