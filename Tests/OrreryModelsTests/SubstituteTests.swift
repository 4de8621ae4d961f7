import Foundation
import OrreryFiles
import OrreryModels
import Testing

/// Where the blocks of a format do not fill the rows of a matrix, what is written instead is said in one line.
@Suite struct SubstituteTests {
    private func warnings(_ width: Int, _ mix: WeightMix) throws -> [String] {
        let variant = Variant(
            "llama", "llama",
            [
                "hidden_size": JSONValue(width), "intermediate_size": 256, "head_dim": 32,
                "num_attention_heads": JSONValue(width / 32),
                "num_key_value_heads": JSONValue(width / 32), "num_hidden_layers": 1,
            ])
        let scratch = try Scratch()
        var lines: [String] = []
        try GGUFExport(variant.make(), name: "m", mix: mix).write(vocabulary: [], to: scratch("m.gguf")) {
            lines.append($0)
        }
        return lines
    }

    @Test func saidInOneLine() throws {
        let lines = try warnings(192, .q4_k_m)
        #expect(lines.count == 1)
        #expect(
            lines.first?.hasPrefix("m: --type q4_k_m: rows of 192 numbers do not fill blocks of 256: ") == true,
            "\(lines)")
        #expect(lines.first?.contains("matrices are written as Q5_0, not Q4_K") == true, "\(lines)")
    }

    @Test func nothingToSay() throws {
        #expect(try warnings(256, .q4_k_m) == [])
        #expect(try warnings(192, .q4_0).filter { $0.contains("--type") && !$0.contains("Q6_K") } == [])
        #expect(try warnings(192, .q8_0) == [])
    }
}
