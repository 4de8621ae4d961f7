import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// What every architecture promises, with random weights. That the numbers are right, scripts/check/check_architectures.py
/// and ../shared/reference show.
@Suite struct ArchitectureTests {
    private static let length = 90

    /// The same bits alone, in a batch, on one thread, in pieces of 7 and token by token.
    @Test(arguments: Variant.all, [ElementType.float32, .bfloat16])
    func sameBits(_ variant: Variant, type: ElementType) throws {
        let model = try variant.make(), V = Variant.vocabulary, T = Self.length
        let ids = someIDs(5 * T, vocabulary: V), mine = Array(ids[3 * T ..< 4 * T])
        let alone = bits(model.logits(Batch(mine), ForwardContext(computeType: type)).floats)
        #expect(Set(alone).count > 100 && alone.allSatisfy { Float(bitPattern: $0).isFinite })

        let batch = model.logits(Batch(ids, sequences: 5), ForwardContext(computeType: type)).floats
        #expect(bits(Array(batch[3 * T * V ..< 4 * T * V])) == alone, "in a batch")
        let one = Processor.$current.withValue(Processor(Processor.current.instructionSet, threads: 1)) {
            bits(model.logits(Batch(mine), ForwardContext(computeType: type)).floats)
        }
        #expect(one == alone, "on one thread")
        for piece in [7, 1] {
            let cache = model.makeState(capacity: T, type: CacheType(type))
            var found: [Float] = []
            for start in stride(from: 0, to: T, by: piece) {
                let new = Array(mine[start ..< min(T, start + piece)])
                found +=
                    model.logits(
                        Batch(new, continuing: cache, sequenceLength: T, outputs: .all),
                        ForwardContext(computeType: type)
                    ).floats
            }
            #expect(bits(found) == alone, "in pieces of \(piece)")
        }
    }

    /// Written and opened again: the same bits, the same configuration, and nothing to warn of.
    @Test(arguments: Variant.all) func roundTrip(_ variant: Variant) throws {
        let scratch = try Scratch(), model = try variant.make()
        try ModelDirectory.write(model, to: scratch.path)
        let again = try ModelDirectory.open(scratch.path) { Issue.record("\($0)") }
        #expect(again.parameters.map(\.name) == model.parameters.map(\.name))
        #expect(again.shape == model.shape && again.configuration == model.configuration)
        let ids = someIDs(2 * 40, vocabulary: Variant.vocabulary)
        #expect(
            bits(again.logits(Batch(ids, sequences: 2), ForwardContext()).floats)
                == bits(model.logits(Batch(ids, sequences: 2), ForwardContext()).floats))
    }

    /// A reader of every point changes nothing, and the pattern, made next to the fused path, is one of probabilities
    /// that give the same mixture.
    @Test(arguments: Variant.all) func taps(_ variant: Variant) throws {
        let model = try variant.make(), ids = someIDs(2 * 40, vocabulary: Variant.vocabulary)
        let plain = model.logits(Batch(ids, sequences: 2), ForwardContext()).floats
        let recorder = Recorder { _ in true }
        #expect(bits(model.logits(Batch(ids, sequences: 2), ForwardContext(taps: recorder)).floats) == bits(plain))
        // What the parts are said to add is what the residual stream gains, to the bit. Where norms stand after the sums,
        // the network adds to what the first of them makes of the stream.
        for layer in 0 ..< model.shape.layers {
            func stream(_ point: TapPoint) throws -> Tensor {
                try #require(recorder[point, layer], "\(TapSite(point, layer: layer))")
            }
            #expect(
                try bits((stream(.residualPre) + stream(.attentionOut)).floats) == bits(stream(.residualMid).floats),
                "layer \(layer)")
            if recorder[.normalizedResidualPost, layer] != nil { continue }
            #expect(
                try bits((stream(.residualMid) + stream(.feedForwardOut)).floats) == bits(stream(.residualPost).floats),
                "layer \(layer)")
        }
        let unfused = model.logits(Batch(ids, sequences: 2), ForwardContext(taps: Unfused())).floats
        #expect(relative(unfused, plain) < 1e-4)
    }

    /// Every field of the configuration replaced by what it must not be: an error or a model that runs, never a trap.
    @Test(arguments: Variant.all) func hostileConfigurations(_ variant: Variant) throws {
        let scratch = try Scratch()
        try ModelDirectory.write(variant.make(), to: scratch.path)
        let right = try JSONFields(contentsOf: scratch("config.json")).object
        let wrong: [JSONValue] = [
            nil, 0, 1, -1, 3, 1.5, 1e300, -2.5, JSONValue(1 << 24), JSONValue(1 << 40), "", "gelu", "full_attention",
            true, false, [], [1, 2, 3], [1.0, "x"], ["a": 1],
            ["rope_type": "yarn"], ["rope_type": "longrope", "short_factor": [0], "long_factor": 1],
            ["rope_type": "linear", "factor": 0],
        ]
        for member in right.members where !["architectures", "dtype", "torch_dtype"].contains(member.key) {
            for value in wrong {
                var config = right
                config[member.key] = value
                try JSONValue.object(config).write(to: scratch("config.json"))
                do {
                    let model = try ModelDirectory.open(scratch.path)
                    _ = model.logits(
                        Batch([Int32](repeating: 1, count: min(3, model.shape.contextLength))), ForwardContext())
                } catch {
                    #expect(!"\(error)".contains("\n") && "\(error)".contains(scratch.path), "\(member.key): \(error)")
                }
            }
        }
    }
}

/// Replaces every pattern by itself, which leaves the fused path.
private final class Unfused: Taps {
    func interest(in site: TapSite) -> TapInterest { site.point == .pattern ? .write : .none }
    func visit(_ tensor: Tensor, at site: TapSite) -> Tensor? { tensor }
}
