import Kernels
import OrreryModels
import OrreryNN
import Testing

@Suite struct InferenceMemoryTests {
    private func need(_ type: CacheType, positions: Int = 100) throws -> InferenceMemory {
        InferenceMemory(try Small.qwen3.make(), type: .float32, cacheType: type, positions: positions, piece: 10)
    }

    /// What is said of keys and values beforehand is what they then take, rounded up to the allocator's sizes.
    @Test(arguments: CacheType.allCases) func keysAndValues(_ type: CacheType) throws {
        let model = try Small.qwen3.make(), state = model.makeState(capacity: 100, type: type)
        #expect(state.byteCount == 0)
        _ = model.hidden(Batch(someIDs(100, vocabulary: Small.vocabulary), continuing: state), ForwardContext())
        let taken = state.byteCount
        #expect(try need(type).keyValues == taken)
        #expect(try type == .float32 || need(type).keyValues < need(.float32).keyValues)
    }

    @Test func tooLittleIsOneClearLine() throws {
        let need = try need(.float32)
        try need.check("a model", shorter: "--max-tokens", available: need.total)
        try need.check("a model", shorter: "--max-tokens", available: nil)
        do {
            try need.check("a model", shorter: "--max-tokens", available: need.total - 1)
            Issue.record("one byte too few was enough")
        } catch let error as MemoryError {
            #expect(
                error.description.hasPrefix("a model: expected 0.1 GB of memory") && !error.description.contains("\n"))
            for part in ["100 positions in f32", "available", "--max-tokens", "`cacheType` q8_0", "--type q4_0"] {
                #expect(error.description.contains(part), "\(part)")
            }
        }
    }

    /// A context that no machine holds is refused before memory is taken for it.
    @Test func anAbsurdContext() throws {
        #expect(throws: MemoryError.self) {
            try need(.float32, positions: 1 << 40).check("a model", shorter: "--context")
        }
    }
}
