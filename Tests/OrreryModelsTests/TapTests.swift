import Kernels
import OrreryAutograd
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// What taps see on every architecture, and how they are installed.
@Suite struct TapTests {
    /// A recorder of everything sees the points that the model declares, in the shapes that it declares, and changes
    /// nothing.
    @Test(arguments: Variant.all, [false, true]) func declaredPoints(_ variant: Variant, cached: Bool) throws {
        let model = try variant.make(), recorder = Recorder { _ in true }
        let plain = TapRun.logits(model, cached: cached, nil)
        #expect(bits(TapRun.logits(model, cached: cached, recorder)) == bits(plain), "a reader changes nothing")
        #expect(Set(recorder.tensors.keys) == Set(model.tapPoints.map(\.name)))
        #expect(model.tapPoints.count == recorder.tensors.count, "each point is declared once")
        var lengths = Lengths(model.shape, rows: TapRun.B * TapRun.T)
        lengths.known[.sequences] = TapRun.B
        lengths.known[.queries] = TapRun.T
        lengths.known[.keys] = TapRun.T + (cached ? 5 : 0)
        for point in model.tapPoints { lengths.expect(recorder.tensors[point.name], point) }
        #expect(recorder.tensors.values.allSatisfy { $0.trace == nil })
        #expect(bits(try #require(recorder[.logits]).floats) == bits(plain))
    }

    /// The pattern: rows of probabilities, nothing where the score is -inf, and nothing ahead of the query.
    @Test(arguments: Small.allCases, [false, true]) func patterns(_ small: Small, cached: Bool) throws {
        let model = try small.make(), recorder = Recorder { [.scores, .pattern].contains($0.point) }
        _ = TapRun.logits(model, cached: cached, recorder)
        for layer in 0 ..< model.shape.layers {
            let pattern = try #require(recorder[.pattern, layer]).floats, S = TapRun.T + (cached ? 5 : 0)
            let scores = try #require(recorder[.scores, layer]).floats
            for r in 0 ..< pattern.count / S {
                let row = pattern[r * S ..< (r + 1) * S], seen = S - TapRun.T + r % TapRun.T + 1
                #expect(abs(row.reduce(0, +) - 1) < 1e-5)
                #expect(row.dropFirst(seen).allSatisfy { $0 == 0 } && row.allSatisfy { $0 >= 0 })
                for s in 0 ..< S { #expect((scores[r * S + s] == -.infinity) == (s >= seen)) }
            }
        }
    }

    /// A point that the model has not got is an error that gives the nearest.
    @Test func unknownPoints() throws {
        let points = try Small.gpt2.make().tapPoints, hooks = Hooks(points)
        for (name, nearest) in [
            ("blocks.0.hook_resid_pots", "nearest are blocks.0.hook_resid_post"),
            ("blocks.3.attn.hook_z", "blocks.0.attn.hook_z, blocks.1.attn.hook_z, blocks.2.attn.hook_z"),
            ("blocks.*.attn.hook_rot_q", "hook_q"), ("blocks.0.mlp.hook_expert_out", "mlp.hook_p"), ("", "tapPoints"),
            ("blocks.*", "tapPoints lists all"),
        ] {
            for install in [
                { try hooks.read(name) { _, _ in } }, { try hooks.write(name) { x, _ in x } },
                { _ = try Recorder([name], of: points) },
            ] as [() throws -> Void] {
                let error = #expect(throws: TapError.self) { try install() }
                let text = error?.description ?? ""
                #expect(
                    text.hasPrefix("tap \"\(name)\": the model has no such point") && text.contains(nearest), "\(text)")
            }
        }
        #expect(try points.sites(named: "blocks.*.attn.hook_z").map(\.layer) == [0, 1, 2])
        #expect(try points.site(named: "hook_embed") == TapSite(.embed))
        #expect(points.contains("ln_final.hook_scale") && !points.contains("blocks.0.hook_rot_q"))
    }

    /// Letters that are added, dropped, changed and swapped with their neighbour count one each.
    @Test(arguments: [
        ("", "", 0), ("", "ab", 2), ("hook", "hook", 0), ("hook", "hok", 1), ("hook", "hooks", 1), ("hook", "look", 1),
        ("trian", "train", 1), ("resid_pots", "resid_post", 1), ("abc", "ca", 3), ("naïve", "naive", 1),
        ("kitten", "sitting", 3),
    ])
    func distancesBetweenWords(_ a: String, _ b: String, _ distance: Int) {
        #expect(editDistance(a, b) == distance && editDistance(b, a) == distance)
    }

    /// Writers of one point see each other's results, readers the last.
    @Test func severalHooks() throws {
        let model = try Small.qwen3.make(), hooks = Hooks(model.tapPoints), name = "blocks.1.hook_mlp_out"
        var seen: [Float] = [], plain: [Float] = []
        try hooks.read(name) { x, _ in seen = x.floats }
        try hooks.write(name) { x, _ in
            plain = x.floats
            return x.scaled(by: 2)
        }
        try hooks.write(name) { _, _ in nil }
        try hooks.write(name) { x, _ in x.scaled(by: 4) }
        _ = TapRun.logits(model, hooks)
        #expect(seen == plain.map { 8 * $0 } && !seen.isEmpty)
    }

    /// Gradients are the same to the bit while readers look on, and nearly so through the pattern as it is written.
    @Test(arguments: Small.allCases) func gradientsUnderTaps(_ small: Small) throws {
        let model = try small.make(), V = Small.vocabulary, ids = someIDs(2 * 9, vocabulary: V)
        let arena = ParameterArena(model.parameters)
        func gradients(_ taps: (any Taps)?) -> [[Float]] {
            arena.zeroGradients()
            let tape = Tape(watching: model.parameters)
            let loss = tape.record {
                model.logits(Batch(ids, sequences: 2), ForwardContext(taps: taps)).crossEntropy(ids.reversed())
            }
            tape.backward(from: loss)
            return model.parameters.map { $0.gradient?.floats ?? [] }
        }
        let plain = gradients(nil)
        #expect(gradients(Recorder { _ in true }).map(bits) == plain.map(bits))
        let hooks = Hooks(model.tapPoints)
        for point in ["hook_attn_scores", "hook_pattern", "hook_result"] {
            try hooks.write("blocks.*.attn.\(point)") { x, _ in x }
        }
        let norm = Double(plain.joined().reduce(0) { $0 + $1 * $1 }).squareRoot()
        for (found, expected) in zip(gradients(hooks), plain) {
            #expect(Double(difference(found, expected)) < 1e-5 * norm)
        }
    }
}

/// One small pass that tests of taps look into.
enum TapRun {
    static let (B, T) = (2, 9)

    /// Logits of the last T positions; with a cache that holds 5 others if asked.
    static func logits(
        _ model: any TokenModel, cached: Bool = false, type: ElementType = .float32, _ taps: (any Taps)?
    ) -> [Float] {
        let (B, T) = (Self.B, Self.T), V = model.shape.vocabularySize
        var context = ForwardContext(computeType: type), runs = [Batch.Run](repeating: Batch.Run(count: T), count: B)
        if cached {
            for b in 0 ..< B { runs[b].state = model.makeState(capacity: 20, type: CacheType(type)) }
            _ = model.logits(
                Batch(someIDs(B * 5, vocabulary: V, seed: 8), runs: runs.map { Batch.Run(count: 5, state: $0.state) }),
                context)
        }
        context.taps = taps
        return model.logits(Batch(someIDs(B * T, vocabulary: V), runs: runs), context).floats
    }
}

/// What the letters of shapes stand for in one pass; what is not known beforehand is learnt from the first tensor.
private struct Lengths {
    var known: [TapDimension: Int]

    init(_ s: ModelShape, rows: Int) {
        known = [
            .rows: rows, .wantedRows: rows, .width: s.width, .heads: s.heads, .keyValueHeads: s.keyValueHeads,
            .headSize: s.headSize, .vocabulary: s.vocabularySize, .one: 1,
        ]
    }

    mutating func expect(_ tensor: Tensor?, _ point: TapPoints.Element) {
        guard let shape = tensor?.shape, shape.count == point.dimensions.count else {
            Issue.record("\(point): found \(tensor?.shape ?? [])")
            return
        }
        for (letter, length) in zip(point.dimensions, shape) {
            #expect(known[letter, default: length] == length, "\(point): found \(shape)")
            known[letter] = length
        }
    }
}
