import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// What TransformerLens sees at its hook points, and what its patches do (scripts/goldens/make_tap_goldens.py).
@Suite struct TapGoldenTests {
    static let names = ["gpt2", "llama", "qwen3", "gemma3", "bert", "t5"]

    /// A model, what it is asked, and what TransformerLens finds.
    private struct Case {
        let golden: Golden
        let model: any Model

        init(_ name: String) throws {
            golden = try Golden(
                Golden.here.appendingPathComponent("Goldens/taps-\(name)").path, tensors: "taps.safetensors")
            model =
                switch name {
                case "bert": try ModelDirectory.openEncoder(golden.path) { _ in }
                case "t5": try ModelDirectory.openEncoderDecoder(golden.path) { _ in }
                default: try golden.model()
                }
        }

        /// The points whose tensor (`at.`), or whose patch (`patched.`), is there.
        func points(_ prefix: String) -> [String] {
            golden.tensors.tensors.keys.filter { $0.hasPrefix(prefix) }.map { String($0.dropFirst(prefix.count)) }
                .sorted()
        }

        /// Logits of all positions; of an encoder its vectors.
        func run(_ taps: any Taps) throws -> [Float] {
            let ids = try golden.ints("input_ids"), context = ForwardContext(taps: taps)
            switch model {
            case let model as any EncoderDecoder:
                let own = try golden.ints("decoder_input_ids")
                let state = model.makeState(attendingTo: model.read(ids, context), capacity: own.count, type: .float32)
                return model.logits(Batch(own, continuing: state, outputs: .all), context).floats
            case let model as any TokenModel: return model.logits(Batch(ids, sequences: 2), context).floats
            case let model as any TextEncoder: return model.encode(Batch(ids, sequences: 2), context).floats
            default: return []
            }
        }
    }

    /// Every point of theirs is one of ours, of the same shape but for batch and position as one dimension, and holds the
    /// same numbers.
    @Test(arguments: names) func values(_ name: String) throws {
        let own = try Case(name), names = own.points("at."), file = own.golden.tensors
        #expect(names.count > 50)
        let recorder = try Recorder(names, of: own.model.tapPoints)
        #expect(difference(try own.run(recorder), try own.golden.floats("logits")) < 1e-4)
        for point in names {
            let found = try #require(recorder.tensors[point], "\(point)")
            let theirs = try #require(file.tensors["at." + point]).shape
            let rows = theirs[0] * theirs[1]
            let isFlat = point.contains("_norm.")  // theirs has heads among the rows
            #expect(isFlat || found.shape == theirs || found.shape == [rows] + theirs.dropFirst(2), "\(point)")
            #expect(distance(found.floats, try own.golden.floats("at." + point)) < 1e-4, "\(point)")
        }
    }

    /// The same change at a point leads to the same logits.
    @Test(arguments: names) func patches(_ name: String) throws {
        let own = try Case(name), shape = try #require(own.golden.tensors.tensors["logits"]).shape
        let (B, T, V) = (shape[0], shape[1], shape[2])
        for point in own.points("patched.") {
            let hooks = Hooks(own.model.tapPoints)
            try hooks.write(point) { x, _ in
                let values = x.floats.enumerated().map { (i: Int, value: Float) -> Float in
                    let factor = 0.5 + 0.05 * Float(i / 3 % 7)
                    return value * factor
                }
                return Tensor(values, shape: x.shape)
            }
            let all = try own.run(hooks)
            var last: [Float] = []
            for b in 0 ..< B {
                let end = (b + 1) * T * V
                last += all[end - V ..< end]
            }
            #expect(difference(last, try own.golden.floats("patched." + point)) < 1e-4, "\(point)")
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
