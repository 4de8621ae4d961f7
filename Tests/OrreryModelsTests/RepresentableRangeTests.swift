import Foundation
import Kernels
import OrreryFiles
import OrreryModels
import Testing

/// A number that a format cannot hold is refused by name, and nothing is written.
@Suite struct RepresentableRangeTests {
    /// A model of whole blocks with one number of one matrix replaced.
    private func model(_ value: Float) throws -> any TokenModel {
        let variant = Variant(
            "llama", "llama",
            [
                "hidden_size": 256, "intermediate_size": 256, "head_dim": 32, "num_attention_heads": 8,
                "num_key_value_heads": 8, "num_hidden_layers": 1,
            ])
        let model = try variant.make()
        let parameter = try #require(model.parameters.first { $0.name.contains("down_proj") })
        parameter.value.pointer.assumingMemoryBound(to: Float.self)[3 * 256 + 5] = value
        return model
    }

    private func refusal(_ mix: WeightMix, _ value: Float, _ scratch: Scratch) throws -> String? {
        do {
            try GGUFExport(model(value), name: "m", mix: mix).write(vocabulary: [], to: scratch("m.gguf"))
            return nil
        } catch {
            #expect(try FileManager.default.contentsOfDirectory(atPath: scratch("")) == [])
            return "\(error)"
        }
    }

    @Test(arguments: WeightMix.allCases, [Float.nan, .infinity, -.infinity]) func notANumber(
        _ mix: WeightMix, _ value: Float
    ) throws {
        let line = try #require(try refusal(mix, value, Scratch()))
        #expect(line.contains("tensor blk.0.ffn_down.weight holds \(value) in row 3, column 5"), "\(line)")
    }

    /// The largest number of half precision is 65,504; what rounds to more is infinity.
    @Test(arguments: [
        (WeightMix.f16, Float(65_519), true), (.f16, 65_520, false), (.f16, -1e5, false), (.bf16, 1e38, true),
        (.bf16, 3.4e38, false),
        (.f32, 3.4e38, true), (.mxfp4, 1e7, true), (.q8_0, 1e5, true), (.q8_0, 1e7, false), (.q4_0, 1e5, true),
        (.q4_0, 1e7, false),
        (.q4_1, -1e5, false), (.q5_0, 1e7, false), (.q5_1, -1e5, false), (.q2_k, 1e9, false), (.q3_k_s, 1e9, false),
        (.q4_k_s, 1e9, false),
        (.q5_k_s, 1e9, false), (.q6_k, 1e9, false), (.iq4_nl, 1e8, false), (.iq4_xs, 1e9, false),
        (.q4_k_m, 3e38, false), (.q8_0, 3e38, false),
    ]) func beyondTheFormat(_ mix: WeightMix, _ value: Float, _ fits: Bool) throws {
        let line = try refusal(mix, value, Scratch())
        #expect((line == nil) == fits, "\(line ?? "")")
        if let line {
            #expect(line.contains("tensor blk.0.ffn_down.weight holds \(value) in row 3, column 5"), "\(line)")
        }
    }
}
