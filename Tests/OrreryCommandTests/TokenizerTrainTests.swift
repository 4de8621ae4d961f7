import Foundation
import OrreryFiles
import Testing

/// `orrery tokenizer train`, and `orrery train --tokenizer bpe:SIZE`.
@Suite struct TokenizerTrainTests {
    private func directory() throws -> Scratch {
        let scratch = try Scratch()
        try scratch.put(Example.text, at: "texts/a/text.txt")
        try scratch.put("The moon; the brass wheels turn.\n", at: "texts/b.txt")
        try scratch.put([0x89, 0], at: "texts/picture.png")
        return scratch
    }

    @Test func aDirectoryOfTexts() async throws {
        let scratch = try directory()
        let object = try await orrery(
            [
                "tokenizer", "train", "--kind", "bpe", "--vocab", "300", "--special", "<|end|>", "--data",
                scratch("texts"), "--out", scratch("t.json"), "--json",
            ]).json()
        #expect(object["vocabulary"] == 300)
        #expect(object["bytes"] == JSONValue(Example.text.utf8.count + 33))
        #expect(object["merges"] == 43)
        let saved = try JSONValue(contentsOf: scratch("t.json"))
        #expect(saved["model"]?["vocab"]?["<|end|>"] == 0)
        // The same command gives the same file, with any number of threads.
        _ = try await orrery(
            [
                "tokenizer", "train", "--kind", "bpe", "--vocab", "300", "--special", "<|end|>", "--data",
                scratch("texts"), "--out", scratch("u.json"), "--threads", "1", "--json",
            ]).json()
        #expect(try scratch.content("t.json") == scratch.content("u.json"))
    }

    @Test func everyFormOfBytePairs() async throws {
        let scratch = try directory()
        try FileManager.default.createDirectory(atPath: scratch("model"), withIntermediateDirectories: true)
        for out in ["vocab.json", "model"] {
            let outcome = try await orrery([
                "tokenizer", "train", "--kind", "bpe", "--vocab", "290", "--data", scratch("texts"), "--out",
                scratch(out),
            ])
            #expect(outcome.status == 0 && outcome.output.contains("290 tokens from"), "\(outcome.errors)")
        }
        for name in ["vocab.json", "merges.txt", "model/tokenizer.json", "model/tokenizer_config.json"] {
            #expect(FileStatus(scratch(name)) != nil, "\(name)")
        }
    }

    @Test func aModelWithItsOwnTokenizer() async throws {
        let scratch = try Scratch()
        let text = try scratch.put(Example.text, at: "text.txt")
        _ = try await orrery(
            [
                "train", "--data", text, "--tokenizer", "bpe:280", "--out", scratch("model"), "--steps", "3", "--batch",
                "2", "--json",
            ] + Example.shape
        ).json()
        let saved = try JSONValue(contentsOf: scratch("model/tokenizer.json"))
        guard case .array(let merges)? = saved["model"]?["merges"] else {
            throw FileError.content("tokenizer.json", expected: "merges")
        }
        #expect(merges.count == 24)
        let config = try JSONValue(contentsOf: scratch("model/config.json"))
        #expect(config["vocab_size"] == 280)
        let generated = try await orrery([
            "generate", scratch("model"), "--prompt", "the sun", "--max-tokens", "3", "--json",
        ]).json()
        #expect(generated["completion_tokens"] == 3)
    }

    /// Ctrl-C ends the training at once, with nothing written and nothing left behind.
    @Test func interrupted() async throws {
        let scratch = try Scratch()
        let text = try scratch.put(String(repeating: Example.text, count: 24000), at: "text.txt")
        let outcome = try await orrery(
            [
                "tokenizer", "train", "--kind", "wordlevel", "--threads", "1", "--data", text, "--out",
                scratch("t.json"),
            ], prelude: "(sleep 1; kill -INT $$) & :")
        #expect(outcome.status == 130 && outcome.output == "", "\(outcome.errors)")
        #expect(try FileManager.default.contentsOfDirectory(atPath: scratch.path) == ["text.txt"])
    }

    @Test(arguments: [
        ("sentencepiece-bpe", "t.model"), ("unigram", "t.model"), ("unigram", "t.json"), ("wordpiece", "vocab.txt"),
        ("wordlevel", "t.json"),
    ])
    func otherKinds(kind: String, out: String) async throws {
        let scratch = try directory()
        let object = try await orrery(
            [
                "tokenizer", "train", "--kind", kind, "--vocab", kind == "wordlevel" ? "15" : "60", "--data",
                scratch("texts"), "--out", scratch(out), "--json",
            ]).json()
        guard case .int(let count)? = object["vocabulary"] else {
            throw FileError.content("standard output", expected: "vocabulary")
        }
        #expect(count <= 60 && count >= 15)
        #expect((object["merges"] == .null) == (kind != "sentencepiece-bpe"))
        let tokenized = try await orrery(["tokenize", scratch(out), "--ids"], input: "the sun turns")
        #expect(tokenized.status == 0 && !tokenized.output.isEmpty, "\(tokenized.errors)")
    }
}
