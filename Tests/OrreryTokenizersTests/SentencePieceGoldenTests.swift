import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

/// What Google's sentencepiece makes of small models and nasty texts (scripts/goldens/make_sentencepiece_goldens.py).
@Suite struct SentencePieceGoldenTests {
    static let folder = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
        "Goldens/sentencepiece")
    static let models = ["unigram", "unigram-bytes", "bpe", "bpe-bytes", "bpe-across", "word", "char"]
    /// Texts are read as sentencepiece reads them: the name of a control token is nothing special.
    private static let asText = EncodingOptions(recognizesSpecialTokens: false)

    private static func tokenizer(_ name: String) throws -> SentencePieceTokenizer {
        try SentencePieceTokenizer(SentencePieceModel(contentsOf: folder.appendingPathComponent("\(name).model").path))
    }

    private let goldens: JSONFields
    private let texts: [[UInt8]]

    init() throws {
        goldens = try JSONFields(contentsOf: Self.folder.appendingPathComponent("goldens.json").path)
        texts = try goldens.strings("texts").map { Array(Data(base64Encoded: $0)!) }
    }

    private struct Golden {
        let ids: [TokenID]
        let ranges: [Range<Int>]
        let decoded: String

        init(_ value: JSONValue) {
            func ints(_ value: JSONValue) -> [Int] {
                guard case .array(let values) = value else { return [] }
                return values.map { if case .int(let value) = $0 { Int(value) } else { -1 } }
            }
            guard case .array(let parts) = value, case .string(let text) = parts.last else {
                preconditionFailure("goldens.json")
            }
            ids = ints(parts[0]).map(TokenID.init)
            let edges = parts.count > 2 ? ints(parts[1]) : []
            ranges = stride(from: 0, to: edges.count, by: 2).map { edges[$0] ..< edges[$0 + 1] }
            decoded = text
        }
    }

    @Test(arguments: models) func encodesAsSentencePiece(name: String) throws {
        let tokenizer = try Self.tokenizer(name)
        let expected = try goldens.fields("models").fields(name).array("encoded").map(Golden.init)
        #expect(expected.count == texts.count)
        for (text, golden) in zip(texts, expected) {
            try text.withUnsafeBufferPointer { text in
                var encoding = Encoding(recordsByteRanges: true)
                try tokenizer.encode(text, options: Self.asText, into: &encoding)
                let shown = String(decoding: text, as: UTF8.self).debugDescription
                #expect(encoding.ids == golden.ids, "\(shown)")
                #expect(encoding.byteRanges == golden.ranges, "\(shown)")
                #expect(try tokenizer.encode(text, options: Self.asText) == golden.ids, "\(shown)")
            }
            #expect(try tokenizer.decode(golden.ids, skipsSpecialTokens: true).utf8.elementsEqual(golden.decoded.utf8))
        }
    }

    @Test(arguments: models) func decodesAsSentencePiece(name: String) throws {
        let tokenizer = try Self.tokenizer(name)
        for golden in try goldens.fields("models").fields(name).array("decoded").map(Golden.init) {
            let decoded = try tokenizer.decode(golden.ids, skipsSpecialTokens: true)
            #expect(
                decoded.utf8.elementsEqual(golden.decoded.utf8),
                "\(golden.ids): \(decoded.debugDescription), not \(golden.decoded.debugDescription)")
            var decoder = StreamingDecoder(tokenizer, skipsSpecialTokens: true)
            var streamed = try golden.ids.map { try decoder.append($0) }.joined()
            streamed += try decoder.finish()
            #expect(streamed.utf8.elementsEqual(decoded.utf8))
        }
    }

    @Test(arguments: models) func writesTheFileBack(name: String) throws {
        let bytes = try [UInt8](Data(contentsOf: Self.folder.appendingPathComponent("\(name).model")))
        let model = try bytes.withUnsafeBufferPointer { try SentencePieceModel(parsing: $0) }
        #expect(model.encoded == bytes)
    }

    @Test func settingsAreTheFiles() throws {
        let model = try Self.tokenizer("bpe-bytes").model
        #expect(model.kind == .bpe)
        #expect(model.hasByteFallback)
        #expect(!model.treatsWhitespaceAsSuffix)
        #expect(!model.normalizerSettings.addsDummyPrefix)
        #expect(!model.normalizerSettings.removesExtraWhitespaces)
        #expect(model.normalizerSettings.escapesWhitespaces)
        #expect(model.denormalizerSettings == nil)
        #expect(try Self.tokenizer("char").model.denormalizerSettings?.characterMap.isEmpty == false)
        #expect(try Self.tokenizer("unigram-bytes").model.treatsWhitespaceAsSuffix)
        #expect(try Self.tokenizer("bpe").model.unknownSurface == Array(" ?? ".utf8))
    }

    @Test func controlTokensAreFoundIfAskedFor() throws {
        let tokenizer = try Self.tokenizer("bpe")
        let end = try #require(tokenizer.endOfText)
        #expect(tokenizer.piece(for: end) == Array("</s>".utf8))
        let encoding = try tokenizer.encodeWithByteRanges("The</s>The")
        let word = try tokenizer.encode("The")
        #expect(encoding.ids == word + [end] + word)
        #expect(encoding.byteRanges[word.count] == 3 ..< 7)
        #expect(encoding.byteRanges.last?.upperBound == 10)
        // sentencepiece shows nothing of a control token; asked for, its name.
        #expect(try tokenizer.decode(encoding.ids, skipsSpecialTokens: true) == "The The")
        #expect(try tokenizer.decode(encoding.ids) == "The</s> The")
        let framed = try SentencePieceTokenizer(tokenizer.model, frame: ([1], [end]))
        #expect(try framed.encode("The") == [1] + word + [end])
        #expect(try framed.encode("The", options: EncodingOptions(addsSpecialTokens: false)) == word)
        #expect(try framed.encodeWithByteRanges("The").byteRanges.last == 3 ..< 3)
    }

    @Test func piecesHaveIDs() throws {
        for name in Self.models {
            let tokenizer = try Self.tokenizer(name)
            for id in 0 ..< TokenID(tokenizer.vocabularySize) {
                let piece = try #require(tokenizer.piece(for: id))
                let other = try #require(tokenizer.id(forPiece: piece), "\(name) \(id) \(piece)")
                #expect(tokenizer.piece(for: other) == piece)
            }
            #expect(tokenizer.piece(for: -1) == nil)
            #expect(tokenizer.piece(for: TokenID(tokenizer.vocabularySize)) == nil)
            #expect(message { _ = try tokenizer.decode([0, -7]) }?.contains("token id -7") == true)
        }
    }
}
