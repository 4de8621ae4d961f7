import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

/// GGUF vocabularies as a model directory, and back: ids, ends and templates stay. `scripts/compare/compare_round_trip.py`
/// compares whole vocabularies with llama.cpp and transformers.
@Suite struct GGUFRoundTripTests {
    private typealias Pairs = [(key: String, value: GGUFValue)]

    /// The vocabulary of these keys, the tokenizer of its directory, and the vocabulary written from that.
    private func roundTrip(
        _ pairs: Pairs
    ) throws -> (first: GGUFTokenizer, directory: any Tokenizer, second: GGUFTokenizer) {
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("v.gguf").path,
                folder = directory.appendingPathComponent("d").path
            try GGUFWriter.write(pairs, to: path)
            let first = try GGUFTokenizer(GGUFVocabulary(contentsOf: path))
            try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: true)
            for file in try first.files() {
                try file.contents.write(to: URL(fileURLWithPath: "\(folder)/\(file.name)"))
            }
            let middle = try TokenizerLoader.load(path: folder)
            let configuration = try #require(try TokenizerConfiguration(nextTo: "\(folder)/tokenizer.json"))
            let export = try GGUFVocabularyExport(
                middle, chatTemplates: configuration.chatTemplates, configuration: configuration, ends: first.endTokens)
            try GGUFWriter.write(export.pairs, to: path)
            return (first, middle, try GGUFTokenizer(GGUFVocabulary(contentsOf: path)))
        }
    }

    private func expectSame(_ pairs: Pairs, _ texts: [String], kind: GGUFVocabulary.Kind) throws {
        let (first, directory, second) = try roundTrip(pairs)
        for text in texts {
            let ids = try first.encode(text)
            #expect(try directory.encode(text) == ids && second.encode(text) == ids, "\(text.debugDescription)")
            #expect(
                try directory.decode(ids) == first.decode(ids) && second.decode(ids) == first.decode(ids),
                "\(text.debugDescription)")
        }
        #expect(
            second.vocabulary.kind == kind && second.endTokens == first.endTokens && second.endOfText == first.endOfText
        )
        #expect(Set(second.vocabulary.chatTemplates.map(\.source)) == Set(first.vocabulary.chatTemplates.map(\.source)))
        #expect(second.vocabulary.special.padding == first.vocabulary.special.padding && second.frame == first.frame)
    }

    private static let texts = [
        "The year 1984, its 12345 dogs'll bark", "  two  spaces\t\tand\n\n\nlines \r\n",
        "don't DON'T é漢字かな e\u{301} 👩\u{200D}👧 ½Ⅷ", "<|end|>a <mark> b<|end|>", "--- (a) [b] {c}; x=1.5e-3", "",
    ]

    private static let bytes = (0 ..< 256).map { byte in
        let others = (0 ..< 256).filter {
            !(0x21 ... 0x7E).contains($0) && !(0xA1 ... 0xAC).contains($0) && !(0xAE ... 0xFF).contains($0)
        }
        return String(Character(Unicode.Scalar(UInt32(others.firstIndex(of: byte).map { 0x100 + $0 } ?? byte))!))
    }

    /// Every way of cutting that is published with a vocabulary of its own, and a few more.
    @Test(arguments: [
        "gpt-2", "default", "llama-bpe", "smaug-bpe", "qwen2", "qwen35", "smollm", "command-r", "starcoder", "refact",
        "falcon", "deepseek-llm", "deepseek-coder", "deepseek-v3",
        "gpt-4o", "tekken", "mpt", "minicpm5", "laguna", "viking", "seed-coder", "exaone-moe", "jais-2", "youtu",
        "granite-embed-multi-97m",
    ])
    func byteLevel(pre: String) throws {
        let merged = ["Ġt", "he", "Ġthe", "12", "123", "--", "---", "Ġb", "Ġ(", "'l", "'ll", "ĠĠ", "ĊĊ", "Ċĉ"]
        try expectSame(
            [
                ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string(pre)),
                (
                    "tokenizer.ggml.tokens",
                    .array(GGUFArray(strings: Self.bytes + merged + ["<|end|>", "<mark>", "<bos>", "<pad>", "<stop>"]))
                ),
                (
                    "tokenizer.ggml.token_type",
                    .array(GGUFArray([Int32](repeating: 1, count: 256 + merged.count) + [3, 4, 3, 3, 3]))
                ),
                (
                    "tokenizer.ggml.merges",
                    .array(
                        GGUFArray(strings: [
                            "Ġ t", "h e", "Ġt he", "1 2", "12 3", "- -", "-- -", "Ġ b", "Ġ (", "' l", "'l l", "Ġ Ġ",
                            "Ċ Ċ", "Ċ ĉ",
                        ]))
                ),
                ("tokenizer.ggml.bos_token_id", .uint32(UInt32(258 + merged.count))),
                ("tokenizer.ggml.eos_token_id", .uint32(UInt32(256 + merged.count))),
                ("tokenizer.ggml.padding_token_id", .uint32(UInt32(259 + merged.count))),
                ("tokenizer.ggml.eot_token_id", .uint32(UInt32(260 + merged.count))),
                ("tokenizer.ggml.add_bos_token", .bool(true)), ("tokenizer.chat_template", .string("{{ messages }}")),
            ], Self.texts, kind: .gpt2)
    }

    /// Scores, with and without a space before a text.
    @Test(arguments: [true, false])
    func scored(addsSpace: Bool) throws {
        let pieces = ["▁", "t", "h", "e", "▁t", "he", "▁the", "▁▁", "a", "b", "ab", "aba", "12", "1", "2"]
        let bytes = (0 ..< 256).map { byte in "<0x\(byte < 16 ? "0" : "")\(String(byte, radix: 16, uppercase: true))>" }
        try expectSame(
            [
                ("tokenizer.ggml.model", .string("llama")),
                (
                    "tokenizer.ggml.tokens",
                    .array(GGUFArray(strings: ["<unk>", "<s>", "</s>"] + bytes + pieces + ["<mark>", "<|end|>"]))
                ),
                (
                    "tokenizer.ggml.scores",
                    .array(GGUFArray([Float](repeating: 0, count: 259) + pieces.indices.map { -Float($0) } + [0, 0]))
                ),
                (
                    "tokenizer.ggml.token_type",
                    .array(
                        GGUFArray(
                            [2, 3, 3] + [Int32](repeating: 6, count: 256) + [Int32](repeating: 1, count: pieces.count)
                                + [4, 3]))
                ),
                ("tokenizer.ggml.add_space_prefix", .bool(addsSpace)),
                ("tokenizer.chat_template.tools", .string("{{ tools }}")),
                ("tokenizer.chat_template", .string("{{ 1 }}")),
            ], Self.texts + ["the  the abab a 1212", "<mark> the<mark>the"], kind: .llama)
    }

    /// A second unknown token does not keep a vocabulary from being written, in either form.
    @Test func secondUnknown() throws {
        let pairs: Pairs = [
            ("tokenizer.ggml.model", .string("llama")),
            ("tokenizer.ggml.tokens", .array(GGUFArray(strings: ["<unk>", "<s>", "</s>", "▁", "a", "<unk2>"]))),
            ("tokenizer.ggml.token_type", .array(GGUFArray([2, 3, 3, 1, 1, 2] as [Int32]))),
            ("tokenizer.ggml.scores", .array(GGUFArray([0, 0, 0, -1, -2, 0] as [Float]))),
        ]
        let (first, directory, _) = try roundTrip(pairs)
        #expect(try directory.encode("a<unk2>a") == first.encode("a<unk2>a"))
        #expect(try first.sentencePieceTokenizer()?.encode("a") == [1, 3, 4])
    }

    /// A list of merges that no scores stand for says so.
    @Test func mergesThatAreNoScores() throws {
        let model = """
            {"type": "BPE", "unk_token": "<unk>", "byte_fallback": true, "vocab": {"<unk>": 0, "▁": 1, "a": 2, "b": 3, "ab": 4, "ba": 5, "aba": 6}, \
            "merges": [["a", "b"], ["b", "a"], ["a", "ba"]]}
            """
        let json = """
            {"version": "1.0", "added_tokens": [], "normalizer": {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, "pre_tokenizer": null, "post_processor": null, \
            "decoder": null, "model": \(model)}
            """
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("tokenizer.json").path
            try Data(json.utf8).write(to: URL(fileURLWithPath: path))
            let export = try GGUFVocabularyExport(TokenizerLoader.load(path: path))
            #expect(
                export.warnings.contains {
                    $0.contains("the merges into \"aba\" and others are not all of those that llama.cpp makes")
                })
            #expect(export.warnings.contains { $0.contains("has no token for every byte") })
        }
    }

    /// The nearest way of cutting, where there is none, and that there is none.
    @Test func patternsWithoutAName() throws {
        func export(_ regex: String) throws -> GGUFVocabularyExport {
            let vocabulary = Self.bytes.enumerated().map { "\(JSONValue($1).text()): \($0)" }.joined(separator: ", ")
            let json = """
                {"version": "1.0", "added_tokens": [], "normalizer": null, "pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Split", "pattern": {"Regex": \(JSONValue(regex).text())}, \
                "behavior": "Isolated", "invert": false}, {"type": "ByteLevel", "add_prefix_space": false, "trim_offsets": false, "use_regex": false}]}, "post_processor": null, \
                "decoder": {"type": "ByteLevel"}, "model": {"type": "BPE", "vocab": {\(vocabulary), "ab": 256}, "merges": ["a b"]}}
                """
            return try withTemporaryDirectory { directory in
                let path = directory.appendingPathComponent("tokenizer.json").path
                try Data(json.utf8).write(to: URL(fileURLWithPath: path))
                return try GGUFVocabularyExport(TokenizerLoader.load(path: path))
            }
        }
        let own = try export("[aeiou]+|[^aeiou]+")
        #expect(own.pairs.contains { $0.key == "tokenizer.ggml.pre" && $0.value.string == "default" })
        #expect(own.warnings.contains { $0.contains("llama.cpp has no word for; it will cut them its default way") })
    }
}
