import Foundation
import OrreryTokenizers
import Testing

/// Vocabularies of published models in `../peers/real`, where that is: ids are llama.cpp's (llama-tokenize), special
/// tokens found and added.
@Suite struct RealFileTests {
    private static let folder = "../peers/real"

    static func has(_ name: String) -> Bool { FileManager.default.fileExists(atPath: "\(folder)/\(name)") }

    private static let texts = [
        "The quick brown fox, 12345 jumps!", "  two  spaces\n\n\tand tabs", "def f(x):\n    return x + 1  # é 漢字",
        "<|im_start|>user\nHi<|im_end|>",
        "<start_of_turn>model\nHallo Welt", "Привет, мир! 👩\u{200D}👧 ½",
    ]

    private func expect(_ name: String, _ ids: [[TokenID]], ends: Set<TokenID>) throws {
        let tokenizer = try TokenizerLoader.load(path: "\(Self.folder)/\(name)")
        for (text, ids) in zip(Self.texts, ids) {
            #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
        }
        #expect(tokenizer.endTokens == ends)
    }

    @Test(.enabled(if: has("smollm2-135m-instruct-q4_1.gguf"), "no ../peers/real"))
    func smolLM2() throws {
        try expect(
            "smollm2-135m-instruct-q4_1.gguf",
            [
                [504, 2365, 6354, 16438, 28, 216, 33, 34, 35, 36, 37, 27003, 17],
                [216, 827, 216, 5600, 1116, 197, 397, 29416],
                [1604, 275, 24, 104, 727, 472, 1003, 1792, 1232, 216, 33, 216, 907, 26411, 17097, 137, 112, 36518],
                [1, 4093, 198, 26843, 2],
                [44, 3738, 79, 1714, 79, 20589, 46, 3980, 198, 36549, 95, 408, 2781],
                [
                    155, 249, 46879, 16464, 32547, 28, 41337, 7872, 9175, 17, 15107, 235, 119, 321, 231, 10813, 235,
                    117, 216, 16738,
                ],
            ], ends: [0, 2, 4])
    }

    @Test(.enabled(if: has("gemma-3-270m-q4_k_m.gguf"), "no ../peers/real"))
    func gemma3() throws {
        try expect(
            "gemma-3-270m-q4_k_m.gguf",
            [
                [2, 818, 3823, 8864, 37423, 236764, 236743, 236770, 236778, 236800, 236812, 236810, 38167, 236888],
                [2, 138, 13498, 138, 35220, 108, 255968, 624, 42364],
                [
                    2, 2063, 517, 236769, 236781, 1473, 107, 140, 2060, 1123, 900, 236743, 236770, 138, 236865, 1559,
                    236743, 201637,
                ],
                [
                    2, 236820, 236909, 548, 236779, 3041, 111038, 2364, 107, 10979, 236820, 236909, 548, 236779, 643,
                    111038,
                ], [2, 105, 4368, 107, 45890, 30335],
                [2, 116130, 236764, 58562, 236888, 236743, 243767, 237243, 244814, 47041],
            ], ends: [1, 106, 212])
    }
}
