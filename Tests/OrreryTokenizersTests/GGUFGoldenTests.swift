import Foundation
import OrreryFiles
import OrreryRandom
import OrreryTokenizers
import Testing

/// What llama.cpp makes of small vocabularies of each kind and nasty texts (scripts/goldens/make_gguf_goldens.py).
@Suite struct GGUFGoldenTests {
    static let folder = SentencePieceGoldenTests.folder.deletingLastPathComponent().appendingPathComponent("gguf")
    static let kinds = ["llama", "t5", "bert", "gemma4"]

    private let texts: [[UInt8]]
    private let goldens: JSONFields

    init() throws {
        texts = try JSONFields(contentsOf: SentencePieceGoldenTests.folder.appendingPathComponent("goldens.json").path)
            .strings("texts").map { Array(Data(base64Encoded: $0)!) }
        goldens = try JSONFields(contentsOf: Self.folder.appendingPathComponent("goldens.json").path)
    }

    static func tokenizer(_ kind: String) throws -> GGUFTokenizer {
        try GGUFTokenizer(GGUFVocabulary(contentsOf: folder.appendingPathComponent("\(kind).gguf").path))
    }

    @Test(arguments: kinds) func givesLlamaCppsIDs(kind: String) throws {
        let tokenizer = try Self.tokenizer(kind)
        #expect(tokenizer.vocabulary.kind.rawValue == kind)
        for (name, isSpecial) in [("text", false), ("special", true)] {
            let options = EncodingOptions(recognizesSpecialTokens: isSpecial, addsSpecialTokens: isSpecial)
            let expected = try goldens.fields(kind).array(name)
            #expect(expected.count == texts.count)
            // llama.cpp stops at code points beyond U+10FFFF.
            for (text, ids) in zip(texts, expected) where !text.starts(with: [0xF4, 0x90]) {
                guard case .array(let ids) = ids else { preconditionFailure("goldens.json") }
                try text.withUnsafeBufferPointer { text in
                    var encoding = Encoding(recordsByteRanges: true)
                    try tokenizer.encode(text, options: options, into: &encoding)
                    let shown = String(decoding: text, as: UTF8.self).debugDescription
                    #expect(encoding.ids.map { JSONValue.int(Int64($0)) } == ids, "\(kind) \(name) \(shown)")
                    #expect(try tokenizer.encode(text, options: options) == encoding.ids)
                    let edges = encoding.byteRanges.flatMap { [$0.lowerBound, $0.upperBound] }
                    #expect(
                        edges == edges.sorted() && edges.last ?? 0 <= text.count
                            && encoding.byteRanges.count == ids.count, "\(shown) \(edges)")
                }
            }
        }
    }

    @Test(arguments: ["llama", "gemma4"]) func textComesBack(kind: String) throws {
        let tokenizer = try Self.tokenizer(kind)
        for text in texts where String(validating: text, as: UTF8.self) != nil && !text.contains(0) {
            let ids = try text.withUnsafeBufferPointer {
                try tokenizer.encode($0, options: EncodingOptions(recognizesSpecialTokens: false))
            }
            #expect(try tokenizer.decodeBytes(ids, skipsSpecialTokens: true) == text.map { $0 }.withSpaces)
            var decoder = StreamingDecoder(tokenizer, skipsSpecialTokens: true)
            var streamed = try ids.map { try decoder.append($0) }.joined()
            streamed += try decoder.finish()
            #expect(streamed.utf8.elementsEqual(text.withSpaces))
        }
    }

    /// The SentencePiece model and the tokenizer.json that are written say the same as the vocabulary.
    @Test(arguments: ["llama", "t5", "bert"]) func filesSayTheSame(kind: String) throws {
        let tokenizer = try Self.tokenizer(kind)
        try withTemporaryDirectory { directory in
            try tokenizer.save(to: directory.path)
            let copy = try TokenizerLoader.load(path: directory.path)
            #expect(copy.vocabularySize == tokenizer.vocabularySize)
            #expect(copy.endOfText == tokenizer.endOfText || kind == "bert")
            let text = kind == "bert" ? "The planets move, the model's planets" : "The planets move why they move"
            let options = EncodingOptions(addsSpecialTokens: false)
            #expect(try copy.encode(text, options: options) == tokenizer.encode(text, options: options))
        }
    }

    /// Damaged files: each is refused with one line, or cuts texts without a trap.
    @Test(arguments: kinds) func damagedFiles(kind: String) throws {
        let valid = try [UInt8](Data(contentsOf: Self.folder.appendingPathComponent("\(kind).gguf")))
        var dice = SplitMix64(seed: 8)
        var accepted = 0
        for _ in 0 ..< 300 {
            var bytes = valid
            for _ in 0 ..< Int.random(in: 1 ... 3, using: &dice) {
                bytes[Int.random(in: 0 ..< bytes.count, using: &dice)] = UInt8.random(in: 0 ... 255, using: &dice)
            }
            do {
                let file = try GGUFFile(MappedFile(path: "v.gguf", copying: bytes))
                let tokenizer = try GGUFTokenizer(GGUFVocabulary(file))
                accepted += 1
                for text in nastyTexts + ["The planets <user>ab</s>"] {
                    for options in [EncodingOptions(), EncodingOptions(recognizesSpecialTokens: false)] {
                        guard let ids = try? tokenizer.encode(text, options: options) else { continue }
                        _ = try tokenizer.decode(ids)
                    }
                }
            } catch {
                let text = "\(error)"
                if text.contains("\n") || !(error is TokenizerError || error is FileError) {
                    Issue.record(Comment(rawValue: text))
                }
            }
        }
        #expect(accepted > 10)
    }
}

extension [UInt8] {
    /// "▁" reads as a space.
    fileprivate var withSpaces: [UInt8] {
        Array(String(decoding: self, as: UTF8.self).replacing("\u{2581}", with: " ").utf8)
    }
}
