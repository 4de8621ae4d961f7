import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// What TransformerLens sees at its hook points, and what its patches do (scripts/goldens/make_tap_goldens.py).
@Suite struct TapGoldenTests {
    static let names = ["gpt2", "llama", "qwen3", "gemma3"]

    private func golden(_ name: String) throws -> Golden {
        try Golden(Golden.here.appendingPathComponent("Goldens/taps-\(name)").path, tensors: "taps.safetensors")
    }

    private func points(_ golden: Golden) -> [String] {
        golden.tensors.tensors.keys.filter { $0.hasPrefix("at.") }.map { String($0.dropFirst(3)) }.sorted()
    }

    /// Every point of theirs is one of ours, of the same shape but for batch and position as one dimension, and holds the
    /// same numbers.
    @Test(arguments: names) func values(_ name: String) throws {
        let golden = try golden(name), model = try golden.model(), names = points(golden)
        #expect(names.count > 50)
        let recorder = try Recorder(names, of: model.tapPoints)
        let ids = try golden.ints("input_ids")
        let logits = model.logits(Batch(ids, sequences: 2), ForwardContext(taps: recorder))
        #expect(difference(logits.floats, try golden.floats("logits")) < 1e-4)
        for point in names {
            let found = try #require(recorder.tensors[point], "\(point)")
            let theirs = try #require(golden.tensors.tensors["at." + point]).shape
            let isFlat = point.contains("_norm.")  // theirs has heads among the rows
            #expect(isFlat || found.shape == theirs || found.shape == [ids.count] + theirs.dropFirst(2), "\(point)")
            let expected = try golden.floats("at." + point)
            #expect(distance(found.floats, expected) < 1e-4, "\(point)")
        }
    }

    /// The same change at a point leads to the same logits.
    @Test(arguments: names) func patches(_ name: String) throws {
        let golden = try golden(name), model = try golden.model(), V = model.shape.vocabularySize
        let ids = try golden.ints("input_ids"), T = ids.count / 2
        for point in points(golden) {
            let hooks = Hooks(model.tapPoints)
            try hooks.write(point) { x, _ in
                let values = x.floats.enumerated().map { $1 * (0.5 + 0.05 * Float($0 / 3 % 7)) }
                return Tensor(values, shape: x.shape)
            }
            let logits = model.logits(Batch(ids, sequences: 2), ForwardContext(taps: hooks)).floats
            let last = Array(logits[(T - 1) * V ..< T * V] + logits[(2 * T - 1) * V ..< 2 * T * V])
            #expect(difference(last, try golden.floats("patched." + point)) < 1e-4, "\(point)")
        }
    }

    /// The largest difference, where -inf is -inf on both sides.
    private func distance(_ a: [Float], _ b: [Float]) -> Float {
        guard a.count == b.count else { return .infinity }
        return zip(a, b).reduce(0) { largest, pair in
            pair.0 == pair.1 ? largest : max(largest, (pair.0 - pair.1).isNaN ? .infinity : abs(pair.0 - pair.1))
        }
    }
}
