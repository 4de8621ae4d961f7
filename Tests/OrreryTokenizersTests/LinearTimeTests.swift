import Foundation
import OrreryTokenizers
import Testing

/// The time for a text grows with its length and not with the square of it, whatever it says.
@Suite(.serialized) struct LinearTimeTests {
    private static func tokenizer(_ pattern: SplitPattern) throws -> BytePairTokenizer {
        // Powers of "a" and of " ", and pairs of letters: long words have merges all over.
        var tokens = (0 ... 255).map { [UInt8($0)] }
        for power in 1 ... 6 {
            tokens += [UInt8(ascii: "a"), 0x20, 0x0A].map { [UInt8](repeating: $0, count: 1 << power) }
        }
        for first in UInt8(ascii: "a") ... UInt8(ascii: "z") {
            for second in UInt8(ascii: "b") ... UInt8(ascii: "z") { tokens.append([first, second]) }
        }
        return try withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("x.tiktoken")
            try Data(tokens.enumerated().map { "\(Data($1).base64EncodedString()) \($0)\n" }.joined().utf8).write(
                to: file)
            return try BytePairTokenizer(tiktoken: file.path, pattern: pattern)
        }
    }

    static let units: [String] = [
        "a", " ", "\n", "a ", "ab", "é", "漢", "漢a", "'", "1", "a1", " \n", "\n ", "a\u{301}", "👩", "aB", "<|",
        "\u{200D}", ".", "'s",
    ]

    @Test(arguments: units, ScannerTests.patterns) func isLinear(_ unit: String, _ pattern: SplitPattern) throws {
        let tokenizer = try Self.tokenizer(pattern)
        let text = Array(String(repeating: unit, count: 800_000 / unit.utf8.count).utf8)
        // A heap's logarithm, and caches that no longer hold the word, are allowed for.
        #expect(
            try growth { parts in
                try text.withUnsafeBufferPointer {
                    _ = try tokenizer.encode(UnsafeBufferPointer(rebasing: $0[..<($0.count / 32 * parts)]))
                }
            } < 200)
    }
}
