import Kernels
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// What writers do to the pass, on every architecture.
@Suite struct TapPatchTests {
    /// A writer that gives back what it saw leaves the logits to the bit. Only scores and pattern leave the fused path,
    /// whose sums have another order.
    @Test(arguments: Variant.all) func identityPatches(_ variant: Variant) throws {
        let model = try variant.make(), plain = TapRun.logits(model, cached: true, nil)
        for point in model.tapPoints where (point.site.layer ?? 1) == 1 {
            let hooks = Hooks(model.tapPoints)
            try hooks.write(point.name) { x, _ in Tensor(x.floats, shape: x.shape) }
            let found = TapRun.logits(model, cached: true, hooks)
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
        let model = try small.make(), plain = TapRun.logits(model, cached: true, type: .bfloat16, nil)
        #expect(bits(TapRun.logits(model, cached: true, type: .bfloat16, Recorder { _ in true })) == bits(plain))
        for point in ["attn.hook_pattern", "attn.hook_q", "attn.hook_result", "ln1.hook_normalized", "hook_q_input"] {
            let hooks = Hooks(model.tapPoints)
            try hooks.write("blocks.*.\(point)") { x, _ in x }
            let found = TapRun.logits(model, cached: true, type: .bfloat16, hooks)
            if point == "attn.hook_pattern" {
                #expect(relative(found, plain) < 0x1p-6)
            } else {
                #expect(bits(found) == bits(plain), "\(point)")
            }
        }
    }

    /// A writer that changes its point changes the logits, wherever that is.
    @Test(arguments: Variant.all) func changingPatches(_ variant: Variant) throws {
        let model = try variant.make(), plain = TapRun.logits(model, nil)
        for point in model.tapPoints where (point.site.layer ?? 1) == 1 {
            // Experts are chosen by number; a scale that all of a row share is lost in a norm that comes later.
            if point.site.point == .expertIndices { continue }
            let hooks = Hooks(model.tapPoints)
            try hooks.write(point.name) { x, _ in x.adding(noise(x)) }
            #expect(difference(TapRun.logits(model, hooks), plain) > 1e-4, "\(point)")
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
            return TapRun.logits(model, hooks)
        }
        let byResult = try ablated("blocks.0.attn.hook_result"), byMixture = try ablated("blocks.0.attn.hook_z")
        #expect(difference(byResult, byMixture) < 1e-4)
        let without = try small.make(weights: { WithoutHead($0, head: head, size: s.headSize) })
        #expect(difference(TapRun.logits(without, nil), byMixture) < 1e-4)
        #expect(difference(byMixture, TapRun.logits(model, nil)) > 1e-2)
    }

    /// A changed input of one head changes that head's queries, and nobody else's queries, keys or values.
    @Test(arguments: Small.allCases) func inputOfAHead(_ small: Small) throws {
        let model = try small.make(), s = model.shape, (D, d) = (s.width, s.headSize)
        let names = ["attn.hook_q", "attn.hook_k", "attn.hook_v"].map { "blocks.1.\($0)" }
        let plain = try Recorder(names, of: model.tapPoints)
        _ = TapRun.logits(model, plain)
        let hooks = Hooks(model.tapPoints)
        var seen: [String: [Float]] = [:]
        for name in names { try hooks.read(name) { x, site in seen[site.name] = x.floats } }
        try hooks.write("blocks.1.hook_q_input") { x, _ in
            let changed = x.floats.enumerated().map { i, value in i / D % s.heads == 2 ? value * Float(i % 3) : value }
            return Tensor(changed, shape: x.shape)
        }
        _ = TapRun.logits(model, hooks)
        for name in names.dropFirst() { #expect(seen[name] == plain.tensors[name]?.floats) }
        let (before, after) = (try #require(plain.tensors[names[0]]).floats, try #require(seen[names[0]]))
        for i in before.indices where i / d % s.heads != 2 { #expect(before[i] == after[i]) }
        for n in 0 ..< TapRun.B * TapRun.T {
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
        _ = TapRun.logits(model, hooks)
        #expect(pattern.allSatisfy { abs($0 - 1 / Float(TapRun.T)) < 1e-6 })
    }
}

/// Numbers that differ from element to element, for integers as for others.
private func noise(_ x: Tensor) -> Tensor { numbers(x.shape, seed: 3).cast(to: x.dtype) }

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
