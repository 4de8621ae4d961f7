import Foundation
import OrreryRandom
import OrreryTokenizers
import Testing

/// Texts that are encoded part by part on several threads have the tokens that they have in one.
@Suite struct TextPartsTests {
    /// A byte-pair tokenizer that learned a few merges by hand: enough that a cut in a wrong place shows.
    private static func tokenizer(_ pattern: SplitPattern) throws -> BytePairTokenizer {
        let merged = [
            "th", "he", "the", " t", " the", "  ", "    ", "\n\n", " \n", "\n ", "\r\n", "e.", ".\n", ".\n\n", "12",
            "123", "'s", "é", " é", "漢字",
        ]
        let tokens = (0 ... 255).map { [UInt8($0)] } + merged.map { Array($0.utf8) }
        return try withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("x.tiktoken")
            try Data(tokens.enumerated().map { "\(Data($1).base64EncodedString()) \($0)\n" }.joined().utf8).write(
                to: file)
            return try BytePairTokenizer(tiktoken: file.path, pattern: pattern)
        }
    }

    private static let pieces = [
        "the", " the", "e.", "\n", "\n\n", " \n", "  ", "\t", "\r\n", "123", "12345", "'s", "'", ".", "é", "漢字",
        "か\u{3099}", " ", " ", "word", "\u{301}", "\u{A0}",
    ]

    @Test(arguments: ScannerTests.patterns) func sameAsInOne(_ pattern: SplitPattern) throws {
        let tokenizer = try Self.tokenizer(pattern)
        var dice = SplitMix64(seed: 9)
        for round in 0 ..< 200 {
            var text = Array((0 ..< 300).map { _ in Self.pieces.randomElement(using: &dice)! }.joined().utf8)
            if round % 10 == 0 { text[Int.random(in: 0 ..< text.count, using: &dice)] = 0xFF }
            try text.withUnsafeBufferPointer { utf8 in
                var whole = Encoding(recordsByteRanges: true)
                try tokenizer.encode(utf8, options: EncodingOptions(), into: &whole)
                var parts = Encoding(recordsByteRanges: true)
                var end = 0
                var count = 0
                try tokenizer.encodeParts(of: utf8, recordsByteRanges: true, threads: 3, partSize: 16) {
                    range, encoding in
                    #expect(range.lowerBound == end)
                    end = range.upperBound
                    count += 1
                    for (id, bytes) in zip(encoding.ids, encoding.byteRanges) { parts.append(id, bytes) }
                }
                // Nothing is cut after bytes that are not UTF-8.
                #expect(end == utf8.count && (count > 3 || round % 10 == 0))
                #expect(parts == whole, "round \(round)")
                #expect(try tokenizer.encode(utf8, threads: 2) == whole.ids)
            }
        }
    }

    /// A text without a place to cut is one part, and so is every text of a pattern that nobody knows.
    @Test func notWhereItCannotBe() throws {
        let text = Array(String(repeating: "the é ", count: 100).utf8)
        for (pattern, text) in [
            (SplitPattern.regex("\\w+ \\w+|."), text), (.cl100k, Array(repeating: 0x20, count: 1000)), (.none, text),
        ] {
            let tokenizer = try Self.tokenizer(pattern)
            try text.withUnsafeBufferPointer { utf8 in
                var ranges: [Range<Int>] = []
                try tokenizer.encodeParts(of: utf8, threads: 2, partSize: 10) { range, _ in ranges.append(range) }
                #expect(ranges == [0 ..< utf8.count])
            }
        }
    }

    @Test func batches() throws {
        let tokenizer = try Self.tokenizer(.cl100k)
        let texts =
            (0 ..< 50).map { String(repeating: "the 12 é\n", count: $0 * 7) } + [
                String(repeating: "the 123 words\n ", count: 400_000)
            ]
        #expect(try tokenizer.encodeBatch(texts) == texts.map { try tokenizer.encode($0) })
    }
}
