import Kernels
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

@Suite struct TapTests {
    private static let (B, T) = (2, 9)

    /// The documented shape; nil where the model has no such point.
    private func expected(_ point: TapPoint, _ s: ModelShape, _ isQwen: Bool, hidden F: Int, S: Int) -> [Int]? {
        let (B, T) = (Self.B, Self.T)
        switch point {
        case .embed, .residualPre, .norm1, .attentionOut, .residualMid, .norm2, .feedForwardOut, .residualPost,
            .finalNorm:
            return [B * T, s.width]
        case .positionEmbed: return isQwen ? nil : [B * T, s.width]
        case .query, .mixed: return [B * T, s.heads * s.headSize]
        case .key, .value: return [B * T, s.keyValueHeads * s.headSize]
        case .rotatedQuery: return isQwen ? [B * T, s.heads * s.headSize] : nil
        case .rotatedKey: return isQwen ? [B * T, s.keyValueHeads * s.headSize] : nil
        case .scores, .pattern: return [B, s.heads, T, S]
        case .pre, .post: return [B * T, F]
        case .preLinear: return isQwen ? [B * T, F] : nil
        case .logits: return [B * T, s.vocabularySize]
        }
    }

    /// Runs over the same ids, the last T with a cache that holds 5 positions if asked.
    private func run(
        _ model: any TokenModel, cached: Bool, type: ElementType = .float32, _ taps: (any Taps)?
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

    @Test(arguments: Small.allCases, [false, true]) func everyPointIsSeen(_ small: Small, cached: Bool) throws {
        let model = try small.make(), isQwen = model is Qwen3
        let recorder = Recorder { _, _ in true }
        let plain = run(model, cached: cached, nil)
        #expect(bits(run(model, cached: cached, recorder)) == bits(plain), "a reader changes nothing")
        var names: Set<String> = []
        for point in TapPoint.allCases {
            for layer in 0 ..< (point.isInLayer ? model.shape.layers : 1) {
                let shape = expected(point, model.shape, isQwen, hidden: isQwen ? 41 : 70, S: Self.T + (cached ? 5 : 0))
                #expect(recorder[point, layer]?.shape == shape, "\(point.name(layer: layer))")
                if shape != nil { names.insert(point.name(layer: layer)) }
            }
        }
        #expect(Set(recorder.tensors.keys) == names)
        #expect(recorder.tensors.values.allSatisfy { $0.trace == nil })
        #expect(bits(try #require(recorder[.logits]).floats) == bits(plain))
        for layer in 0 ..< model.shape.layers {  // the pattern: rows of probabilities, nothing ahead of the query
            let pattern = try #require(recorder[.pattern, layer]).floats, S = Self.T + (cached ? 5 : 0)
            for r in 0 ..< pattern.count / S {
                let row = pattern[r * S ..< (r + 1) * S], seen = S - Self.T + r % Self.T + 1
                #expect(abs(row.reduce(0, +) - 1) < 1e-5)
                #expect(row.dropFirst(seen).allSatisfy { $0 == 0 } && row.allSatisfy { $0 >= 0 })
            }
        }
    }

    /// A writer that gives back what it saw. Only scores and pattern leave the fused path, whose sums have another
    /// order.
    @Test(arguments: Small.allCases, [false, true]) func writersOfTheSame(_ small: Small, cached: Bool) throws {
        let model = try small.make(), plain = run(model, cached: cached, nil)
        for point in TapPoint.allCases {
            let found = run(model, cached: cached, Writer(point) { $0 })
            if [.scores, .pattern].contains(point) {
                #expect(difference(found, plain) < 2e-5, "\(point)")
            } else {
                #expect(bits(found) == bits(plain), "\(point)")
            }
        }
    }

    /// In bfloat16 the unfused path multiplies in float32: within the rounding of probabilities, 2⁻⁸ of logits of size
    /// ten.
    @Test(arguments: Small.allCases) func writersInBfloat16(_ small: Small) throws {
        let model = try small.make(), plain = run(model, cached: true, type: .bfloat16, nil)
        let recorder = Recorder { _, _ in true }
        #expect(bits(run(model, cached: true, type: .bfloat16, recorder)) == bits(plain))
        #expect(relative(run(model, cached: true, type: .bfloat16, Writer(.pattern) { $0 }), plain) < 0x1p-6)
        #expect(bits(run(model, cached: true, type: .bfloat16, Writer(.post) { $0 })) == bits(plain))
    }

    /// A writer that changes its point changes the logits, wherever that is.
    @Test(arguments: Small.allCases) func writersThatChange(_ small: Small) throws {
        let model = try small.make(), plain = run(model, cached: false, nil)
        for point in TapPoint.allCases where expected(point, model.shape, model is Qwen3, hidden: 1, S: 1) != nil {
            let found = run(
                model, cached: false, Writer(point) { $0.adding(numbers($0.shape, seed: 3).cast(to: $0.dtype)) })
            #expect(difference(found, plain) > 1e-3, "\(point)")
        }
    }

    /// A head that is switched off through its pattern leaves the rest: z of that head is zero, the others' is as
    /// before.
    @Test func switchingAHeadOff() throws {
        let model = try Small.qwen3.make(), s = model.shape
        let before = Recorder { point, layer in point == .mixed && layer == 0 }
        _ = run(model, cached: false, before)
        let writer = Writer(.pattern, also: .mixed, layer: 0) { pattern in
            let size = pattern.shape[2] * pattern.shape[3]
            return Tensor(
                pattern.floats.enumerated().map { $0.offset / size % s.heads == 1 ? 0 : $0.element },
                shape: pattern.shape)
        }
        _ = run(model, cached: false, writer)
        let z = try #require(writer.seen).floats, plain = try #require(before[.mixed]).floats
        for (i, value) in z.enumerated() {
            if i / s.headSize % s.heads == 1 { #expect(value == 0) } else { #expect(abs(value - plain[i]) < 1e-5) }
        }
    }

    @Test func namesOfTransformerLens() {
        #expect(TapPoint.residualPost.name(layer: 3) == "blocks.3.hook_resid_post")
        #expect(TapPoint.pattern.name(layer: 0) == "blocks.0.attn.hook_pattern")
        #expect(TapPoint.embed.name(layer: 0) == "hook_embed")
        #expect(TapPoint.finalNorm.name(layer: 0) == "ln_final.hook_normalized")
        let inLayer = [
            "hook_resid_pre", "ln1.hook_normalized", "attn.hook_q", "attn.hook_k", "attn.hook_v", "attn.hook_rot_q",
            "attn.hook_rot_k",
            "attn.hook_attn_scores", "attn.hook_pattern", "attn.hook_z", "hook_attn_out", "hook_resid_mid",
            "ln2.hook_normalized", "mlp.hook_pre",
            "mlp.hook_pre_linear", "mlp.hook_post", "hook_mlp_out", "hook_resid_post",
        ]
        #expect(TapPoint.allCases.filter(\.isInLayer).map(\.rawValue) == inLayer)
        #expect(Set(TapPoint.allCases.map(\.rawValue)).count == TapPoint.allCases.count)
    }
}

/// Replaces one point in every layer, or in one.
private final class Writer: Taps {
    private let point: TapPoint
    private let also: TapPoint?
    private let layer: Int?
    private let change: (Tensor) -> Tensor
    private(set) var seen: Tensor?

    init(_ point: TapPoint, also: TapPoint? = nil, layer: Int? = nil, _ change: @escaping (Tensor) -> Tensor) {
        (self.point, self.also, self.layer, self.change) = (point, also, layer, change)
    }

    func interest(in point: TapPoint, layer: Int) -> TapInterest {
        if let only = self.layer, only != layer { return .none }
        return point == self.point ? .write : point == also ? .read : .none
    }

    func visit(_ tensor: Tensor, at point: TapPoint, layer: Int) -> Tensor? {
        if point == also { seen = tensor }
        return point == self.point ? change(tensor) : nil
    }
}
