import Foundation
import OrreryFiles
import OrreryRandom
import OrreryTokenizers
import Testing

/// Damaged and absurd pipelines: each is one error on one line, or a tokenizer that works; never a trap.
@Suite struct PipelineHostileTests {
    private func problem(_ json: [UInt8], texts: [String] = []) throws -> String? {
        try withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("tokenizer.json")
            try Data(json).write(to: file)
            let message = message {
                let tokenizer = try TokenizerLoader.load(path: file.path)
                for text in texts {
                    // An error here is as good: a word that no token stands for.
                    guard let encoding = try? tokenizer.encodeWithByteRanges(text) else { continue }
                    #expect(encoding.byteRanges.allSatisfy { $0.lowerBound >= 0 && $0.upperBound <= text.utf8.count })
                    _ = try tokenizer.decode(encoding.ids)
                }
                for id in 0 ..< TokenID(min(tokenizer.vocabularySize, 400)) { _ = tokenizer.piece(for: id) }
            }
            #expect(message?.contains("\n") != true)
            #expect(message?.hasPrefix(file.path) != false)
            return message?.replacing("\(file.path): ", with: "")
        }
    }

    private func problem(_ json: String, texts: [String] = []) throws -> String? {
        try problem(Array(json.utf8), texts: texts)
    }

    /// A file around one part.
    private func file(
        _ part: String = #""decoder": null"#,
        model: String = #"{"type": "WordLevel", "vocab": {"<unk>": 0, "a": 1}, "unk_token": "<unk>"}"#
    ) -> String { #"{"version": "1.0", \#(part), "model": \#(model)}"# }

    /// Behind Fuse a regular expression sees the text when it ends; what it cannot do then must not end in silence.
    @Test func decoderWhoseExpressionTakesTooLongIsAnError() throws {
        let expression = try TextPattern(.regex("(a+)+b"))
        let tokenizer = try PipelineTokenizer(
            model: .wordLevel(WordLevel(Vocabulary([("a", 0)]), unkToken: "a")),
            decoder: .sequence([.fuse, .replace(Replace(expression, with: ""))]))
        let ids = [TokenID](repeating: 0, count: 60)
        #expect(message { _ = try tokenizer.decode(ids) }?.contains("takes too long") == true)
        var decoder = StreamingDecoder(tokenizer)
        for id in ids { #expect(try decoder.append(id) == "") }
        #expect(message { _ = try decoder.finish() }?.contains("takes too long") == true)
        // And is ready for another text.
        #expect(try decoder.append(0) == "")
        #expect(try decoder.finish() == "a")
    }

    @Test(arguments: PipelineGoldenTests.names) func mutatedFilesAreRefusedOrWork(name: String) throws {
        let original = try [UInt8](Data(contentsOf: PipelineGoldenTests.folder.appendingPathComponent("\(name).json")))
        var dice = SplitMix64(seed: UInt64(name.utf8.reduce(7) { $0 &* 31 &+ Int($1) }))
        // Most of a file is its vocabulary; half of the blows go to the rest, at its start.
        let head = min(original.count, 2500)
        for _ in 0 ..< 150 {
            var bytes = original
            for _ in 0 ... Int.random(in: 0 ... 2, using: &dice) {
                let place =
                    Int.random(in: 0 ..< (Bool.random(using: &dice) ? head : bytes.count), using: &dice) % bytes.count
                switch Int.random(in: 0 ..< 5, using: &dice) {
                case 0: bytes[place] = UInt8.random(in: 0x20 ... 0x7E, using: &dice)
                case 1: bytes.remove(at: place)
                case 2: bytes.insert(contentsOf: "99999999999".utf8, at: place)
                case 3:
                    let end = min(bytes.count, place + Int.random(in: 1 ... 40, using: &dice))
                    bytes.insert(contentsOf: bytes[place ..< end], at: place)
                default: bytes[place] ^= 1 << UInt8.random(in: 0 ..< 7, using: &dice)
                }
            }
            _ = try problem(bytes, texts: ["the other  théorie\n", "<|end|> a [MASK]"])
        }
        for length in stride(from: 0, to: original.count, by: max(1, original.count / 40)) {
            #expect(try problem(Array(original[..<length])) != nil)
        }
    }

    @Test(arguments: [
        (
            #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "%%%"}"#,
            #"field "normalizer.precompiled_charsmap": expected base 64"#
        ),
        (
            #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "AAAA"}"#,
            "the precompiled charsmap is damaged"
        ),
        (
            #""normalizer": {"type": "Precompiled", "precompiled_charsmap": "/////w=="}"#,
            "the precompiled charsmap is damaged"
        ),
        (
            #""normalizer": {"type": "Replace", "pattern": {"Regex": "("}, "content": ""}"#,
            "is not a regular expression"
        ),
        (
            #""normalizer": {"type": "Replace", "pattern": {"Regex": "a\\Kb"}, "content": ""}"#,
            "uses \\K, which is not known here"
        ),
        (
            #""normalizer": {"type": "Replace", "pattern": {"Glob": "a"}, "content": ""}"#,
            #"field "normalizer.pattern": expected an object with String or Regex"#
        ),
        (#""normalizer": {"type": "Prepend"}"#, #"field "normalizer.prepend": expected a string"#),
        (
            #""pre_tokenizer": {"type": "Split", "pattern": {"String": "a"}, "behavior": "Dropped", "invert": false}"#,
            "expected one of Removed, Isolated"
        ),
        (#""pre_tokenizer": {"type": "Metaspace", "replacement": "ab"}"#, "expected one character"),
        (#""pre_tokenizer": {"type": "FixedLength", "length": 0}"#, "expected an integer from 1"),
        (
            #""pre_tokenizer": {"type": "Sequence"}"#,
            #"field "pre_tokenizer.pretokenizers": expected an array of objects"#
        ),
        (
            #""pre_tokenizer": {"type": "Sequence", "pretokenizers": [{"type": "Sequence", "pretokenizers": [{"type": "?"}]}]}"#,
            #"field "pre_tokenizer.pretokenizers[0].pretokenizers[0].type""#
        ),
        (
            #""post_processor": {"type": "BertProcessing", "sep": ["a", 1], "cls": ["b"]}"#,
            #"field "post_processor.cls": expected an array of a token and its id"#
        ),
        (
            #""post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "x", "type_id": 0}}], "pair": [], "special_tokens": {}}"#,
            #"the template names "x""#
        ),
        (
            #""decoder": {"type": "Strip", "content": " ", "start": -1, "stop": 0}"#,
            #"field "decoder.start": expected an integer from 0"#
        ),
        (#""padding": {"strategy": "Longest"}"#, #"field "padding.strategy": expected BatchLongest"#),
    ])
    func partsThatCannotBeAreNamed(part: String, expected: String) throws {
        let problem = try problem(file(part))
        #expect(problem?.contains(expected) == true, "\(problem ?? "accepted")")
    }

    @Test(arguments: [
        (
            #"{"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": ["a b"]}"#,
            #"merge 0 needs "ab", which is not in the vocabulary"#
        ),
        (#"{"type": "BPE", "vocab": {"a": 0, "b": 1}, "merges": [["a", "c"]]}"#, #"merge 0 needs "c""#),
        (
            #"{"type": "BPE", "vocab": {"a": 0}, "merges": [["a"]]}"#,
            "expected two tokens with a space between, or an array of two"
        ),
        (
            #"{"type": "BPE", "vocab": {"a": 0}, "merges": [], "dropout": 1.5}"#,
            #"field "model.dropout": expected null, or a number from 0 to 1"#
        ),
        (
            #"{"type": "BPE", "vocab": {"a": 0, "b": 2097152}, "merges": []}"#,
            #"field "model.vocab.b": expected an integer from 0 to 2097151"#
        ),
        (#"{"type": "Unigram", "vocab": [["a", "b"]], "unk_id": 0}"#, "expected an array of a text and a score"),
        (#"{"type": "Unigram", "vocab": [["a", 1]], "unk_id": 4}"#, "unk_id is 4; expected one of the 1 pieces"),
        (
            #"{"type": "WordPiece", "vocab": {"a": 0}, "unk_token": "a"}"#,
            #"field "model.continuing_subword_prefix": expected a string"#
        ),
    ])
    func modelsThatCannotBeAreNamed(model: String, expected: String) throws {
        let problem = try problem(file(model: model))
        #expect(problem?.contains(expected) == true, "\(problem ?? "accepted")")
    }

    @Test func modelsWithoutTypeAreKnownByTheirMembers() throws {
        for (model, ids) in [
            (#"{"vocab": {"a": 0, "b": 1, "ab": 2}, "merges": ["a b"]}"#, [2]),
            (#"{"vocab": [["a", -1], ["b", -1]], "unk_id": 0}"#, [0, 1]),
            (
                ###"{"vocab": {"a": 0, "##b": 1}, "unk_token": "a", "continuing_subword_prefix": "##", "max_input_chars_per_word": 9}"###,
                [0, 1]
            ),
            (#"{"vocab": {"ab": 5}, "unk_token": "ab"}"#, [5]),
        ] as [(String, [TokenID])] {
            try withTemporaryDirectory { directory in
                try Data(file(model: model).utf8).write(to: directory.appendingPathComponent("tokenizer.json"))
                #expect(try TokenizerLoader.load(path: directory.path).encode("ab") == ids)
            }
        }
    }

    @Test func deepSequencesAreRefusedWithoutRecursion() throws {
        func nested(_ depth: Int) -> String {
            let open = String(repeating: #"{"type": "Sequence", "normalizers": ["#, count: depth)
            return file("\"normalizer\": \(open)\(String(repeating: "]}", count: depth))")
        }
        #expect(try problem(nested(50)) == nil)
        #expect(try problem(nested(100_000))?.contains("at most 128 nested values") == true)
    }

    /// Exponential in a backtracking engine: an error in bounded time.
    @Test func aCatastrophicPatternIsStopped() throws {
        try withTemporaryDirectory { directory in
            let part =
                #""pre_tokenizer": {"type": "Split", "pattern": {"Regex": "(a|a)*c"}, "behavior": "Isolated", "invert": false}"#
            try Data(file(part).utf8).write(to: directory.appendingPathComponent("tokenizer.json"))
            let tokenizer = try TokenizerLoader.load(path: directory.path)
            let problem = message { _ = try tokenizer.encode(String(repeating: "a", count: 64) + "b") }
            #expect(problem?.contains("takes too long") == true, "\(problem ?? "accepted")")
        }
    }

    /// Long texts take time in proportion to their length.
    @Test(arguments: PipelineGoldenTests.names) func longTextsAreNotSlow(name: String) throws {
        let tokenizer = try PipelineTokenizer(
            contentsOf: PipelineGoldenTests.folder.appendingPathComponent("\(name).json").path)
        for unit in ["a", " ", "e\u{301}", "word "] {
            #expect(
                try growth {
                    _ = try tokenizer.encodeWithByteRanges(String(repeating: unit, count: 6_000 / unit.utf8.count * $0))
                } < 200, "\(unit)")
        }
    }
}
