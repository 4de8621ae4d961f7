import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryRandom
import OrreryTensor
import Testing

/// Adapters: what they add, and to which rows.
@Suite struct AdapterTests {
    /// An adapter beside the weights and one within them make the same logits, up to rounding.
    @Test(arguments: Variant.all) func anAdapterIsItsSum(_ variant: Variant) throws {
        let scratch = try Scratch(), model = try variant.make(), merged = try variant.make()
        try checkSum(model, merged, scratch)
    }

    @Test(arguments: Small.allCases) func anAdapterIsItsSumInSmallModels(_ small: Small) throws {
        let scratch = try Scratch(), model = try small.make(), merged = try small.make()
        try checkSum(model, merged, scratch)
    }

    private func checkSum(_ model: any TokenModel, _ merged: any TokenModel, _ scratch: Scratch) throws {
        let random = try RandomAdapter(model, to: scratch("a"), seed: 9)
        let adapter = try AdapterFiles.open(scratch("a"), for: model)
        #expect(adapter.name == "a" && adapter.moduleCount == random.modules.count)
        random.merge(into: merged)
        let ids = someIDs(40, vocabulary: model.shape.vocabularySize)
        let plain = model.logits(Batch(ids), ForwardContext()).floats
        let found = model.logits(Batch(ids).adapted(by: adapter), ForwardContext()).floats
        let expected = merged.logits(Batch(ids), ForwardContext()).floats
        #expect(relative(found, expected) < 1e-5)
        #expect(relative(found, plain) > 1e-2, "the adapter changes too little to prove anything")
    }

    /// Sequences with adapters, and without, in any mixture: each gets the bits that it gets alone.
    @Test(arguments: Variant.all, [ElementType.float32, .bfloat16])
    func mixturesOfEveryArchitecture(_ variant: Variant, type: ElementType) throws {
        try check(try variant.make(), type, seed: 1)
    }

    @Test(arguments: [Small.gpt2, .qwen3], [ElementType.float32, .bfloat16])
    func mixtures(_ small: Small, type: ElementType) throws { try check(try small.make(), type, seed: 2) }

    @Test(arguments: [WeightMix.q8_0, .q4_k_m], [ElementType.float32, .bfloat16])
    func mixturesOverWeightsInBlocks(_ mix: WeightMix, type: ElementType) throws {
        let scratch = try Scratch(), path = scratch("m.gguf")
        try GGUFExport(Self.wide.make(), name: "wide", mix: mix).write(vocabulary: [], to: path)
        try check(try GGUFModel.open(path), type, seed: 3)
    }

    private static let wide = Variant(
        "llama of whole blocks", "llama",
        [
            "hidden_size": 256, "intermediate_size": 512, "head_dim": 32, "num_attention_heads": 8,
            "num_key_value_heads": 2, "num_hidden_layers": 2, "tie_word_embeddings": true,
            "max_position_embeddings": 300,
        ])

    private func check(_ model: any TokenModel, _ type: ElementType, seed: UInt64) throws {
        let scratch = try Scratch(), V = model.shape.vocabularySize, context = ForwardContext(computeType: type)
        var adapters: [Adapter?] = [nil]
        for (name, rank) in [("a", 3), ("b", 8)] {
            _ = try RandomAdapter(model, to: scratch(name), seed: UInt64(rank), rank: rank, withTables: true)
            adapters.append(try AdapterFiles.open(scratch(name), for: model))
        }
        var random = SplitMix64(seed: seed)
        let lengths = [1, 90] + (0 ..< 5).map { _ in 1 + random.below(90) }
        let sequences = lengths.enumerated().map { someIDs($1, vocabulary: V, seed: UInt64($0) + 10) }
        func adapter(_ index: Int) -> Adapter? { adapters[index % 3] }
        let alone = sequences.indices.map {
            bits(model.logits(Batch(sequences[$0]).adapted(by: adapter($0)), context).floats)
        }
        #expect(alone[1] != bits(model.logits(Batch(sequences[1]), context).floats), "the adapter changes nothing")
        for threads in [1, 2] {
            Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: threads)) {
                let states = sequences.map { model.makeState(capacity: $0.count, type: CacheType(type)) }
                var found = [[UInt32]](repeating: [], count: sequences.count)
                while let first = states.indices.first(where: { states[$0].count < lengths[$0] }) {
                    var chosen = states.indices.filter { states[$0].count < lengths[$0] && random.below(3) > 0 }
                        .shuffled(using: &random)
                    if chosen.isEmpty { chosen = [first] }
                    let runs = chosen.map { index in
                        Batch.Run(
                            count: min(lengths[index] - states[index].count, 1 + random.below(2) * random.below(60)),
                            state: states[index], sequenceLength: lengths[index], adapter: adapter(index))
                    }
                    let ids = zip(chosen, runs).flatMap { sequences[$0][$1.start ..< $1.start + $1.count] }
                    let logits = model.logits(Batch(ids, runs: runs), context).floats
                    var row = 0
                    for (index, run) in zip(chosen, runs) {
                        found[index] += bits(Array(logits[row * V ..< (row + run.count) * V]))
                        row += run.count
                    }
                }
                for index in sequences.indices {
                    #expect(found[index] == alone[index], "sequence \(index) of \(lengths[index]), \(threads) threads")
                }
            }
        }
    }

    /// The output layer knows the adapters of the rows that are wanted.
    @Test func wantedRows() throws {
        let scratch = try Scratch(), model = try Small.qwen3.make(), V = Small.vocabulary
        _ = try RandomAdapter(model, to: scratch("a"), seed: 4, withTables: true)
        let adapter = try AdapterFiles.open(scratch("a"), for: model), ids = someIDs(20, vocabulary: V)
        let runs = [Batch.Run(count: 3), Batch.Run(count: 12, adapter: adapter), Batch.Run(count: 5)],
            all = model.logits(Batch(ids, runs: runs), ForwardContext()).floats
        for (outputs, rows) in [(Batch.Outputs.last, [2, 14, 19]), (.rows([7, 0, 19, 3]), [7, 0, 19, 3])] {
            let found = model.logits(Batch(ids, runs: runs, outputs: outputs), ForwardContext())
            #expect(bits(found.floats) == bits(rows.flatMap { all[$0 * V ..< ($0 + 1) * V] }))
        }
    }

    /// A GGUF file of the same weights takes the same adapter: its rows of queries and keys are back in their order.
    @Test func ggufHasTheNamesOfTheDirectory() throws {
        let scratch = try Scratch(), model = try Self.wide.make(), path = scratch("m.gguf")
        try GGUFExport(model, name: "wide", mix: .f32).write(vocabulary: [], to: path)
        let opened = try GGUFModel.open(path), ids = someIDs(40, vocabulary: model.shape.vocabularySize)
        _ = try RandomAdapter(model, to: scratch("a"), seed: 4, withTables: true)
        func logits(_ model: any TokenModel) throws -> [Float] {
            let adapter = try AdapterFiles.open(scratch("a"), for: model)
            return model.logits(Batch(ids).adapted(by: adapter), ForwardContext()).floats
        }
        #expect(relative(try logits(opened), try logits(model)) < 1e-5)
    }
}

/// An adapter that becomes a part of the weights.
@Suite struct AdapterMergingTests {
    @Test(arguments: Variant.all) func everyArchitecture(_ variant: Variant) throws { try check(variant.make()) }

    @Test(arguments: Small.allCases) func smallModels(_ small: Small) throws { try check(small.make()) }

    private func check(_ model: any TokenModel) throws {
        let scratch = try Scratch(),
            isTied = !model.parameters.contains { ["lm_head.weight", "embed_out.weight"].contains($0.name) }
        _ = try RandomAdapter(model, to: scratch("a"), seed: 9, withTables: !isTied)
        let adapter = try AdapterFiles.open(scratch("a"), for: model)
        let ids = someIDs(40, vocabulary: model.shape.vocabularySize)
        let expected = model.logits(Batch(ids).adapted(by: adapter), ForwardContext()).floats
        try adapter.merge(into: model, path: "a")
        #expect(relative(model.logits(Batch(ids), ForwardContext()).floats, expected) < 1e-5)
    }

    @Test func aTiedTableIsRefused() throws {
        let scratch = try Scratch(), model = try Small.qwen3.make()
        _ = try RandomAdapter(model, to: scratch("a"), seed: 9, withTables: true)
        let adapter = try AdapterFiles.open(scratch("a"), for: model)
        #expect(throws: ModelError.self) { try adapter.merge(into: model, path: "a") }
    }
}
