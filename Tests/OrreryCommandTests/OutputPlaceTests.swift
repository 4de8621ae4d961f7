import Foundation
import OrreryFiles
import Testing

/// Every command that writes refuses a file that is there, unless `--overwrite` is given, and one that it reads in any
/// case.
@Suite struct OutputPlaceTests {
    private func scene() async throws -> Scratch {
        let scratch = try Scratch()
        try scratch.copy(try await Example.model.value("model"), as: "model")
        try scratch.put(Example.text, at: "text.txt")
        try scratch.put(Example.tiktoken, at: "tiny.tiktoken")
        try scratch.put("[[1, 2]]", at: "ids.json")
        return scratch
    }

    /// A command line, the file that is in its way, and where else the output may be said.
    static let commands: [(line: String, inTheWay: String)] = [
        ("logits @model --ids @ids.json --out @out.safetensors", "out.safetensors"),
        ("logits -m @model --ids @ids.json -o @out.safetensors", "out.safetensors"),
        ("convert @model @out.gguf", "out.gguf"),
        ("convert -m @model -o @out.gguf", "out.gguf"),
        ("tokenizer train --kind bpe --vocab 300 --data @text.txt --out @out.json", "out.json"),
        ("tokenizer train --kind bpe --vocab 300 --data @text.txt -o @vocab.json", "merges.txt"),
        ("tokenizer train --kind unigram --vocab 40 --data @text.txt -o @folder", "folder/tokenizer.model"),
        ("tokenizer train --kind bpe --vocab 300 --data @text.txt -o @folder", "folder/tokenizer_config.json"),
        ("tokenizer train --kind wordpiece --vocab 60 --data @text.txt -o @folder", "folder/tokenizer.json"),
        ("tokenizer convert @model @out", "out/tokenizer.json"),
        ("tokenizer convert @tiny.tiktoken --pattern r50k @out --format gpt2", "out/merges.txt"),
        ("tokenizer convert @tiny.tiktoken --pattern r50k --out @out.tiktoken", "out.tiktoken"),
        ("tokenizer convert @tiny.tiktoken --pattern r50k -o @out.gguf", "out.gguf"),
    ]

    private func run(_ line: String, _ scratch: Scratch) async throws -> Command.Outcome {
        try await orrery(line.split(separator: " ").map { String($0).replacing("@", with: scratch.path + "/") })
    }

    @Test(arguments: commands) func replacedOnlyIfAskedFor(_ line: String, _ inTheWay: String) async throws {
        let scratch = try await scene()
        try FileManager.default.createDirectory(atPath: scratch("folder"), withIntermediateDirectories: true)
        try scratch.put("mine", at: inTheWay)
        let before = try scratch.files("")
        let refused = try await run(line, scratch)
        #expect(
            refused.status == 1 && refused.errors == "orrery: \(scratch(inTheWay)): exists; --overwrite replaces it\n",
            "\(refused.errors)")
        #expect(try scratch.files("") == before)
        let replaced = try await run(line + " --overwrite", scratch)
        #expect(replaced.status == 0, "\(replaced.errors)")
        #expect(try scratch.content(inTheWay).text != "mine")
    }

    /// What an earlier run has made is replaced as every compiler replaces its output.
    @Test(arguments: [
        "logits @model --ids @ids.json --out @out.safetensors",
        "tokenizer train --kind bpe --vocab 300 --data @text.txt --out @out.json",
        "tokenizer train --kind unigram --vocab 40 --data @text.txt -o @out.model",
        "tokenizer convert @tiny.tiktoken --pattern r50k --out @out.tiktoken",
    ]) func madeAgain(_ line: String) async throws {
        let scratch = try await scene()
        for _ in 1 ... 2 {
            let outcome = try await run(line, scratch)
            #expect(outcome.status == 0, "\(outcome.errors)")
        }
    }

    @Test(arguments: [
        "logits @model --ids @ids.json --out @ids.json", "logits @model --ids @ids.json --out @model/model.safetensors",
        "logits @model --ids @ids.json --out @model/config.json",
        "tokenizer train --kind bpe --vocab 300 --data @text.txt --out @text.txt",
        "tokenizer train --kind bpe --vocab 300 --data @texts --out @texts/t.json",
        "tokenizer convert @model @model", "tokenizer convert @model/tokenizer.json @model",
        "tokenizer convert @tiny.tiktoken --pattern r50k @tiny.tiktoken",
        "tokenizer convert @vocabulary/vocab.json --pattern r50k @vocabulary --format gpt2",
        "convert @m-00001-of-00002.gguf @m-00002-of-00002.gguf",
        "train --data @model/metrics.jsonl --field loss --out @model",
        "train --data @text.txt --tokenizer @model/tokenizer.json --out @model",
        "train --data @model --out @model",
    ]) func inputsStay(_ line: String) async throws {
        let scratch = try await scene()
        try scratch.put("{\"a\": \"b\"}", at: "texts/t.json")
        for part in 1 ... 2 { try scratch.put("GGUF", at: "m-0000\(part)-of-00002.gguf") }
        _ = try await run("tokenizer convert @tiny.tiktoken --pattern r50k @vocabulary --format gpt2", scratch)
        let before = try scratch.files("")
        let outcome = try await run(line + " --overwrite", scratch)
        #expect([1, 2].contains(outcome.status), "\(outcome.errors)")
        let reasons = ["is read by this", "is the model that is converted", "found \(scratch("text.txt"))"]
        #expect(
            reasons.contains { outcome.errors.contains($0) } && outcome.errors.split(separator: "\n").count == 1,
            "\(outcome.errors)")
        #expect(try scratch.files("") == before)
    }
}
