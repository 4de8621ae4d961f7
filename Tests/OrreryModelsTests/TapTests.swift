import Kernels
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Taps on every architecture: what they see is declared, adds up, and changes the pass where it is changed.
@Suite struct TapTests {
    private static let (B, T) = (2, 9)

    /// Logits of the last T positions; with a cache that holds 5 others if asked.
    private func run(
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

    /// A recorder of everything sees the points that the model declares, in the shapes that it declares, and changes
    /// nothing.
    @Test(arguments: Variant.all, [false, true]) func declaredPoints(_ variant: Variant, cached: Bool) throws {
        let model = try variant.make(), recorder = Recorder { _ in true }
        let plain = run(model, cached: cached, nil)
        #expect(bits(run(model, cached: cached, recorder)) == bits(plain), "a reader changes nothing")
        #expect(Set(recorder.tensors.keys) == Set(model.tapPoints.map(\.name)))
        #expect(model.tapPoints.count == recorder.tensors.count, "each point is declared once")
        var lengths = Lengths(model.shape, rows: Self.B * Self.T)
        lengths.known[.sequences] = Self.B
        lengths.known[.queries] = Self.T
        lengths.known[.keys] = Self.T + (cached ? 5 : 0)
        for point in model.tapPoints { lengths.expect(recorder.tensors[point.name], point) }
        #expect(recorder.tensors.values.allSatisfy { $0.trace == nil })
        #expect(bits(try #require(recorder[.logits]).floats) == bits(plain))
    }

    /// The pattern: rows of probabilities, nothing where the score is -inf, and nothing ahead of the query.
    @Test(arguments: Small.allCases, [false, true]) func patterns(_ small: Small, cached: Bool) throws {
        let model = try small.make(), recorder = Recorder { [.scores, .pattern].contains($0.point) }
        _ = run(model, cached: cached, recorder)
        for layer in 0 ..< model.shape.layers {
            let pattern = try #require(recorder[.pattern, layer]).floats, S = Self.T + (cached ? 5 : 0)
            let scores = try #require(recorder[.scores, layer]).floats
            for r in 0 ..< pattern.count / S {
                let row = pattern[r * S ..< (r + 1) * S], seen = S - Self.T + r % Self.T + 1
                #expect(abs(row.reduce(0, +) - 1) < 1e-5)
                #expect(row.dropFirst(seen).allSatisfy { $0 == 0 } && row.allSatisfy { $0 >= 0 })
                for s in 0 ..< S { #expect((scores[r * S + s] == -.infinity) == (s >= seen)) }
            }
        }
    }

    /// A writer that gives back what it saw leaves the logits to the bit. Only scores and pattern leave the fused path,
    /// whose sums have another order.
    @Test(arguments: Variant.all) func identityPatches(_ variant: Variant) throws {
        let model = try variant.make(), plain = run(model, cached: true, nil)
        for point in model.tapPoints where (point.site.layer ?? 1) == 1 {
            let hooks = Hooks(model.tapPoints)
            try hooks.write(point.name) { x, _ in Tensor(x.floats, shape: x.shape) }
            let found = run(model, cached: true, hooks)
            if [.scores, .pattern].contains(point.site.point) {
                #expect(relative(found, plain) < 1e-4, "\(point)")
            } else {
                #expect(bits(found) == bits(plain), "\(point)")
            }
        }
    }

    /// In bfloat16 the unfused path multiplies in float32: within the rounding of probabilities, 2⁻⁸ of logits of size
    /// ten.
    @Test(arguments: Small.allCases) func patchesInBfloat16(_ small: Small) throws {
        let model = try small.make(), plain = run(model, cached: true, type: .bfloat16, nil)
        #expect(bits(run(model, cached: true, type: .bfloat16, Recorder { _ in true })) == bits(plain))
        for point in ["attn.hook_pattern", "attn.hook_q", "attn.hook_result", "ln1.hook_normalized", "hook_q_input"] {
            let hooks = Hooks(model.tapPoints)
            try hooks.write("blocks.*.\(point)") { x, _ in x }
            let found = run(model, cached: true, type: .bfloat16, hooks)
            if point == "attn.hook_pattern" {
                #expect(relative(found, plain) < 0x1p-6)
            } else {
                #expect(bits(found) == bits(plain), "\(point)")
            }
        }
    }

    /// A writer that changes its point changes the logits, wherever that is.
    @Test(arguments: Variant.all) func changingPatches(_ variant: Variant) throws {
        let model = try variant.make(), plain = run(model, nil)
        for point in model.tapPoints where (point.site.layer ?? 1) == 1 {
            // Experts are chosen by number; a scale that all of a row share is lost in a norm that comes later.
            if point.site.point == .expertIndices { continue }
            let hooks = Hooks(model.tapPoints)
            try hooks.write(point.name) { x, _ in x.adding(noise(x)) }
            #expect(difference(run(model, hooks), plain) > 1e-4, "\(point)")
        }
    }

    /// The result of a head that is zero, its mixture that is zero, and its rows of the output weight that are zero are
    /// one thing.
    @Test(arguments: Small.allCases) func ablatingAHead(_ small: Small) throws {
        let model = try small.make(), s = model.shape, head = 1
        func ablated(_ name: String) throws -> [Float] {
            let hooks = Hooks(model.tapPoints)
            try hooks.write(name) { x, _ in
                let size = x.shape[2]
                let kept = x.floats.enumerated().map { $0 / size % s.heads == head ? 0 : $1 }
                return Tensor(kept, shape: x.shape)
            }
            return run(model, hooks)
        }
        let byResult = try ablated("blocks.0.attn.hook_result"), byMixture = try ablated("blocks.0.attn.hook_z")
        #expect(difference(byResult, byMixture) < 1e-4)
        let without = try small.make(weights: { WithoutHead($0, head: head, size: s.headSize) })
        #expect(difference(run(without, nil), byMixture) < 1e-4)
        #expect(difference(byMixture, run(model, nil)) > 1e-2)
    }

    /// A changed input of one head changes that head's queries, and nobody else's queries, keys or values.
    @Test(arguments: Small.allCases) func inputOfAHead(_ small: Small) throws {
        let model = try small.make(), s = model.shape, (D, d) = (s.width, s.headSize)
        let names = ["attn.hook_q", "attn.hook_k", "attn.hook_v"].map { "blocks.1.\($0)" }
        let plain = try Recorder(names, of: model.tapPoints)
        _ = run(model, plain)
        let hooks = Hooks(model.tapPoints)
        var seen: [String: [Float]] = [:]
        for name in names { try hooks.read(name) { x, site in seen[site.name] = x.floats } }
        try hooks.write("blocks.1.hook_q_input") { x, _ in
            let changed = x.floats.enumerated().map { i, value in i / D % s.heads == 2 ? value * Float(i % 3) : value }
            return Tensor(changed, shape: x.shape)
        }
        _ = run(model, hooks)
        for name in names.dropFirst() { #expect(seen[name] == plain.tensors[name]?.floats) }
        let (before, after) = (try #require(plain.tensors[names[0]]).floats, try #require(seen[names[0]]))
        for i in before.indices where i / d % s.heads != 2 { #expect(before[i] == after[i]) }
        for n in 0 ..< Self.B * Self.T {
            let own = (n * s.heads + 2) * d ..< (n * s.heads + 3) * d
            #expect(difference(Array(before[own]), Array(after[own])) > 1e-3)
        }
    }

    /// What a writer puts where the mask hid a key is seen.
    @Test func uncoveringAKey() throws {
        let model = try Small.gpt2.make(), hooks = Hooks(model.tapPoints)
        var pattern: [Float] = []
        try hooks.write("blocks.0.attn.hook_attn_scores") { x, _ in
            Tensor([Float](repeating: 0, count: x.count), shape: x.shape)
        }
        try hooks.read("blocks.0.attn.hook_pattern") { x, _ in pattern = x.floats }
        _ = run(model, hooks)
        #expect(pattern.allSatisfy { abs($0 - 1 / Float(Self.T)) < 1e-6 })
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
        _ = run(model, hooks)
        #expect(seen == plain.map { 8 * $0 } && !seen.isEmpty)
    }
}

/// Numbers that differ from element to element, for integers as for others.
private func noise(_ x: Tensor) -> Tensor { numbers(x.shape, seed: 3).cast(to: x.dtype) }

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

/// Weights in which the rows of one head are zero in the first layer's output product.
private final class WithoutHead: WeightSource {
    private let base: any WeightSource
    private let head: Int
    private let size: Int

    init(_ base: any WeightSource, head: Int, size: Int) { (self.base, self.head, self.size) = (base, head, size) }

    func parameter(_ name: String, _ shape: [Int], _ initial: InitialValue) throws -> Parameter {
        let plain = try base.parameter(name, shape, initial)
        let isConv1D = name == "transformer.h.0.attn.c_proj.weight"
        guard isConv1D || name == "model.layers.0.self_attn.o_proj.weight" else { return plain }
        let values = plain.value.floats.enumerated().map { i, value in
            (isConv1D ? i / shape[1] : i % shape[1]) / size == head ? 0 : value
        }
        return Parameter(name: name, value: Tensor(values, shape: shape))
    }
}
