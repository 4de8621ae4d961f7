import Foundation
import OrreryTokenizers
import Testing

/// A text four times as long takes about four times as long, whatever it is; a quadratic way would take sixteen.
@Suite(.serialized) struct LinearTimeTests {
    private static func tokenizer(_ pattern: SplitPattern) throws -> BytePairTokenizer {
        // Powers of "a" and of " ", and pairs of letters: long words have merges all over.
        var tokens = (0...255).map { [UInt8($0)] }
        for power in 1...6 { tokens += [UInt8(ascii: "a"), 0x20, 0x0A].map { [UInt8](repeating: $0, count: 1 << power) } }
        for first in UInt8(ascii: "a")...UInt8(ascii: "z") { for second in UInt8(ascii: "b")...UInt8(ascii: "z") { tokens.append([first, second]) } }
        return try withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("x.tiktoken")
            try Data(tokens.enumerated().map { "\(Data($1).base64EncodedString()) \($0)\n" }.joined().utf8).write(to: file)
            return try BytePairTokenizer(tiktoken: file.path, pattern: pattern)
        }
    }

    static let units: [String] = ["a", " ", "\n", "a ", "ab", "é", "漢", "漢a", "'", "1", "a1", " \n", "\n ", "a\u{301}", "👩", "aB", "<|", "\u{200D}", ".", "'s"]

    @Test(arguments: units, ScannerTests.patterns) func isLinear(_ unit: String, _ pattern: SplitPattern) throws {
        let tokenizer = try Self.tokenizer(pattern)
        func seconds(_ bytes: Int) throws -> Double {
            let text = Array(String(repeating: unit, count: bytes / unit.utf8.count).utf8)
            return try text.withUnsafeBufferPointer { text in
                // The least of three: whatever else the machine does only adds.
                try (0..<3).map { _ in
                    let start = ContinuousClock.now
                    _ = try tokenizer.encode(text)
                    return (ContinuousClock.now - start) / .seconds(1)
                }.min()!
            }
        }
        _ = try seconds(10_000)
        // A heap's logarithm, and caches that no longer hold the word, are allowed for.
        let (short, long) = (try seconds(100_000), try seconds(400_000))
        #expect(long < 10 * short + 0.005, "\(short) and \(long) seconds")
    }
}
