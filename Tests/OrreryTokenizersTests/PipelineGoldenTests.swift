import Foundation
import OrreryFiles
import OrreryTokenizers
import Testing

/// What Hugging Face tokenizers makes of small tokenizers of every part (scripts/goldens/make_pipeline_goldens.py).
@Suite struct PipelineGoldenTests {
    static let folder = SentencePieceGoldenTests.folder.deletingLastPathComponent().appendingPathComponent("pipeline")
    static let names = [
        "llama", "metaspace", "t5", "xlmr", "roberta", "llama3", "bert", "clip", "prefixed", "words", "fixed", "ctc",
    ]
    private let goldens: JSONFields

    init() throws { goldens = try JSONFields(contentsOf: Self.folder.appendingPathComponent("goldens.json").path) }

    private static func tokenizer(_ name: String) throws -> any Tokenizer {
        try TokenizerLoader.load(path: folder.appendingPathComponent("\(name).json").path)
    }

    /// The whole pipeline, whatever faster tokenizer its file would get.
    private static func pipeline(_ name: String) throws -> PipelineTokenizer {
        try PipelineTokenizer(contentsOf: folder.appendingPathComponent("\(name).json").path)
    }

    private func ids(_ value: JSONValue) -> [TokenID] {
        parts(value).map {
            if case .int(let value) = $0 { TokenID(value) } else { preconditionFailure("goldens.json") }
        }
    }

    private func parts(_ value: JSONValue) -> [JSONValue] {
        guard case .array(let parts) = value else { preconditionFailure("goldens.json") }
        return parts
    }

    @Test(arguments: names) func encodesAsTokenizers(name: String) throws {
        let whole = try Self.pipeline(name)
        for tokenizer in [whole, try Self.tokenizer(name)] as [any Tokenizer] {
            let texts = try goldens.strings("texts")
            let encoded = try goldens.fields("models").fields(name).array("encoded")
            #expect(texts.count == encoded.count)
            for (text, golden) in zip(texts, encoded) {
                let parts = parts(golden)
                let encoding = try tokenizer.encodeWithByteRanges(text)
                #expect(encoding.ids == ids(parts[0]), "\(text.debugDescription)")
                #expect(try tokenizer.encode(text) == encoding.ids)
                #expect(try tokenizer.encode(text, options: EncodingOptions(addsSpecialTokens: false)) == ids(parts[3]))
                let (edges, special) = (ids(parts[1]).map(Int.init), ids(parts[2]))
                for (index, range) in encoding.byteRanges.enumerated()
                where index < special.count && special[index] == 0 {
                    #expect(
                        range == edges[2 * index] ..< edges[2 * index + 1], "token \(index) of \(text.debugDescription)"
                    )
                }
                #expect(.string(try tokenizer.decode(encoding.ids)) == parts[4], "\(text.debugDescription)")
                #expect(
                    .string(try tokenizer.decode(encoding.ids, skipsSpecialTokens: true)) == parts[5],
                    "\(text.debugDescription)")
            }
        }
    }

    @Test(arguments: names) func decodesAsTokenizers(name: String) throws {
        for tokenizer in [try Self.pipeline(name), try Self.tokenizer(name)] as [any Tokenizer] {
            for golden in try goldens.fields("models").fields(name).array("decoded") {
                let (tokens, text) = (ids(parts(golden)[0]), parts(golden)[1])
                #expect(.string(try tokenizer.decode(tokens)) == text, "\(tokens)")
                var decoder = StreamingDecoder(tokenizer)
                var streamed = try tokens.map { try decoder.append($0) }.joined()
                streamed += try decoder.finish()
                #expect(.string(streamed) == text, "\(tokens)")
            }
            #expect(throws: TokenizerError.self) { try tokenizer.decode([TokenID(tokenizer.vocabularySize)]) }
            #expect(throws: TokenizerError.self) { try tokenizer.decode([-1]) }
        }
    }

    @Test(arguments: names) func framesPairsAndWindowsAsTokenizers(name: String) throws {
        let tokenizer = try Self.pipeline(name)
        let model = try goldens.fields("models").fields(name)
        let pairs = try goldens.array("pairs").map {
            parts($0).map { if case .string(let text) = $0 { text } else { "" } }
        }
        var options = EncodingOptions()
        for (pair, golden) in zip(pairs, try model.array("pairs")) {
            let encoding = try tokenizer.encodePair(pair[0], pair[1])
            #expect(encoding.ids == ids(parts(golden)[0]))
            #expect(encoding.typeIDs == ids(parts(golden)[1]).map(Int.init))
            #expect(encoding.texts.count == encoding.ids.count && encoding.byteRanges.count == encoding.ids.count)
        }
        options.truncation = Truncation(maxLength: 12, stride: 1, direction: .left)
        for (pair, golden) in zip(pairs, try model.array("cut")) {
            #expect(try tokenizer.encodePair(pair[0], pair[1], options: options).ids == ids(golden))
        }
        let text = try goldens.strings("texts")[19]
        let windows = try tokenizer.encodeWindows(text, options: options)
        #expect(windows.map(\.ids) == parts(try model.array("windows")[0]).map(ids))
        #expect(try tokenizer.encode(text, options: options) == windows[0].ids)
    }

    @Test(arguments: names) func comesBackFromItsFiles(name: String) throws {
        for tokenizer in [try Self.pipeline(name), try Self.tokenizer(name)] as [any Tokenizer] {
            try withTemporaryDirectory { directory in
                try tokenizer.save(to: directory.path)
                let written = directory.appendingPathComponent("tokenizer.json").path
                // Member by member what tokenizers wrote; the order of a vocabulary is not looked at.
                let original = try JSONValue(contentsOf: Self.folder.appendingPathComponent("\(name).json").path)
                #expect(try JSONValue(contentsOf: written).isSame(as: original))
                let copy = try TokenizerLoader.load(path: directory.path)
                for text in nastyTexts { #expect(try copy.encode(text) == tokenizer.encode(text)) }
            }
        }
    }

    @Test func longTextsAndShortOnesAreTheFiles() throws {
        let tokenizer = try Self.pipeline("bert")
        #expect(tokenizer.truncation == Truncation(maxLength: 6, stride: 2))
        #expect(tokenizer.padding == Padding(padID: 3, padToken: "<pad>"))
        #expect(try tokenizer.encode("the other brother and another one").count > 6)
        #expect(
            try tokenizer.encode(
                "the other brother and another one", options: EncodingOptions(truncation: tokenizer.truncation)
            ).count == 6)
        #expect(throws: TokenizerError.self) {
            try tokenizer.encode("the", options: EncodingOptions(truncation: Truncation(maxLength: 1)))
        }
    }

    @Test func everyKindIsCutShortWhereAsked() throws {
        let options = EncodingOptions(truncation: Truncation(maxLength: 3))
        let fromLeft = EncodingOptions(truncation: Truncation(maxLength: 3, direction: .left))
        for tokenizer in [
            try ByteTokenizer(), try CharacterTokenizer(training: "abcdef"), try Self.tokenizer("llama3"),
            try Self.tokenizer("roberta"),
        ] as [any Tokenizer] {
            let whole = try tokenizer.encode("abcdef", options: EncodingOptions(addsSpecialTokens: false))
            let frame = try tokenizer.encode("").count
            let cut = try tokenizer.encode("abcdef", options: options)
            #expect(cut.count == 3)
            #expect(Array(whole.prefix(3 - frame)) == Array(cut.filter { !tokenizer.addedTokens.isSpecial($0) }))
            let other = try tokenizer.encode("abcdef", options: fromLeft)
            #expect(Array(whole.suffix(3 - frame)) == Array(other.filter { !tokenizer.addedTokens.isSpecial($0) }))
        }
    }
}

extension JSONValue {
    /// Whether both say the same: members in any order, numbers by their value, merges as text or as pairs.
    fileprivate func isSame(as other: JSONValue) -> Bool {
        switch (self, other) {
        case (.object(let a), .object(let b)):
            a.count == b.count && a.members.allSatisfy { key, value in b[key].map(value.isSame) ?? false }
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.isSame(as: $1) }
        case (.int(let a), .double(let b)), (.double(let b), .int(let a)): Double(a) == b
        case (.string(let text), .array(let parts)), (.array(let parts), .string(let text)):
            JSONValue.string(
                parts.compactMap { if case .string(let part) = $0 { part } else { nil } }.joined(separator: " "))
                == .string(text)
        default: self == other
        }
    }
}
