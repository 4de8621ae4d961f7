import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

/// GGUF vocabularies with something odd in them, which llama.cpp opens: ids are its, and a warning names what is odd.
@Suite struct GGUFOddFileTests {
    private typealias Pairs = [(key: String, value: GGUFValue)]

    private static let bytes = (0 ..< 256).map { byte -> String in
        var text = String.UnicodeScalarView()
        let others = (0 ..< 256).filter {
            !(0x21 ... 0x7E).contains($0) && !(0xA1 ... 0xAC).contains($0) && !(0xAE ... 0xFF).contains($0)
        }
        text.append(Unicode.Scalar(UInt32(others.firstIndex(of: byte).map { 0x100 + $0 } ?? byte))!)
        return String(text)
    }

    /// A byte-level vocabulary: the bytes, then `tokens`.
    private func tokenizer(
        _ tokens: [String], merges: [String], bytes: [String] = bytes, _ changes: Pairs = []
    ) throws -> GGUFTokenizer {
        let pairs: Pairs = [
            ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("gpt-2")),
            ("tokenizer.ggml.tokens", .array(GGUFArray(strings: bytes + tokens))),
            ("tokenizer.ggml.merges", .array(GGUFArray(strings: merges))),
            ("tokenizer.ggml.add_bos_token", .bool(false)),
        ]
        return try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("v.gguf").path
            try GGUFWriter.write(pairs.filter { pair in !changes.contains { $0.key == pair.key } } + changes, to: path)
            return try GGUFTokenizer(GGUFVocabulary(contentsOf: path))
        }
    }

    /// llama.cpp runs a model without a vocabulary by ids alone; here its texts are numbers.
    @Test(arguments: ["none", "no_vocab"]) func noVocabulary(model: String) throws {
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("v.gguf").path
            let pairs: Pairs = [
                ("general.architecture", .string("llama")), ("llama.vocab_size", .uint32(300)),
                ("tokenizer.ggml.model", .string(model)),
            ]
            try GGUFWriter.write(pairs, to: path)
            let tokenizer = try GGUFTokenizer(GGUFVocabulary(contentsOf: path))
            #expect(tokenizer.vocabularySize == 300 && tokenizer.warnings.count == 1)
            #expect(try tokenizer.encode("7 299\n 0") == [7, 299, 0] && tokenizer.decode([7, 299, 0]) == "7 299 0 ")
            #expect(tokenizer.id(forPiece: Array("12".utf8)) == 12 && tokenizer.id(forPiece: Array("300".utf8)) == nil)
            #expect(
                message { _ = try tokenizer.encode("7 x") }?.contains(
                    "byte 2 of the text begins no number of a token; expected 0 to 299") == true)
            #expect(
                message { _ = try tokenizer.encode("300") } != nil
                    && message { _ = try tokenizer.encode("99999999999999999999") } != nil)
            #expect(message { _ = try tokenizer.files() }?.contains("has a none vocabulary") == true)
        }
    }

    /// The tokens of six letters of DNA read as their letters.
    @Test func lettersOfDNA() throws {
        let tokenizer = try tokenizer(
            ["<dna>", "</dna>", "<oov>", "ACGTAC\u{E000}"], merges: [], [("tokenizer.ggml.model", .string("hybriddna"))]
        )
        let encoding = try tokenizer.encodeWithByteRanges("a<dna>acgtacg</dna>")
        #expect(encoding.ids == [97, 256, 259, 258, 257])
        #expect(encoding.byteRanges == [0 ..< 1, 1 ..< 6, 6 ..< 12, 12 ..< 13, 13 ..< 19])
        #expect(try tokenizer.decode([97, 256, 259, 257]) == "a<dna>ACGTAC</dna>")
        #expect(tokenizer.id(forPiece: Array("ACGTAC".utf8)) == 259)
    }

    @Test func wordsBetweenWhiteSpace() throws {
        let tokenizer = try tokenizer(
            ["ab"], merges: ["a b"],
            [("tokenizer.ggml.model", .string("whitespace")), ("tokenizer.ggml.normalizer.lowercase", .bool(true))])
        let encoding = try tokenizer.encodeWithByteRanges(" AB \u{2003}b")
        #expect(encoding.ids == [256, 98] && encoding.byteRanges == [1 ..< 3, 7 ..< 8])
    }

    /// Qwen 2's vocabulary merges "</s" and ">" into a token that its name makes a mark of structure.
    @Test func mergesMakeMarksOfStructure() throws {
        let tokenizer = try tokenizer(
            ["</", "</s", "</s>"], merges: ["< /", "</ s", "</s >"], [("tokenizer.ggml.pre", .string("superbpe"))])
        let asText = EncodingOptions(recognizesSpecialTokens: false)
        #expect(try tokenizer.encode("a</s>", options: asText) == [97, 258] && tokenizer.encode("a</s>") == [97, 258])
        #expect(tokenizer.warnings.isEmpty && tokenizer.endTokens.contains(258))
    }

    /// Of "bcd" the merge of "b" and "c" comes first, makes no token, and keeps "c" from "d".
    @Test func mergesOfWhatIsNoToken() throws {
        let tokenizer = try tokenizer(["cd", "éb"], merges: ["b c", "c d", "x yz", "Ã ©"])
        #expect(try tokenizer.encode("abcd cd") == [97, 98, 99, 100, 32, 256])
        // What is not ASCII of a string that is no token is left out.
        #expect(try tokenizer.encode("aéb") == [97, 98])
        #expect(
            tokenizer.warnings.count == 1
                && tokenizer.warnings[0].contains(
                    "\"tokenizer.ggml.merges\" has 3 whose parts or result are not tokens")
        )
        #expect(
            try tokenizer.encodeWithByteRanges("abcd cd").byteRanges == [
                0 ..< 1, 1 ..< 2, 2 ..< 3, 3 ..< 4, 4 ..< 5, 5 ..< 7,
            ])
    }

    @Test func mergesThatAreNone() throws {
        let tokenizer = try tokenizer(["ab", "bc"], merges: ["a b", "b c", "a b", "abc", "a  b", "", "a € b"])
        #expect(try tokenizer.encode("abc bc") == [256, 99, 32, 257])
        #expect(
            tokenizer.warnings.count == 1
                && tokenizer.warnings[0].contains("has 4 that are not two texts of GPT-2's byte alphabet"))
    }

    @Test func bytesWithoutTokens() throws {
        let tokenizer = try tokenizer(
            ["ab"], merges: ["a b"], bytes: (0x61 ... 0x7A).map { String(Unicode.Scalar(UInt8($0))) })
        #expect(try tokenizer.encode("abc-é d") == [26, 2, 3])
        #expect(
            tokenizer.warnings.count == 1
                && tokenizer.warnings[0].contains("has no token for 217 of the bytes of UTF-8 (<0x00>, <0x01>"))
    }

    @Test func rolesBeyondTheVocabulary() throws {
        let tokenizer = try tokenizer(
            ["<|end|>"], merges: [],
            [("tokenizer.ggml.eos_token_id", .uint32(900)), ("tokenizer.ggml.padding_token_id", .int32(-1))])
        #expect(
            tokenizer.warnings.count == 2
                && tokenizer.warnings[0].contains(
                    "\"tokenizer.ggml.eos_token_id\" is 900; expected one of the 257 tokens")
        )
        #expect(tokenizer.vocabulary.special.padding == nil && tokenizer.endTokens.contains(256))
    }

    @Test func scoresThatAreNotNumbers() throws {
        let pairs: Pairs = [
            ("tokenizer.ggml.model", .string("llama")),
            ("tokenizer.ggml.tokens", .array(GGUFArray(strings: ["<unk>", "▁", "a", "b", "ab"]))),
            ("tokenizer.ggml.scores", .array(GGUFArray([0, -1, -2, .nan, -3] as [Float]))),
            ("tokenizer.ggml.add_bos_token", .bool(false)),
        ]
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("v.gguf").path
            try GGUFWriter.write(pairs, to: path)
            let tokenizer = try GGUFTokenizer(GGUFVocabulary(contentsOf: path))
            #expect(try tokenizer.encode("ab") == [1, 4])
            #expect(
                tokenizer.warnings == [
                    "\(path): field \"tokenizer.ggml.scores\" has no number for token 3; it counts as the least likely"
                ])
        }
    }

    /// Tokens for filling in by their keys; some end a text.
    @Test func fillInByKeys() throws {
        let tokenizer = try tokenizer(
            ["<pre>", "<pad>", "<|fim_pad|>"], merges: [],
            [("tokenizer.ggml.fim_pad_token_id", .uint32(257)), ("tokenizer.ggml.eos_token_id", .uint32(256))])
        #expect(tokenizer.endTokens == [256, 257])
        #expect(
            try self.tokenizer(
                ["<pre>", "<pad>", "<|fim_pad|>"], merges: [], [("tokenizer.ggml.eos_token_id", .uint32(256))]
            ).endTokens == [256, 258])
    }

    /// What fills the table up to the model's last row stands for nothing; a token of that name with another number, or
    /// in use, does.
    @Test func fillingStandsForNothing() throws {
        let types: GGUFValue = .array(GGUFArray([Int32](repeating: 1, count: 256) + [5, 5, 1]))
        let tokenizer = try tokenizer(
            ["[PAD256]", "[PAD9]", "[PAD258]"], merges: [], [("tokenizer.ggml.token_type", types)])
        #expect(
            tokenizer.piece(for: 256) == nil && tokenizer.piece(for: 257) != nil
                && tokenizer.piece(for: 258) == Array("[PAD258]".utf8))
        #expect(try tokenizer.decode([97, 256, 98]) == "ab")
    }
}
