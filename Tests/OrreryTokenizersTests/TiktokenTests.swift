import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

/// Byte-pair encoding against what tiktoken computes (scripts/goldens/make_tiktoken_goldens.py), with the vocabularies of
/// shared/.
@Suite(.enabled(if: shared("data/tokenizers/cl100k_base.tiktoken") != nil, "shared/data/tokenizers is absent"))
struct TiktokenTests {
    static let names = ["r50k", "cl100k", "o200k"]

    private static func tokenizer(_ name: String) throws -> BytePairTokenizer {
        let file = try #require(shared("data/tokenizers/\(name)_base.tiktoken"))
        return try BytePairTokenizer(tiktoken: file.path, pattern: SplitPattern(argument: name))
    }

    private struct Goldens: Decodable {
        var texts: [String]
        var ids: [String: [[TokenID]]]
    }

    private static func goldens() throws -> Goldens {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Goldens/tiktoken/goldens.json")
        return try JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
    }

    @Test func theArticlesLine() throws {
        #expect(
            try Self.tokenizer("cl100k").encode("def binary_search(arr, target):") == [
                755, 8026, 10947, 11179, 11, 2218, 1680,
            ])
    }

    @Test(arguments: names) func idsOfTiktoken(_ name: String) throws {
        let goldens = try Self.goldens(), tokenizer = try Self.tokenizer(name)
        for (text, ids) in zip(goldens.texts, try #require(goldens.ids[name])) {
            #expect(try tokenizer.encode(text) == ids, "\(text.debugDescription)")
        }
    }

    /// o200k_harmony is o200k_base with more special tokens (`tiktoken_ext/openai_public.py`).
    @Test func harmonyOverTheVocabularyOfO200k() throws {
        let path = try #require(shared("data/tokenizers/o200k_base.tiktoken")).path
        let harmony = try BytePairTokenizer(tiktoken: path, encoding: "o200k_harmony")
        #expect(harmony.vocabularySize == 201_088)
        #expect(Set(harmony.addedTokens.map(\.id)) == Set(199_998 ..< 201_088))
        let text =
            "<|start|>user<|message|>Hi<|end|><|return|><|constrain|><|channel|><|call|><|startoftext|><|endofprompt|><|reserved_200000|><|reserved_201087|><|endoftext|>"
        #expect(
            try harmony.encode(text) == [
                200006, 1428, 200008, 12194, 200007, 200002, 200003, 200005, 200012, 199998, 200018, 200000, 201087,
                199999,
            ])
        let base = try BytePairTokenizer(tiktoken: path)
        #expect(try base.encode(text) != harmony.encode(text))
        let options = EncodingOptions(recognizesSpecialTokens: false)
        #expect(try base.encode(text, options: options) == harmony.encode(text, options: options))
        #expect(
            message { _ = try BytePairTokenizer(tiktoken: path, encoding: "p50k_edit") }?.contains(
                "expected that of p50k_base") == true)
        #expect(
            message { _ = try BytePairTokenizer(tiktoken: path, encoding: "o300k") }?.contains("expected r50k_base")
                == true)
        #expect(
            message {
                _ = try TokenizerLoader.load(
                    path: PipelineGoldenTests.folder.appendingPathComponent("bert.json").path, encoding: "o200k_harmony"
                )
            } != nil)
    }

    /// Every string of bytes comes back, UTF-8 or not, and the ranges of its tokens lie end to end.
    @Test(arguments: names) func bytesComeBack(_ name: String) throws {
        let tokenizer = try Self.tokenizer(name)
        var random = SystemRandomNumberGenerator()
        for _ in 0 ..< 300 {
            let bytes = (0 ..< Int.random(in: 0 ... 200, using: &random)).map { _ in
                Bool.random(using: &random)
                    ? UInt8.random(in: 0 ... 255, using: &random) : UInt8.random(in: 32 ... 126, using: &random)
            }
            var encoding = Encoding(recordsByteRanges: true)
            try bytes.withUnsafeBufferPointer { try tokenizer.encode($0, options: EncodingOptions(), into: &encoding) }
            #expect(try tokenizer.decodeBytes(encoding.ids) == bytes, "\(bytes)")
            #expect(
                encoding.byteRanges.reduce(0) { $1.lowerBound == $0 ? $1.upperBound : -1 } == bytes.count, "\(bytes)")
        }
    }

    /// Long words take time in proportion to their length, or nearly: a quadratic merge of these would not end.
    @Test func longWords() throws {
        let tokenizer = try Self.tokenizer("cl100k")
        for text in [
            String(repeating: "a", count: 1_000_000), String(repeating: " ", count: 1_000_000),
            String(repeating: "ab", count: 500_000),
        ] {
            #expect(try tokenizer.decode(tokenizer.encode(text)) == text)
        }
    }

    @Test(arguments: ["", "IQ==", "IQ== x", "IQ== 0\nIg== 0", "I 0", "!!!! 0", "IQ== 99999999999999999999"])
    func damagedFiles(_ text: String) throws {
        try withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("x.tiktoken")
            try Data(text.utf8).write(to: file)
            let said = message { _ = try BytePairTokenizer(tiktoken: file.path, pattern: .cl100k) }
            #expect(said?.contains("x.tiktoken") == true && said?.contains("\n") == false, "\(said ?? "nothing")")
        }
    }
}
