import Foundation
import OrreryTokenizers
import Testing

/// Files that no one should trust: each is one error on one line that names the file, and nothing else happens.
@Suite struct HostileFileTests {
    /// The error for `json` as a `tokenizer.json`.
    private func problem(_ json: [UInt8]) throws -> String? {
        try withTemporaryDirectory { directory in
            let file = directory.appendingPathComponent("tokenizer.json")
            try Data(json).write(to: file)
            let message = message { _ = try TokenizerLoader.load(path: directory.path) }
            #expect(message?.hasPrefix("\(file.path): ") ?? true)
            #expect(!(message?.contains("\n") ?? false))
            return message?.replacing("\(file.path): ", with: "")
        }
    }

    private func problem(_ json: String) throws -> String? { try problem(Array(json.utf8)) }

    /// A character tokenizer's file with parts of ours replaced.
    private func characters(
        vocab: String = #"{"a": 0, "b": 1}"#, added: String = "[]", unknown: String = "\"<unk>\""
    ) -> String {
        """
        {"added_tokens": \(added), "pre_tokenizer":
        {"type": "Split", "pattern": {"Regex": "[\\\\s\\\\S]"}, "behavior": "Isolated", "invert": false},
        "decoder": {"type": "Fuse"}, "model": {"type": "WordLevel", "vocab": \(vocab), "unk_token": \(unknown)}}
        """
    }

    @Test func theFormItselfIsAccepted() throws {
        #expect(try problem(characters()) == nil)
        #expect(
            try problem(
                characters(vocab: #"{"b": 1, "a": 0}"#, added: #"[{"id": 2, "content": "<e>", "special": true}]"#))
                == nil)
        #expect(
            try problem([0xEF, 0xBB, 0xBF] + Array(characters().utf8))?.contains(
                "save the file as UTF-8 without byte order mark") == true)
    }

    @Test(arguments: [
        (
            #"{"a": 0, "b": 4000000000000}"#,
            #"field "model.vocab.b": expected an integer from 0 to 2097151, found 4000000000000"#
        ),
        (
            #"{"a": 0, "b": 99999999999999999999999}"#,
            #"field "model.vocab.b": expected an integer from 0 to 2097151, found 1e+23"#
        ),
        (#"{"a": 0, "b": 2147483647}"#, "expected an integer from 0 to 2097151, found 2147483647"),
        (#"{"a": 0, "b": -1}"#, "expected an integer from 0 to 2097151, found -1"),
        (#"{"a": 0, "b": 1.0}"#, "expected an integer from 0 to 2097151, found 1.0"),
        (#"{"a": 0, "b": "1"}"#, #"expected an integer from 0 to 2097151, found "1""#),
        (#"["a", "b"]"#, #"field "model.vocab": expected an object, found an array"#),
    ])
    func aBadVocabularyIsRefused(vocab: String, expected: String) throws {
        let problem = try problem(characters(vocab: vocab))
        #expect(problem?.contains(expected) == true, "\(problem ?? "accepted")")
    }

    @Test(arguments: [
        (#"[{"id": 2}]"#, #"field "added_tokens[0].content": expected a string, found no such field"#),
        (#"[{"content": "<e>"}]"#, #"field "added_tokens[0].id": expected an integer"#),
        (
            #"[{"id": 2, "content": "<e>", "lstrip": 1}]"#,
            #"field "added_tokens[0].lstrip": expected true or false, found 1"#
        ),
        (#"{"id": 2}"#, #"field "added_tokens": expected an array of objects, found an object"#),
        ("[7]", #"field "added_tokens": expected an array of objects"#),
    ])
    func badAddedTokensAreRefused(added: String, expected: String) throws {
        let problem = try problem(characters(added: added))
        #expect(problem?.contains(expected) == true, "\(problem ?? "accepted")")
    }

    @Test func unknownTypesAreNamed() throws {
        #expect(
            try problem(characters().replacing("Fuse", with: "Fused"))?.hasPrefix(
                #"field "decoder.type": expected BPEDecoder, ByteFallback"#) == true)
        #expect(
            try problem(characters().replacing("\"Split\"", with: "\"Cut\""))?.hasPrefix(
                #"field "pre_tokenizer.type": expected BertPreTokenizer"#) == true)
        #expect(
            try problem(characters().replacing("WordLevel", with: "Char"))?.hasPrefix(
                #"field "model.type": expected BPE, WordPiece"#) == true)
        let nested =
            #"{"normalizer": {"type": "Sequence", "normalizers": [{"type": "NFC"}, {"type": "NFX"}]}, "model": {"type": "Unigram", "vocab": [["a", 0.5]]}}"#
        #expect(
            try problem(nested)?.hasPrefix(#"field "normalizer.normalizers[1].type": expected BertNormalizer"#) == true)
        #expect(try problem(#"{"version": "2.0"}"#) == #"field "version": expected 1.0, found "2.0""#)
        #expect(try problem(#"{"version": "1.0"}"#) == #"field "model": expected an object, found no such field"#)
        #expect(try problem("[]") == "expected a JSON object, found an array")
        let truncating = characters().replacing("{\"added", with: #"{"truncation": {"max_length": 8}, "added"#)
        #expect(
            try problem(truncating)
                == #"field "truncation.stride": expected an integer from 0 to 9007199254740992, found no such field"#)
    }

    @Test func everyTruncationIsRefused() throws {
        let bytes = Array(characters(vocab: #"{"a": 0, "\u00e9": 1, "\ud83d\ude00": 2, "漢": 3}"#).utf8)
        #expect(try problem(bytes) == nil)
        for length in 0 ..< bytes.count { #expect(try problem(Array(bytes[..<length]))?.hasPrefix("byte ") == true) }
    }

    @Test func everyFlippedBitIsAcceptedOrRefused() throws {
        let bytes = Array(characters().utf8)
        for index in bytes.indices {
            for bit in [0, 5, 7] {
                var copy = bytes
                copy[index] ^= 1 << bit
                _ = try problem(copy)
            }
        }
    }

    @Test(arguments: [
        (#"{"a": "\ud800"}"#, "a pair of surrogates"), (#"{"a": "\ud800\u0041"}"#, "a pair of surrogates"),
        (#"{"a": "\udc00"}"#, "a pair of surrogates"), (#"{"a": "\u00zz"}"#, "four hexadecimal digits"),
        (#"{"a": "\x"}"#, "an escape: one of"), ("{\"a\": \"\n\"}", "a printable character"),
        ("{} {}", "the end of the text"), ("{\"a\": 01}", "a number without leading zero"), ("{\"a\": -}", "a digit"),
        ("{\"a\": 1e}", "a digit"),
        ("{a: 1}", "a key in quotes"), ("", "a value"),
        (String(repeating: "[", count: 100_000), "at most 128 nested values"),
    ])
    func badJSONIsRefusedWithItsPlace(json: String, expected: String) throws {
        let problem = try problem(json)
        #expect(problem?.hasPrefix("byte ") == true)
        #expect(problem?.contains(": expected \(expected)") == true, "\(problem ?? "accepted")")
    }

    @Test func whatIsNoFileIsRefused() throws {
        #expect(
            message { _ = try TokenizerLoader.load(path: "/nowhere/at/all") }?.contains(
                "does not exist; expected char, byte") == true)
        #expect(message { _ = try TokenizerLoader.load(path: "/dev/zero") }?.contains("not a regular file") == true)
        try withTemporaryDirectory { directory in
            #expect(
                message { _ = try TokenizerLoader.load(path: directory.path) }?.contains(
                    "tokenizer.json: cannot open for reading") == true)
            #expect(
                message { try ByteTokenizer().save(to: directory.appendingPathComponent("none").path) }?.contains(
                    "cannot create") == true)
        }
    }
}
