import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryRandom
import OrreryTensor
import Testing

/// Rows of different sequences at different positions in one pass: each sequence gets the bits that it gets alone.
@Suite struct RaggedTests {
    /// A sequence on its way through the passes.
    private struct Sequence {
        let ids: [Int32]
        var found: [Float] = []
        let state: (any SequenceState)?
        var isDone: Bool { found.count > 0 && (state?.count ?? ids.count) == ids.count }
    }

    /// Prefill in pieces, decode and whole documents, mixed at random until all sequences are read.
    private func mixture(
        _ model: any TokenModel, _ sequences: [[Int32]], _ context: ForwardContext, seed: UInt64, cacheType: CacheType
    ) -> [[UInt32]] {
        let V = model.shape.vocabularySize
        var random = SplitMix64(seed: seed)
        var all = sequences.enumerated().map { index, ids in
            Sequence(ids: ids, state: index % 3 == 2 ? nil : model.makeState(capacity: ids.count, type: cacheType))
        }
        while true {
            let waiting = all.indices.filter { !all[$0].isDone }
            if waiting.isEmpty { break }
            var chosen = waiting.filter { _ in random.below(3) > 0 }.shuffled(using: &random)
            if chosen.isEmpty { chosen = [waiting[0]] }
            let runs = chosen.map { index -> Batch.Run in
                let sequence = all[index], left = sequence.ids.count - (sequence.state?.count ?? 0)
                let count = sequence.state == nil ? left : min(left, random.below(2) == 0 ? 1 : 1 + random.below(90))
                return Batch.Run(count: count, state: sequence.state, sequenceLength: sequence.ids.count)
            }
            let ids = zip(chosen, runs).flatMap { index, run in all[index].ids[run.start ..< run.start + run.count] }
            let logits = model.logits(Batch(ids, runs: runs), context).floats
            var row = 0
            for (index, run) in zip(chosen, runs) {
                all[index].found += logits[row * V ..< (row + run.count) * V]
                row += run.count
            }
        }
        return all.map { bits($0.found) }
    }

    private func check(_ model: any TokenModel, _ type: ElementType, cacheType: CacheType? = nil, seed: UInt64) {
        var random = SplitMix64(seed: seed)
        let longest = min(300, model.shape.contextLength),
            lengths = [1, longest] + (0 ..< 5).map { _ in 1 + random.below(longest) }
        let sequences = lengths.enumerated().map {
            someIDs($1, vocabulary: model.shape.vocabularySize, seed: UInt64($0) + 10)
        }
        let context = ForwardContext(computeType: type)
        let alone = sequences.map { bits(model.logits(Batch($0), context).floats) }
        for threads in [1, 2] {
            Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: threads)) {
                let found = mixture(
                    model, sequences, context, seed: seed + UInt64(threads), cacheType: cacheType ?? CacheType(type))
                for (i, length) in lengths.enumerated() {
                    #expect(found[i] == alone[i], "sequence \(i) of \(length), \(threads) threads")
                }
                // Documents packed in one pass.
                let packed = bits(
                    model.logits(Batch(sequences.flatMap { $0 }, runs: lengths.map { Batch.Run(count: $0) }), context)
                        .floats)
                #expect(packed == alone.flatMap { $0 }, "packed, \(threads) threads")
            }
        }
    }

    @Test(arguments: Variant.all, [ElementType.float32, .bfloat16])
    func everyArchitecture(_ variant: Variant, type: ElementType) throws { check(try variant.make(), type, seed: 1) }

    @Test(arguments: Small.allCases, [ElementType.float32, .bfloat16])
    func gpt2AndQwen3(_ small: Small, type: ElementType) throws { check(try small.make(), type, seed: 2) }

    @Test(arguments: [WeightMix.q8_0, .q4_k_m], [ElementType.float32, .bfloat16])
    func weightsInBlocks(_ mix: WeightMix, type: ElementType) throws {
        let scratch = try Scratch(), path = scratch("m.gguf")
        let wide = Variant(
            "llama of whole blocks", "llama",
            [
                "hidden_size": 256, "intermediate_size": 512, "head_dim": 32, "num_attention_heads": 8,
                "num_key_value_heads": 2, "num_hidden_layers": 2,
                "tie_word_embeddings": true, "max_position_embeddings": 300,
            ])
        let original = try ModelDirectory.make(
            JSONFields(.object(wide.config), file: "config.json"), RandomWeights(seed: 5))
        try GGUFExport(original, name: "wide", mix: mix).write(vocabulary: [], to: path)
        check(try GGUFModel.open(path), type, seed: 3)
    }

    /// Wanted rows are those of the whole, whichever are asked for.
    @Test func wantedRows() throws {
        let model = try Small.qwen3.make(), V = Small.vocabulary, ids = someIDs(20, vocabulary: V)
        let runs = [Batch.Run(count: 3), Batch.Run(count: 12), Batch.Run(count: 5)],
            all = model.logits(Batch(ids, runs: runs), ForwardContext()).floats
        for (outputs, rows) in [(Batch.Outputs.last, [2, 14, 19]), (.rows([7, 0, 19]), [7, 0, 19])] {
            let found = model.logits(Batch(ids, runs: runs, outputs: outputs), ForwardContext())
            #expect(found.shape == [3, V] && bits(found.floats) == bits(rows.flatMap { all[$0 * V ..< ($0 + 1) * V] }))
        }
    }

    /// Copies of a state go their own ways, and share what they have not changed.
    @Test(arguments: [Variant.all[0], Variant.all[7]]) func copiesOfAState(_ variant: Variant) throws {
        let model = try variant.make(), V = Variant.vocabulary, ids = someIDs(100, vocabulary: V),
            others = someIDs(100, vocabulary: V, seed: 2)
        let first = model.makeState(capacity: 160, type: .float32)
        _ = model.hidden(Batch(ids, continuing: first), ForwardContext())
        let second = first.copy()
        let a = Array(ids[0 ..< 30]), b = Array(others[0 ..< 30])
        let runs = [Batch.Run(count: 30, state: first), Batch.Run(count: 30, state: second)]
        let both = bits(model.logits(Batch(a + b, runs: runs), ForwardContext()).floats)
        #expect(
            both
                == bits(
                    Array(
                        model.logits(Batch(ids + a), ForwardContext()).floats[(100 * V)...]
                            + model.logits(Batch(ids + b), ForwardContext()).floats[(100 * V)...])))
        second.truncate(to: 64)
        #expect(first.count == 130 && second.count == 64)
        let again = bits(
            model.logits(Batch(Array(ids[64 ..< 100]), continuing: second, outputs: .all), ForwardContext()).floats)
        #expect(again == bits(Array(model.logits(Batch(ids), ForwardContext()).floats[(64 * V)...])))
    }

    /// Where frequencies depend on the length, a sequence that grows token by token is at each length what it is as a
    /// whole.
    @Test(arguments: Variant.all.filter { $0.name.contains("dynamic") || $0.name.contains("longrope") })
    func growingAcrossAStretch(_ variant: Variant) throws {
        let model = try variant.make(), ids = someIDs(60, vocabulary: Variant.vocabulary),
            state = model.makeState(capacity: 60, type: .float32)
        var rewinds = 0
        for length in 20 ... 60 {
            if model.rewind(state, ifStretchedBy: length) { rewinds += 1 }
            let found = model.logits(Batch(Array(ids[state.count ..< length]), continuing: state), ForwardContext())
                .floats
            let whole = model.logits(Batch(Array(ids.prefix(length)), outputs: .last), ForwardContext()).floats
            #expect(bits(found) == bits(whole), "\(length)")
        }
        #expect(rewinds == (variant.name.contains("dynamic") ? 10 : 1))
    }
}
