import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Directories of 16-bit floats: weights stay as the file has them.
@Suite struct MappedWeightsTests {
    /// The same directory in 16 bits and, from that, in 32: opened, they are the same model.
    private func both(
        _ variant: Variant, _ mix: WeightMix
    ) throws -> (narrow: any TokenModel, wide: any TokenModel, Scratch) {
        let scratch = try Scratch()
        try HuggingFaceExport(variant.make(), mix: mix).write(files: [], to: scratch("narrow"))
        let narrow = try ModelDirectory.open(scratch("narrow")) { Issue.record("\($0)") }
        try HuggingFaceExport(narrow, mix: .f32).write(files: [], to: scratch("wide"))
        return (narrow, try ModelDirectory.open(scratch("wide")) { Issue.record("\($0)") }, scratch)
    }

    @Test(arguments: Variant.all, [WeightMix.bf16, .f16]) func sameModel(_ variant: Variant, mix: WeightMix) throws {
        let (narrow, wide, _) = try both(variant, mix), ids = someIDs(2 * 30, vocabulary: Variant.vocabulary)
        for parameter in narrow.parameters where parameter.isMatrix && !parameter.name.hasSuffix("bias") {
            #expect(
                parameter.blocks.allSatisfy { $0.format == mix.base } && !parameter.blocks.isEmpty, "\(parameter.name)")
        }
        let (found, expected) = (
            narrow.logits(Batch(ids, sequences: 2), ForwardContext()).floats,
            wide.logits(Batch(ids, sequences: 2), ForwardContext()).floats
        )
        #expect(relative(found, expected) < 1e-5, "the arithmetic is float32's on the weights as they are")
        guard mix == .bf16 else { return }
        let context = ForwardContext(computeType: .bfloat16)
        let rounded = relative(
            narrow.logits(Batch(ids, sequences: 2), context).floats,
            wide.logits(Batch(ids, sequences: 2), context).floats)
        #expect(rounded < 0.02, "sums in another order may fall on the neighbouring bfloat16, between layers too")
    }

    /// What is trained further is float32, in the arena.
    @Test func trainingTakesACopy() throws {
        let (narrow, wide, _) = try both(Variant.all.first { $0.name == "qwen3" } ?? Variant.all[0], .bf16)
        let arena = ParameterArena(narrow.parameters)
        withExtendedLifetime(arena) {
            for (a, b) in zip(narrow.parameters, wide.parameters) {
                #expect(a.blocks.isEmpty && a.gradient != nil && a.value.dtype == .float32)
                #expect(bits(a.value.floats) == bits(b.value.floats), "\(a.name)")
            }
            narrow.parameters[0].assign(narrow.parameters[0].value.scaled(by: 2))
            #expect(narrow.parameters[0].value.floats[0] == 2 * wide.parameters[0].value.floats[0])
        }
    }
}
