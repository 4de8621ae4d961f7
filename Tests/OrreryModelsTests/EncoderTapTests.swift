import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Taps on encoders, and on encoders with a decoder, whose points have names of their own.
@Suite struct EncoderTapTests {
    private static let (S, T) = (7, 5)

    private func json(_ variant: Variant) throws -> JSONFields {
        try JSONFields(.object(variant.config), file: "config.json")
    }

    private func bert() throws -> any TextEncoder {
        try ModelDirectory.makeEncoder(json(Variant.bert), LouderWeights(seed: 5))
    }

    /// The vectors of two texts of equal length.
    private func encode(_ model: any TextEncoder, _ taps: (any Taps)?) -> [Float] {
        let ids = someIDs(2 * Self.S, vocabulary: Variant.vocabulary)
        return model.encode(Batch(ids, sequences: 2), ForwardContext(taps: taps)).floats
    }

    /// The logits of a decoder's text that reads another, both watched.
    private func decode(_ model: any EncoderDecoder, _ taps: (any Taps)?) -> [Float] {
        let context = ForwardContext(taps: taps), V = Variant.vocabulary
        let source = model.read(someIDs(Self.S, vocabulary: V, seed: 3), context)
        let state = model.makeState(attendingTo: source, capacity: Self.T, type: .float32)
        return model.logits(
            Batch(someIDs(Self.T, vocabulary: V), continuing: state, outputs: .all), context
        ).floats
    }

    @Test func bertPoints() throws {
        let model = try bert(), recorder = Recorder { _ in true }
        #expect(bits(encode(model, recorder)) == bits(encode(model, nil)), "a reader changes nothing")
        #expect(Set(recorder.tensors.keys) == Set(model.tapPoints.map(\.name)))
        for name in [
            "embed.hook_token_type_embed", "embed.ln.hook_scale", "hook_full_embed", "blocks.0.ln2.hook_scale",
        ] {
            #expect(model.tapPoints.contains(name), "\(name)")
        }
        for layer in 0 ..< model.shape.layers {
            func at(_ point: TapPoint) throws -> Tensor { try #require(recorder[point, layer, in: .encoderOnly]) }
            #expect(try bits((at(.residualPre) + at(.attentionOut)).floats) == bits(at(.residualMid).floats))
            let pattern = try at(.pattern)
            #expect(pattern.shape == [2, model.shape.heads, Self.S, Self.S])
            #expect(pattern.floats.allSatisfy { $0 > 0 }, "every position sees all")
            #expect(try sumsOfHeads(at(.result)).count == at(.attentionOut).count)
        }
    }

    @Test(arguments: Variant.t5) func t5Points(_ variant: Variant) throws {
        let model = try ModelDirectory.makeEncoderDecoder(json(variant), LouderWeights(seed: 5))
        let recorder = Recorder { _ in true }, (S, T, H) = (Self.S, Self.T, model.shape.heads)
        #expect(bits(decode(model, recorder)) == bits(decode(model, nil)), "a reader changes nothing")
        #expect(Set(recorder.tensors.keys) == Set(model.tapPoints.map(\.name)))
        #expect(model.tapPoints.count == recorder.tensors.count)
        for layer in 0 ..< model.shape.layers {
            func at(_ point: TapPoint) throws -> Tensor { try #require(recorder[point, layer, in: .decoder]) }
            func sum(_ one: TapPoint, _ other: TapPoint) throws -> [UInt32] { try bits((at(one) + at(other)).floats) }
            #expect(try sum(.residualPre, .attentionOut) == bits(at(.residualMid).floats))
            #expect(try sum(.residualMid, .crossOut) == bits(at(.residualMidCross).floats))
            #expect(try sum(.residualMidCross, .feedForwardOut) == bits(at(.residualPost).floats))
            #expect(try at(.crossPattern).shape == [1, H, T, S] && at(.pattern).shape == [1, H, T, T])
            #expect(try at(.crossKey).shape == [S, H, model.shape.headSize])
        }
        #expect(recorder.tensors["encoder.1.attn.hook_pattern"]?.shape == [1, H, S, S])
        #expect(recorder.tensors["encoder_final_ln.hook_normalized"]?.shape == [S, model.shape.width])
    }

    /// The pattern as it is written gives the fused attention's mixture, with T5's terms of distance in its scores.
    @Test(arguments: Variant.t5) func identityPatches(_ variant: Variant) throws {
        let model = try ModelDirectory.makeEncoderDecoder(json(variant), LouderWeights(seed: 5))
        let plain = decode(model, nil)
        for point in model.tapPoints where (point.site.layer ?? 1) == 1 {
            let hooks = Hooks(model.tapPoints)
            try hooks.write(point.name) { x, _ in Tensor(x.floats, shape: x.shape) }
            let found = decode(model, hooks)
            if [.scores, .pattern, .crossScores, .crossPattern].contains(point.site.point) {
                #expect(relative(found, plain) < 1e-5, "\(point)")
            } else {
                #expect(bits(found) == bits(plain), "\(point)")
            }
        }
    }

    @Test(arguments: Variant.t5) func changingPatches(_ variant: Variant) throws {
        let model = try ModelDirectory.makeEncoderDecoder(json(variant), LouderWeights(seed: 5))
        let plain = decode(model, nil)
        for point in model.tapPoints where (point.site.layer ?? 1) == 1 {
            let hooks = Hooks(model.tapPoints)
            try hooks.write(point.name) { x, _ in x + numbers(x.shape, seed: 3) }
            #expect(difference(decode(model, hooks), plain) > 1e-5, "\(point)")
        }
    }

    private func sumsOfHeads(_ result: Tensor) -> [Float] {
        let (N, H, D) = (result.shape[0], result.shape[1], result.shape[2]), values = result.floats
        return (0 ..< N * D).map { i in (0 ..< H).reduce(0) { $0 + values[(i / D * H + $1) * D + i % D] } }
    }
}
