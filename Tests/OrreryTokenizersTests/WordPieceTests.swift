import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

/// What Hugging Face tokenizers makes of small BERT tokenizers and nasty texts (scripts/goldens/make_wordpiece_goldens.py).
@Suite struct WordPieceTests {
    private static let folder = SentencePieceGoldenTests.folder.deletingLastPathComponent().appendingPathComponent(
        "wordpiece")
    private static let names = ["uncased", "cased", "raw"]
    private let goldens: JSONFields

    init() throws { goldens = try JSONFields(contentsOf: Self.folder.appendingPathComponent("goldens.json").path) }

    private static func tokenizer(_ name: String) throws -> any Tokenizer {
        try TokenizerLoader.load(path: folder.appendingPathComponent("\(name).json").path)
    }

    private func ints(_ value: JSONValue) -> [Int] {
        guard case .array(let values) = value else { preconditionFailure("goldens.json") }
        return values.map { if case .int(let value) = $0 { Int(value) } else { preconditionFailure("goldens.json") } }
    }

    private func parts(_ value: JSONValue) -> [JSONValue] {
        guard case .array(let parts) = value else { preconditionFailure("goldens.json") }
        return parts
    }

    @Test(arguments: names) func encodesAsTokenizers(name: String) throws {
        let tokenizer = try Self.tokenizer(name)
        let texts = try goldens.strings("texts")
        let encoded = try goldens.fields("models").fields(name).array("encoded")
        #expect(texts.count == encoded.count)
        for (text, golden) in zip(texts, encoded) {
            let parts = parts(golden)
            let encoding = try tokenizer.encodeWithByteRanges(text)
            #expect(encoding.ids == ints(parts[0]).map(TokenID.init), "\(text.debugDescription)")
            let edges = ints(parts[1])
            let ranges = stride(from: 0, to: edges.count, by: 2).map { edges[$0] ..< edges[$0 + 1] }
            // tokenizers loses the place of marks that decomposing the text moves.
            if !ranges.isEmpty {
                #expect(encoding.byteRanges.dropFirst().dropLast() == ranges[...], "\(text.debugDescription)")
            }
            #expect(.string(try tokenizer.decode(encoding.ids, skipsSpecialTokens: true)) == parts[2])
        }
    }

    @Test(arguments: names) func decodesAsTokenizers(name: String) throws {
        let tokenizer = try Self.tokenizer(name)
        for golden in try goldens.fields("models").fields(name).array("decoded") {
            let parts = parts(golden)
            let ids = ints(parts[0]).map(TokenID.init)
            #expect(.string(try tokenizer.decode(ids, skipsSpecialTokens: true)) == parts[1])
            #expect(.string(try tokenizer.decode(ids)) == parts[2])
            var decoder = StreamingDecoder(tokenizer)
            var streamed = try ids.map { try decoder.append($0) }.joined()
            streamed += try decoder.finish()
            #expect(.string(streamed) == parts[2])
        }
    }

    @Test(arguments: names) func comesBackFromItsFiles(name: String) throws {
        let tokenizer = try Self.tokenizer(name)
        try withTemporaryDirectory { directory in
            try tokenizer.save(to: directory.path)
            let copy = try TokenizerLoader.load(path: directory.path)
            #expect(copy.vocabularySize == tokenizer.vocabularySize)
            #expect(Array(copy.addedTokens) == Array(tokenizer.addedTokens))
            #expect(try copy.files() == tokenizer.files())
            for text in nastyTexts { #expect(try copy.encode(text) == tokenizer.encode(text)) }
        }
    }

    @Test func aVocabularyTextSaysTheSame() throws {
        let uncased = try #require(Self.tokenizer("uncased") as? WordPieceTokenizer)
        let cased = try #require(Self.tokenizer("cased") as? WordPieceTokenizer)
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("vocab.txt")
            for (tokenizer, ending) in [(uncased, "\n"), (cased, "\r\n")] {
                let lines = tokenizer.pieces.map { String(decoding: $0, as: UTF8.self) + ending }.joined()
                try Data(lines.utf8).write(to: path)
                let copy = try TokenizerLoader.load(path: directory.path)
                for text in nastyTexts + ["Don't STOP the Planètes"] {
                    #expect(try copy.encode(text) == tokenizer.encode(text))
                }
                #expect((copy as? WordPieceTokenizer)?.settings.lowercases == tokenizer.settings.lowercases)
            }
            try Data(#"{"do_lower_case": true, "strip_accents": false}"#.utf8).write(
                to: directory.appendingPathComponent("tokenizer_config.json"))
            let configured = try #require(TokenizerLoader.load(path: path.path) as? WordPieceTokenizer)
            #expect(configured.settings.lowercases)
            #expect(configured.settings.stripsAccents == false)
        }
    }

    @Test func aPieceOfMarksThatWerePutInOrderComesFromAllOfTheirPlaces() throws {
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("vocab.txt")
            try Data("[UNK]\na\n##\u{1D165}\u{302E}\n".utf8).write(to: path)  // combining classes 216 and 224
            try Data(#"{"do_lower_case": true}"#.utf8).write(
                to: directory.appendingPathComponent("tokenizer_config.json"))
            let tokenizer = try TokenizerLoader.load(path: path.path)
            var encoding = Encoding(recordsByteRanges: true), text = "a\u{302E}\u{1D165}"
            try text.withUTF8 { try tokenizer.encode($0, options: EncodingOptions(), into: &encoding) }
            // The marks that BERT's tokenizer has are added behind a vocabulary without them, as in transformers.
            #expect(encoding.ids == [5, 1, 2, 3])
            #expect(encoding.byteRanges[1 ... 2] == [0 ..< 1, 1 ..< 8])
        }
    }

    @Test func aVocabularyTextIsUTF8() throws {
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("vocab.txt")
            try Data([0x5B, 0xFF, 0x0A]).write(to: path)
            #expect(message { _ = try TokenizerLoader.load(path: path.path) }?.contains("line 1 is not UTF-8") == true)
        }
    }

    @Test(arguments: [
        ("\"BertPreTokenizer\"", "\"Bart\"", "field \"pre_tokenizer.type\": expected BertPreTokenizer"),
        ("\"TemplateProcessing\"", "\"RobertaProcessing\"", "field \"post_processor.sep\": expected an array"),
        ("\"truncation\":null", "\"truncation\":{}", "field \"truncation.max_length\": expected an integer"),
        ("\"[UNK]\":1", "\"[UNK]\":4000000000", "field \"model.vocab.[UNK]\": expected an integer from 0"),
        ("\"id\":\"A\"", "\"id\":\"B\"", "names $B; expected $A only"),
    ])
    func refusesFiles(part: String, replacement: String, expected: String) throws {
        let text = try String(contentsOf: Self.folder.appendingPathComponent("uncased.json"), encoding: .utf8)
        #expect(text.contains(part))
        try withTemporaryDirectory { directory in
            let path = directory.appendingPathComponent("tokenizer.json")
            try Data(text.replacing(part, with: replacement).utf8).write(to: path)
            let problem = message { _ = try TokenizerLoader.load(path: path.path) } ?? "accepted"
            #expect(problem.hasPrefix("\(path.path): ") && problem.contains(expected), "\(problem)")
        }
    }
}
