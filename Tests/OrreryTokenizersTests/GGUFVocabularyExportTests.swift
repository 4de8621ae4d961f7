import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

/// Tokenizers written as GGUF vocabularies and read again give the same ids.
@Suite struct GGUFVocabularyExportTests {
    private func written(_ tokenizer: any Tokenizer, tokens: Int? = nil) throws -> GGUFTokenizer {
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("v.gguf").path
            try GGUFWriter.write(
                [("general.architecture", .string("llama"))] + GGUFVocabularyExport(tokenizer, tokens: tokens).pairs,
                to: path)
            return try GGUFTokenizer(GGUFVocabulary(contentsOf: path))
        }
    }

    /// Characters without an end of text: nothing ends a text, where the gpt2 kind would take token 11 for it.
    @Test func characters() throws {
        let text = "To be, or not\tto be\\n? \u{e9}\u{1F600}\n"
        let tokenizer = try Array(text.utf8).withUnsafeBufferPointer { try CharacterTokenizer(training: $0) }
        let read = try written(tokenizer)
        #expect(read.vocabulary.kind == .rwkv && read.endOfText == nil && read.vocabulary.endOfGeneration.isEmpty)
        #expect(try read.encode(text) == tokenizer.encode(text) && read.decode(tokenizer.encode(text)) == text)
        #expect(throws: TokenizerError.self) { try read.encode("Z") }
        #expect(try read.files().map(\.contents) == tokenizer.files().map(\.contents))
        let ending = try Array(text.utf8).withUnsafeBufferPointer {
            try CharacterTokenizer(training: $0, endOfText: "<|end|>")
        }
        #expect(
            try written(ending).endOfText == ending.endOfText && written(ending).encode(text) == ending.encode(text))
    }

    @Test func bytes() throws {
        let tokenizer = try ByteTokenizer(), text = "any\u{0} byte, é\\"
        let read = try written(tokenizer)
        #expect(try read.encode(text) == tokenizer.encode(text) && read.endOfText == nil)
        #expect(try read.files().map(\.contents) == tokenizer.files().map(\.contents))
    }

    /// WordPiece, with more rows in the model than tokens.
    @Test func wordPieces() throws {
        let texts = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "un", "##aff", "##able", "aff", ",", "cafe"]
        let marks = try AddedTokens(texts.prefix(5).enumerated().map { AddedToken(id: TokenID($0), content: $1) })
        let
            tokenizer = try WordPieceTokenizer(
                PieceTable(texts.map { Array($0.utf8) }), addedTokens: marks, frame: ([2], [3])),
            read = try written(tokenizer, tokens: 16)
        #expect(read.vocabularySize == 16 && read.vocabulary.kind == .bert)
        for text in ["unaffable, aff", "Caf\u{e9} xyz", "[MASK] un"] {
            #expect(try read.encode(text) == tokenizer.encode(text), "\(text)")
        }
    }

    /// A tokenizer.json of Unigram, as T5's is.
    @Test func unigram() throws {
        let entries: [(piece: String, score: Double)] = [
            ("<pad>", 0), ("</s>", 0), ("<unk>", 0), ("\u{2581}", -2), ("a", -4), ("b", -4.5), ("\u{2581}ab", -3),
            ("ab", -3.5),
        ]
        let json = """
            {"version": "1.0", "added_tokens": [\(["<pad>", "</s>", "<unk>"].enumerated().map { #"{"id": \#($0), "content": "\#($1)", "special": true, "single_word": false, "lstrip": false, "rstrip": false, "normalized": false}"# }.joined(separator: ", "))],
             "normalizer": null, "pre_tokenizer": {"type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "always", "split": true},
             "post_processor": {"type": "TemplateProcessing", "single": [{"Sequence": {"id": "A", "type_id": 0}}, {"SpecialToken": {"id": "</s>", "type_id": 0}}],
              "pair": [{"Sequence": {"id": "A", "type_id": 0}}, {"Sequence": {"id": "B", "type_id": 0}}],
              "special_tokens": {"</s>": {"id": "</s>", "ids": [1], "tokens": ["</s>"]}}},
             "decoder": {"type": "Metaspace", "replacement": "\u{2581}", "prepend_scheme": "always", "split": true},
             "model": {"type": "Unigram", "unk_id": 2, "byte_fallback": false, "vocab": [\(entries.map { #"["\#($0.piece)", \#($0.score)]"# }.joined(separator: ", "))]}}
            """
        let tokenizer = try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("tokenizer.json").path
            try Data(json.utf8).write(to: URL(fileURLWithPath: path))
            return try TokenizerLoader.load(path: path)
        }
        let read = try written(tokenizer)
        #expect(read.vocabulary.kind == .t5 && read.endOfText == 1)
        for text in ["ab ab b", "aab", "abxab"] { #expect(try read.encode(text) == tokenizer.encode(text), "\(text)") }
    }

    /// llama.cpp's token 11 ends no text here where it is an ordinary one.
    @Test func tokenElevenIsOrdinary() throws {
        let pairs: GGUFVocabularyExport.Pairs = [
            ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("gpt-2")),
            (
                "tokenizer.ggml.tokens",
                .array(GGUFArray(strings: (0 ..< 20).map { String(UnicodeScalar(UInt8(0x61 + $0))) }))
            ),
            ("tokenizer.ggml.merges", .array(GGUFArray(strings: []))),
        ]
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("v.gguf").path
            try GGUFWriter.write(
                pairs + [("tokenizer.ggml.token_type", .array(GGUFArray([Int32](repeating: 1, count: 20))))], to: path)
            #expect(try GGUFVocabulary(contentsOf: path).special.endOfText == nil)
            try GGUFWriter.write(
                pairs + [
                    ("tokenizer.ggml.token_type", .array(GGUFArray((0 ..< 20).map { $0 == 11 ? 3 : 1 as Int32 })))
                ], to: path)
            #expect(try GGUFVocabulary(contentsOf: path).special.endOfText == 11)
        }
    }
}
