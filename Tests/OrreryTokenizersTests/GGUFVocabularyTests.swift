import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

@Suite struct GGUFVocabularyTests {
    private typealias Pairs = [(key: String, value: GGUFValue)]

    /// A vocabulary file with these pairs added to, or put in place of, a small one's.
    private func vocabulary(_ changes: Pairs = [], without: Set<String> = []) throws -> GGUFVocabulary {
        let tokens = ["<unk>", "<s>", "</s>", "▁", "a", "b", "ab", "▁ab", "<user>", "<|im_end|>"]
        var pairs: Pairs = [
            ("tokenizer.ggml.model", .string("llama")), ("tokenizer.ggml.tokens", .array(GGUFArray(strings: tokens))),
            ("tokenizer.ggml.scores", .array(GGUFArray([0, 0, 0, -3, -1, -2, -1.5, -2, 0, 0] as [Float]))),
            ("tokenizer.ggml.token_type", .array(GGUFArray([2, 3, 3, 1, 1, 1, 1, 1, 4, 1] as [Int32]))),
        ]
        for change in changes {
            pairs.removeAll { $0.key == change.key }
            pairs.append(change)
        }
        pairs.removeAll { without.contains($0.key) }
        return try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("v.gguf").path
            try GGUFWriter.write(pairs, to: path)
            return try GGUFVocabulary(contentsOf: path)
        }
    }

    private func problem(_ changes: Pairs, without: Set<String> = []) -> String {
        message { _ = try GGUFTokenizer(vocabulary(changes, without: without)) } ?? "accepted"
    }

    @Test func defaultsAreLlamaCpps() throws {
        let vocabulary = try vocabulary()
        #expect(vocabulary.kind == .llama)
        #expect(vocabulary.special.beginOfText == 1)
        #expect(vocabulary.special.endOfText == 2)
        #expect(vocabulary.special.endOfTurn == 9)
        #expect(vocabulary.endOfGeneration == [2, 9])
        #expect(vocabulary.types[9] == .normal)
        #expect(vocabulary.attributes[9] == [.normal, .control])
        #expect(
            vocabulary.settings.addsBeginOfText && vocabulary.settings.addsSpacePrefix
                && !vocabulary.settings.addsEndOfText)
        let other = try self.vocabulary(
            [
                ("tokenizer.ggml.add_bos_token", .bool(false)), ("tokenizer.ggml.add_eos_token", .bool(true)),
                ("tokenizer.ggml.eos_token_id", .uint32(9)),
                ("tokenizer.ggml.scores", .array(GGUFArray([Int32](repeating: -1, count: 12)))),
            ], without: ["tokenizer.ggml.token_type"])
        #expect(!other.settings.addsBeginOfText && other.settings.addsEndOfText)
        #expect(other.special.endOfText == 9)
        #expect(other.scores == [Float](repeating: -1, count: 10))
        #expect(other.types.allSatisfy { $0 == .normal })
    }

    @Test func specialTokensAreFoundAsInLlamaCpp() throws {
        let tokenizer = try GGUFTokenizer(vocabulary([("tokenizer.ggml.add_bos_token", .bool(false))]))
        #expect(try tokenizer.encode("ab") == [7])
        #expect(
            try tokenizer.encodeWithByteRanges("ab<user>ab</s>ab").byteRanges == [
                0 ..< 2, 2 ..< 8, 8 ..< 10, 10 ..< 14, 14 ..< 16,
            ])
        #expect(try tokenizer.encode("ab<user>ab</s>ab") == [7, 8, 7, 2, 7])
        #expect(try tokenizer.decode([7, 8, 7], skipsSpecialTokens: true) == "ab<user> ab")
        #expect(try tokenizer.decode([1, 7, 2], skipsSpecialTokens: true) == "ab")
        #expect(try tokenizer.decode([1, 7, 2]) == "<s> ab</s>")
        // Users' tokens are found also where marks of structure are text; without a token for each byte that cannot be
        // written.
        let asText = EncodingOptions(recognizesSpecialTokens: false)
        #expect(try tokenizer.encode("b<user>", options: asText) == [3, 5, 8])
        #expect(
            message { _ = try tokenizer.encode("</s>", options: asText) }?.hasSuffix(
                "has no token for the byte <0x3C>, which the text needs") == true)
    }

    @Test func mergesByRankOverTextAreReplayed() throws {
        let tokens = ["<pad>", "<eos>", "<bos>", "<unk>", "▁", "t", "h", "e", "n", "th", "the", "▁the", "en"]
        let tokenizer = try GGUFTokenizer(
            vocabulary(
                [
                    ("tokenizer.ggml.model", .string("gemma4")),
                    ("tokenizer.ggml.tokens", .array(GGUFArray(strings: tokens))),
                    (
                        "tokenizer.ggml.token_type",
                        .array(GGUFArray([3, 3, 3, 2, 1, 1, 1, 1, 1, 1, 1, 1, 1] as [Int32]))
                    ),
                    ("tokenizer.ggml.merges", .array(GGUFArray(strings: ["t h", "e n", "th e", "▁ the"]))),
                    ("tokenizer.ggml.bos_token_id", .uint32(2)), ("tokenizer.ggml.unknown_token_id", .uint32(3)),
                ], without: ["tokenizer.ggml.scores"]))
        var text = "the then the"
        let words = try text.withUTF8 { try tokenizer.explanations(of: $0, options: EncodingOptions()) }
        #expect(words.map(\.tokens) == [[10], [4, 9, 12], [11]])
        let steps = words.map { word in
            if case .merges(let trace) = word.reason { trace.steps.map(\.rank) } else { [-1] }
        }
        #expect(steps == [[0, 2], [0, 1], [0, 2, 3]])
    }

    @Test func refusesWhatDoesNotFit() {
        #expect(
            problem([("tokenizer.ggml.model", .string("plamo3"))]).contains(
                "gemma4, rwkv, plamo2, none, no_vocab, hybriddna, whitespace, found \"plamo3\""))
        #expect(
            problem([("tokenizer.ggml.model", .uint32(1))]).contains(
                "field \"tokenizer.ggml.model\": expected a string"))
        #expect(
            problem([], without: ["tokenizer.ggml.tokens"]).contains(
                "field \"tokenizer.ggml.tokens\": expected an array, found no such key"))
        #expect(
            problem([("tokenizer.ggml.tokens", .array(GGUFArray([1] as [Float])))]).contains(
                "an array of strings, at least one"))
        #expect(
            problem([("tokenizer.ggml.tokens", .array(GGUFArray(strings: [])))]).contains(
                "an array of strings, at least one"))
        let twice = problem([("tokenizer.ggml.tokens", .array(GGUFArray(strings: ["<unk>", "<s>", "x", "x"])))])
        #expect(twice.contains("expected distinct tokens, found \"x\" as 2 and 3"))
        #expect(
            problem([("tokenizer.ggml.scores", .array(GGUFArray([0] as [Float])))]).contains(
                "for each of the 10 tokens"))
        #expect(
            problem([("tokenizer.ggml.token_type", .array(GGUFArray([Float](repeating: 1, count: 10))))]).contains(
                "expected integers"))
        #expect(problem([("tokenizer.ggml.add_bos_token", .uint32(1))]).contains("expected a bool"))
        #expect(
            problem([
                ("tokenizer.ggml.model", .string("t5")),
                ("tokenizer.ggml.precompiled_charsmap", .array(GGUFArray(bytes: [1]))),
            ])
            .contains("precompiled charsmap is damaged"))
        #expect(
            problem([("tokenizer.ggml.model", .string("bert"))]).contains(
                "field \"tokenizer.ggml.bos_token_id\": expected the id of a token"))
        let pre = problem([("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("gpt-5"))])
        #expect(
            pre.contains("field \"tokenizer.ggml.pre\": \"gpt-5\" is not known here; expected one of a.x-4.0, ")
                && pre.contains(", tekken, "))
    }

    /// What llama.cpp expects of its own vocabulary files: `.inp` holds texts, `.out` a line of ids for each.
    @Test(
        .enabled(if: shared("data/tokenizers") != nil, "shared/data/tokenizers is absent"),
        arguments: ["llama-spm", "llama-bpe", "gpt-2"])
    func givesLlamaCppsIDs(name: String) throws {
        let path = "data/tokenizers/ggml-vocab-\(name).gguf"
        let file = try #require(shared(path))
        let input = try #require(shared(path + ".inp"))
        let output = try #require(shared(path + ".out"))
        let clock = ContinuousClock.now
        let tokenizer = try GGUFTokenizer(GGUFVocabulary(contentsOf: file.path))
        print("\(name): loaded in \(ContinuousClock.now - clock)")
        let texts = try String(contentsOf: input, encoding: .utf8).components(separatedBy: "\n__ggml_vocab_test__\n")
        let lines = try String(contentsOf: output, encoding: .utf8).components(separatedBy: "\n")
        #expect(texts.count > 40)
        for (text, line) in zip(texts, lines) {
            let expected = line.split(separator: " ").map { TokenID($0)! }
            let options = EncodingOptions(recognizesSpecialTokens: false, addsSpecialTokens: false)
            #expect(try tokenizer.encode(text, options: options) == expected, "\(text.debugDescription)")
            #expect(
                try tokenizer.encode(text, options: EncodingOptions(recognizesSpecialTokens: false)) == tokenizer.frame
                    .prefix + expected)
            #expect(try tokenizer.decode(expected).utf8.elementsEqual(text.utf8))
        }
    }
}
