import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

/// Tokens that files next to a tokenizer's own add. Ids are transformers 5.24's.
@Suite struct FurtherTokensTests {
    private func tokenizer(
        _ files: [String: String], _ name: String, model: SentencePieceModel? = nil
    ) throws -> (any Tokenizer, warnings: [String]) {
        try withTemporaryDirectory { directory in
            for (name, text) in files { try Data(text.utf8).write(to: directory.appendingPathComponent(name)) }
            if let model { try model.write(to: directory.appendingPathComponent("tokenizer.model").path) }
            var warnings: [String] = []
            let tokenizer = try TokenizerLoader.load(path: directory.appendingPathComponent(name).path) {
                warnings.append($0)
            }
            return (tokenizer, warnings)
        }
    }

    private static let wordPieces = ["vocab.txt": "[PAD]\n[UNK]\n[CLS]\n[SEP]\n[MASK]\na\nb\n"]

    @Test(arguments: [
        ["added_tokens.json": #"{"[NEW]": 7}"#, "tokenizer_config.json": #"{"do_lower_case": false}"#],
        [
            "special_tokens_map.json": #"{"additional_special_tokens": ["[NEW]"]}"#,
            "tokenizer_config.json": #"{"do_lower_case": true}"#,
        ],
        [
            "tokenizer_config.json":
                #"{"added_tokens_decoder": {"7": {"content": "[NEW]", "special": true}, "1": {"content": "[UNK]", "special": true}}}"#
        ],
    ])
    func wordPiece(files: [String: String]) throws {
        let (tokenizer, warnings) = try tokenizer(Self.wordPieces.merging(files) { $1 }, "vocab.txt")
        #expect(
            try tokenizer.encode("a [NEW] a") == [2, 5, 7, 5, 3] && tokenizer.encode("a[NEW]a") == [2, 5, 7, 5, 3])
        #expect(try tokenizer.encode("a[x] b") == [2, 5, 1, 1, 1, 6, 3])
        #expect(warnings.isEmpty && tokenizer.vocabularySize == 8)
    }

    /// An id that leaves a hole is not the one that the token gets.
    @Test func holesAreClosed() throws {
        let (tokenizer, warnings) = try tokenizer(
            Self.wordPieces.merging(["added_tokens.json": #"{"[NEW]": 9}"#]) { $1 }, "vocab.txt")
        #expect(try tokenizer.encode("[NEW]") == [2, 7, 3])
        #expect(
            warnings.count == 1
                && warnings[0].contains(
                    "the added token \"[NEW]\" gets the id 7, as in tokenizers; the file says another")
        )
    }

    @Test func vocabularyAndMerges() throws {
        let vocabulary =
            (33 ..< 127).map { "\(JSONValue(String(Character(Unicode.Scalar(UInt8($0))))).text()): \($0 - 33)" } + [
                #""Ġ": 94"#, #""Ġa": 95"#, #""<|endoftext|>": 96"#,
            ]
        let files = ["vocab.json": "{\(vocabulary.joined(separator: ", "))}", "merges.txt": "#version: 0.2\nĠ a\n"]
        let (listed, _) = try tokenizer(files.merging(["added_tokens.json": #"{"[NEW]": 97}"#]) { $1 }, "vocab.json")
        #expect(
            try listed.encode("a [NEW] a") == [64, 94, 97, 95] && listed.encode(" [NEW]") == [94, 97]
                && listed.endOfText == 96)
        let decoder =
            #"{"added_tokens_decoder": {"96": {"content": "<|endoftext|>", "special": true}, "97": {"content": "[NEW]", "special": false, "lstrip": true, "normalized": false}}}"#
        let (stripping, _) = try tokenizer(files.merging(["tokenizer_config.json": decoder]) { $1 }, "vocab.json")
        #expect(try stripping.encode("a [NEW] a") == [64, 97, 95] && stripping.encode(" [NEW]") == [97])
    }

    private static var model: SentencePieceModel {
        var model = SentencePieceModel(kind: .bpe)
        model.normalizerSettings.removesExtraWhitespaces = false
        model.append("<unk>".utf8, score: 0, type: .unknown)
        for mark in ["<s>", "</s>"] { model.append(mark.utf8, score: 0, type: .control) }
        for (rank, piece) in ["▁", "a", "b", "▁a", "▁b"].enumerated() { model.append(piece.utf8, score: -Float(rank)) }
        return model
    }

    /// Behind a token no space is put before the text.
    @Test(arguments: [
        [
            "added_tokens.json": #"{"<|im_start|>": 8, "<|im_end|>": 9}"#,
            "tokenizer_config.json": #"{"tokenizer_class": "LlamaTokenizer"}"#,
        ],
        [
            "tokenizer_config.json":
                #"{"tokenizer_class": "LlamaTokenizer", "added_tokens_decoder": {"8": {"content": "<|im_start|>", "special": true}, "9": {"content": "<|im_end|>", "special": true}}}"#
        ],
    ])
    func sentencePiece(files: [String: String]) throws {
        let (tokenizer, warnings) = try tokenizer(files, "tokenizer.model", model: Self.model)
        #expect(try tokenizer.encode("a<|im_end|> b") == [6, 9, 7] && tokenizer.encode("a<|im_end|>b") == [6, 9, 5])
        #expect(try tokenizer.encode("a</s>b") == [6, 2, 5] && tokenizer.decode([6, 9, 7]) == "a<|im_end|> b")
        #expect(warnings.isEmpty && tokenizer.vocabularySize == 10)
    }

    /// A directory that names no class: a space is put before each part of a text.
    @Test func sentencePieceWithoutClass() throws {
        let (tokenizer, _) = try tokenizer(
            ["added_tokens.json": #"{"<|im_start|>": 8, "<|im_end|>": 9}"#], "tokenizer.model", model: Self.model)
        #expect(
            try tokenizer.encode("a<|im_end|> b") == [6, 9, 3, 7] && tokenizer.encode("a<|im_end|>b") == [6, 9, 7]
                && tokenizer.encode("a</s>b") == [6, 2, 7])
        #expect(try tokenizer.encode("<|im_end|>a") == [9, 6])
    }

    /// T5's marks for filling in have falling numbers.
    @Test func fillInIsNumberedDownwards() throws {
        let map = #"{"additional_special_tokens": ["<extra_id_0>", "<extra_id_1>", "<extra_id_2>"]}"#
        let (tokenizer, _) = try tokenizer(["special_tokens_map.json": map], "tokenizer.model", model: Self.model)
        #expect(try tokenizer.encode("<extra_id_0><extra_id_2>") == [10, 8])
    }
}
