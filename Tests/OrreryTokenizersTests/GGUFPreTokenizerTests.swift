import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

private let vocabulary = shared("data/tokenizers/ggml-vocab-gpt-2.gguf")

/// Every `tokenizer.ggml.pre` that llama.cpp knows for byte-level vocabularies, against what it computes
/// (scripts/goldens/make_gguf_pre_goldens.py): the vocabulary of shared/ with another value of the key.
@Suite(.enabled(if: vocabulary != nil, "shared/data/tokenizers is absent"))
struct GGUFPreTokenizerTests {
    private struct Goldens: Decodable {
        var texts: [String]
        var ids: [String: [[TokenID]]]
    }

    private static let goldens: Goldens? = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "Goldens/gguf/pre.json")
        return try? JSONDecoder().decode(Goldens.self, from: Data(contentsOf: file))
    }()

    static let names = goldens?.ids.keys.sorted() ?? []

    /// A string in GGUF is its length in eight bytes and its bytes; nothing after this one is aligned.
    private static func tokenizer(_ pre: String) throws -> GGUFTokenizer {
        var bytes = try Data(contentsOf: vocabulary!)
        let key = try #require(bytes.range(of: Data("tokenizer.ggml.pre".utf8) + [8, 0, 0, 0]))
        let length = bytes[key.upperBound ..< key.upperBound + 8].reversed().reduce(0) { $0 << 8 | Int($1) }
        let value = withUnsafeBytes(of: UInt64(pre.utf8.count).littleEndian) { Data($0) } + Data(pre.utf8)
        bytes.replaceSubrange(key.upperBound ..< key.upperBound + 8 + length, with: value)
        return try GGUFTokenizer(GGUFVocabulary(GGUFFile(MappedFile(path: "v.gguf", copying: Array(bytes)))))
    }

    @Test func allAreThere() { #expect(Self.names.count > 60) }

    @Test(arguments: names) func givesLlamaCppsIDs(_ pre: String) throws {
        let goldens = try #require(Self.goldens), tokenizer = try Self.tokenizer(pre)
        for (text, ids) in zip(goldens.texts, try #require(goldens.ids[pre])) {
            let options = EncodingOptions(recognizesSpecialTokens: false, addsSpecialTokens: false)
            #expect(try tokenizer.encode(text, options: options) == ids, "\(text.debugDescription)")
            #expect(try tokenizer.decode(ids).unicodeScalars.elementsEqual(text.unicodeScalars))
        }
    }
}
