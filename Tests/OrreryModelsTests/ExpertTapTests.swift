import Kernels
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Taps on mixtures of experts: the router's scores, its choice, and what each chosen expert says.
@Suite struct ExpertTapTests {
    static let variants = Variant.all.filter { ["mixtral", "gpt_oss", "qwen3_moe"].contains($0.name) }
    private let ids = someIDs(12, vocabulary: Variant.vocabulary)

    private func run(_ model: any TokenModel, _ taps: (any Taps)?) -> [Float] {
        model.logits(Batch(ids), ForwardContext(taps: taps)).floats
    }

    /// What the experts say, each times its weight, is what the network adds.
    @Test(arguments: variants) func weightedSum(_ variant: Variant) throws {
        let model = try variant.make(), recorder = Recorder { _ in true }
        _ = run(model, recorder)
        let indices = try #require(recorder[.expertIndices, 0]), weights = try #require(recorder[.expertWeights, 0])
        let said = try #require(recorder[.expertOut, 0]), (k, E, D) = (indices.width, weights.width, said.width)
        let (chosen, shares, vectors) = (indices.floats.map { Int($0) }, weights.floats, said.floats)
        var sum = [Float](repeating: 0, count: ids.count * D)
        for n in ids.indices {
            #expect(shares[n * E ..< (n + 1) * E].count { $0 != 0 } == k)
            for place in 0 ..< k {
                let weight = shares[n * E + chosen[n * k + place]]
                for i in 0 ..< D { sum[n * D + i] += weight * vectors[(n * k + place) * D + i] }
            }
        }
        #expect(relative(sum, try #require(recorder[.feedForwardOut, 0]).floats) < 1e-5)
        let scores = try #require(recorder[.routerLogits, 0]).floats
        for n in ids.indices {
            let best = (0 ..< E).sorted { scores[n * E + $0] > scores[n * E + $1] }.prefix(k)
            #expect(Array(best) == Array(chosen[n * k ..< (n + 1) * k]))
        }
    }

    /// Scores that favour two experts, a choice of these two, and weights of these two alone send every row to them.
    @Test(arguments: variants) func otherExperts(_ variant: Variant) throws {
        let model = try variant.make()
        func patched(_ point: String, _ change: @escaping (Tensor) -> Tensor) throws -> (chosen: [Float], out: [Float])
        {
            let hooks = Hooks(model.tapPoints)
            var weights: Tensor?, out: [Float] = []
            try hooks.write("blocks.0.mlp.\(point)") { x, _ in change(x) }
            try hooks.read("blocks.0.mlp.hook_expert_weights") { x, _ in weights = x }
            try hooks.read("blocks.0.mlp.hook_expert_out") { x, _ in out = x.floats }
            _ = run(model, hooks)
            return (try #require(weights).floats, out)
        }
        func favoured(_ x: Tensor, _ high: (Int) -> Float, _ low: Float) -> Tensor {
            Tensor((0 ..< x.count).map { i in i % x.width < 3 ? high(i % x.width) : low }, shape: x.shape)
        }
        let k = try #require(
            { () -> Int? in
                let recorder = Recorder { $0.point == .expertIndices }
                _ = run(model, recorder)
                return recorder[.expertIndices, 0]?.width
            }())
        let byScores = try patched("hook_router_logits") { favoured($0, { 30 - Float($0) }, -30) }
        let byChoice = try patched("hook_expert_indices") { x in
            Tensor((0 ..< x.count).map { Float($0 % x.width) }, shape: x.shape)
        }
        let byWeights = try patched("hook_expert_weights") { favoured($0, { $0 < k ? 0.5 - 0.1 * Float($0) : 0 }, 0) }
        #expect(byScores.out == byChoice.out && byScores.out == byWeights.out)
        for row in ids.indices {
            let E = byChoice.chosen.count / ids.count, own = byChoice.chosen[row * E ..< (row + 1) * E]
            #expect(own.dropFirst(k).allSatisfy { $0 == 0 } && own.prefix(k).allSatisfy { $0 > 0 })
        }
    }
}
