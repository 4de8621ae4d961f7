import Foundation
import OrreryFiles
import OrreryRandom
import OrreryTokenizers
import Testing

/// Damaged and hostile files of byte-level BPE, in each of its formats: one line that names the file, or a tokenizer
/// that works.
@Suite struct BytePairHostileTests {
    /// Small files of each format, and how they are opened.
    static let formats = ["tiktoken", "tokenizer.json", "vocab.json", "merges.txt", "gguf"]

    private static let tokens =
        (0 ... 255).map { [UInt8($0)] } + ["th", "he", "the", " t", " the"].map { Array($0.utf8) }

    /// Writes a good vocabulary in the format, with one file replaced by `change`, and opens it.
    private static func open(_ format: String, _ change: ([UInt8]) -> [UInt8]) throws -> any Tokenizer {
        try withTemporaryDirectory { directory in
            func path(_ name: String) -> String { directory.appendingPathComponent(name).path }
            func write(_ name: String, _ bytes: [UInt8]) throws {
                let changed = name.hasSuffix(format) ? change(bytes) : bytes
                try Data(changed).write(to: directory.appendingPathComponent(name))
            }
            let lines = tokens.enumerated().map { "\(Data($1).base64EncodedString()) \($0)\n" }.joined()
            switch format {
            case "tiktoken":
                try write("x.tiktoken", Array(lines.utf8))
                return try TokenizerLoader.load(path: path("x.tiktoken"), pattern: .cl100k)
            case "gguf":
                let spelled = tokens.map(Self.spelling)
                try GGUFWriter.write(
                    [
                        ("tokenizer.ggml.model", .string("gpt2")), ("tokenizer.ggml.pre", .string("llama-bpe")),
                        ("tokenizer.ggml.tokens", .array(GGUFArray(strings: spelled))),
                        ("tokenizer.ggml.merges", .array(GGUFArray(strings: ["t h", "h e", "th e", "Ġ t", "Ġt he"]))),
                        ("tokenizer.ggml.bos_token_id", .uint32(0)),
                    ], to: path("good.gguf"))
                try write("x.gguf", try [UInt8](Data(contentsOf: directory.appendingPathComponent("good.gguf"))))
                return try TokenizerLoader.load(path: path("x.gguf"))
            default:
                try Data(lines.utf8).write(to: directory.appendingPathComponent("good.tik"))
                try FileManager.default.moveItem(atPath: path("good.tik"), toPath: path("good.tiktoken"))
                let good = try BytePairTokenizer(tiktoken: path("good.tiktoken"), pattern: .gpt2)
                for file in format == "tokenizer.json" ? try good.files() : good.vocabularyAndMergesFiles() {
                    try write(file.name, Array(file.contents))
                }
                return try TokenizerLoader.load(
                    path: path(format == "tokenizer.json" ? "tokenizer.json" : "vocab.json"))
            }
        }
    }

    private static func spelling(_ bytes: [UInt8]) -> String {
        let others = (0 ... 255).filter {
            !(0x21 ... 0x7E).contains($0) && !(0xA1 ... 0xAC).contains($0) && !(0xAE ... 0xFF).contains($0)
        }
        return String(
            String.UnicodeScalarView(
                bytes.map { byte in
                    Unicode.Scalar(UInt32(others.firstIndex(of: Int(byte)).map { 0x100 + $0 } ?? Int(byte)))!
                }))
    }

    /// Opens it; if that works, texts come back as they were.
    private static func check(_ format: String, _ change: ([UInt8]) -> [UInt8]) -> String? {
        do {
            let tokenizer = try open(format, change)
            for text in ["the other the", "  \u{E9}\n\n'S 123"] {
                guard let ids = try? tokenizer.encode(text, options: EncodingOptions(addsSpecialTokens: false)) else {
                    continue
                }
                _ = try tokenizer.decodeBytes(ids)
            }
            return nil
        } catch {
            let line = "\(error)"
            if line.contains("\n") || line.utf8.count > 2000 || !(error is TokenizerError || error is FileError) {
                Issue.record("\(format): \(line)")
            }
            if !line.contains(format) && !line.contains("vocab.json") && !line.contains("x.") {
                Issue.record("\(format) is not named: \(line)")
            }
            return line
        }
    }

    @Test(arguments: formats) func goodOnesOpen(_ format: String) throws {
        let tokenizer = try Self.open(format) { $0 }
        let ids = try tokenizer.encode("the the", options: EncodingOptions(addsSpecialTokens: false))
        #expect(ids == [258, 260])
        #expect(try tokenizer.decode(ids) == "the the")
    }

    @Test(arguments: formats) func truncated(_ format: String) throws {
        var count = 0
        _ = try Self.open(format) { bytes in
            count = bytes.count
            return bytes
        }
        // Every place where the file has its first parts and its last ones, and many between.
        let places = Set(0 ..< 200).union(max(0, count - 200) ..< count).union(stride(from: 200, to: count, by: 61))
            .filter { $0 < count }
        var refused = 0
        for place in places { if Self.check(format, { Array($0.prefix(place)) }) != nil { refused += 1 } }
        // A file of lines is whole without the last ones, and GGUF ends in padding; the others are not.
        #expect(refused > (format == "tiktoken" || format == "merges.txt" ? places.count / 4 : places.count - 40))
    }

    @Test(arguments: formats) func mutated(_ format: String) {
        var dice = SplitMix64(seed: 21)
        for _ in 0 ..< 300 {
            _ = Self.check(format) { bytes in
                var bytes = bytes
                for _ in 0 ..< Int.random(in: 1 ... 4, using: &dice) {
                    let place = Int.random(in: 0 ..< bytes.count, using: &dice)
                    switch Int.random(in: 0 ..< 4, using: &dice) {
                    case 0: bytes.remove(at: place)
                    case 1: bytes.insert(UInt8.random(in: 0 ... 255, using: &dice), at: place)
                    case 2: bytes[place] ^= 1 << UInt8.random(in: 0 ..< 8, using: &dice)
                    default: bytes[place] = [0, 0xFF, 0x7F, 0x22, 0x20, 0x0A, 0x39].randomElement(using: &dice)!
                    }
                }
                return bytes
            }
        }
    }

    private static func replaced(_ format: String, _ old: String, _ new: String) -> String {
        check(format) { bytes in
            Array(String(decoding: bytes, as: UTF8.self).replacing(old, with: new, maxReplacements: 1).utf8)
        } ?? "accepted"
    }

    /// Claims that no file can keep, each with what the line must say.
    @Test(arguments: [
        ("tiktoken", "dA== 116", "dA== 2097152", "line 117: the id is too large"),
        ("tiktoken", "dA== 116", "dA== 99999999999999999999", "line 117"),
        ("tiktoken", "dA== 116", "dA== -1", "line 117: the id is negative"),
        ("tiktoken", "dA== 116", "dA== 115", "line 117: id 115 is there twice"),
        ("tiktoken", "dA== 116", "dA==116", "line 117: it has 1 fields"),
        ("tiktoken", "dA==", "dA=", "which is not a multiple of 4, and no padding"),
        (
            "tokenizer.json", "\"t\": 116", "\"t\": 9999999999",
            "expected an integer from 0 to 2097151, found 9999999999"
        ), ("tokenizer.json", "\"t\": 116", "\"t\": -1", "expected an integer from 0 to 2097151, found -1"),
        ("tokenizer.json", "\"t\": 116", "\"t\": 1e3", "found 1000.0"),
        ("tokenizer.json", "\"t\": 116", "\"s\": 116", "which is not in the vocabulary"),
        ("tokenizer.json", "\"t h\"", "\"t q7\"", "merge 0 needs \"q7\", which is not in the vocabulary"),
        ("tokenizer.json", "\"t h\"", "\"t h e\"", "merge 0 is \"t h e\"; expected two tokens"),
        ("tokenizer.json", "\"t h\"", "17", "merge 0 is"), ("tokenizer.json", "\"t h\"", "\" h\"", "merge 0"),
        ("vocab.json", "\"t\": 116", "\"t\": 4294967296", "found 4294967296"),
        ("vocab.json", "\"t\": 116", "\"t\": \"x\"", "expected an integer from 0"),
        ("merges.txt", "t h", "t  h", "2 spaces"), ("merges.txt", "t h", "t q7", "needs \"q7\""),
    ]) func claims(_ format: String, _ old: String, _ new: String, _ says: String) {
        let line = Self.replaced(format, old, new)
        #expect(line.contains(says), "\(line)")
    }

    /// Merges that make the same token in two ways, and those in an order in which a part comes after the whole, end as
    /// any others do.
    @Test func cycles() throws {
        for list in ["t h\nh e\nth e\nt he\n", "th e\nt he\nh e\nt h\n", "Ġt he\nth e\nĠ t\n"] {
            let tokenizer = try Self.open("merges.txt") { _ in Array(list.utf8) }
            #expect(try tokenizer.decode(tokenizer.encode("thththethe the")) == "thththethe the")
        }
    }

    /// Numbers of a GGUF header that claim gigabytes.
    @Test(arguments: [UInt64(4) << 30, UInt64.max, UInt64(Int64.max), 1 << 40]) func gigabytes(_ claim: UInt64) {
        for needle in ["tokenizer.ggml.tokens", "tokenizer.ggml.merges", "tokenizer.ggml.model", "tokenizer.ggml.pre"] {
            let line = Self.check("gguf") { bytes in
                var bytes = bytes
                let key = Array(needle.utf8)
                let place = bytes.indices.first { bytes[$0...].starts(with: key) }! + key.count
                // After the key: the type, of arrays that of the elements too, then a length.
                let isArray = needle.hasSuffix("tokens") || needle.hasSuffix("merges")
                let length = place + (isArray ? 8 : 4)
                withUnsafeBytes(of: claim.littleEndian) { bytes.replaceSubrange(length ..< length + 8, with: $0) }
                return bytes
            }
            #expect(line != nil, "\(needle)")
        }
    }
}
