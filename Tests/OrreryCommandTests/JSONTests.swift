import Foundation
import HubTestSupport
import OrreryFiles
import Testing

/// What `--json` prints is what docs/json.md says, field by field and type by type, in both directions.
@Suite struct JSONTests {
    /// A command line whose object has every field, with `@` for a directory that holds `model`, `text.txt` and
    /// `ids.json`.
    static let commands = [
        "train": "train --data @text.txt --tokenizer char --out @out --steps 4 --batch 4 --validate-every 2 --json "
            + Example.shape.joined(separator: " "),
        "generate": "generate @model --prompt sun --max-tokens 4 --seed 7 --json",
        "chat": "chat @model --template @chat.jinja --prompt sun --max-tokens 4 --json",
        "explain": "explain @model sun --max-tokens 2 --layer 1 --head 0 --top-k 3 --json",
        "logits": "logits @model --ids @ids.json --out @out.safetensors --hidden --json",
        "embed": "embed @encoder moon planet --json",
        "eval": "eval @model --data @text.txt --json",
        "inspect": "inspect @model --json",
        "serve": "serve @model --port 0 --print-config --json",
        "pull": "pull owner/name --json",
        "models": "models --json",
        "convert": "convert @model @model.gguf --type q8_0 --json",
        "bench model": "bench model @model -p 4 -n 3 --repetitions 1 --json",
        "gradcheck": "gradcheck --operation attention --json",
        "tokenize":
            "tokenize @tiny.tiktoken @text.txt --pattern r50k --merges --context 100 --price-per-million 2 --json",
        "bench tokenizer":
            "bench tokenizer @tiny.tiktoken --pattern r50k --data @text.txt --threads 1 --rounds 2 --json",
        "tokenizer train": "tokenizer train --kind bpe --vocab 300 --data @text.txt --out @tokenizer.json --json",
        "bench kernels": "bench kernels --only dW --seconds 0.001 --json",
        "bench training": "bench training --data @text.txt --tokenizer char --steps 2 --batch 4 --json "
            + Example.shape.joined(separator: " "),
    ]

    @Test(arguments: commands.keys.sorted()) func documented(_ name: String) async throws {
        let scratch = try await Self.directory()
        let outcome = try await run(name, in: scratch)
        try compare(outcome.json(), with: JSONTable.all["orrery \(name)"], name)
        if name == "train" { try compareMetrics(scratch.content("out/metrics.jsonl").text) }
    }

    /// Several tokenizers have an object of their own.
    @Test func comparison() async throws {
        let scratch = try await Self.directory()
        let outcome = try await orrery([
            "tokenize", scratch("tiny.tiktoken"), scratch("text.txt"), "--pattern", "r50k", "--compare", "byte",
            "--compare", scratch("model"), "--context", "100",
            "--price-per-million", "2", "--json",
        ])
        try compare(outcome.json(), with: JSONTable.all["orrery tokenize --compare"], "orrery tokenize --compare")
    }

    /// A server's answers have an object of their own.
    @Test func answerOfAServer() async throws {
        let server = try LocalServer { request in
            if request.path == "/v1/models" { return Reply(body: Array(#"{"data": [{"id": "m"}]}"#.utf8)) }
            let answer =
                #"{"choices": [{"message": {"content": "Hi"}, "finish_reason": "stop"}], "usage": {"prompt_tokens": 3, "completion_tokens": 1}}"#
            return Reply(headers: ["Content-Type": "application/json"], body: Array(answer.utf8))
        }
        defer { server.close() }
        let outcome = try await orrery(["chat", server.address, "-p", "Hi", "--json"])
        try compare(outcome.json(), with: JSONTable.all["orrery chat URL --json"], "orrery chat URL --json")
    }

    /// Ids that become text have an object of their own.
    @Test func decodedIDs() async throws {
        let scratch = try await Self.directory()
        let outcome = try await orrery([
            "tokenize", scratch("tiny.tiktoken"), "--pattern", "r50k", "--decode", "258 32 262", "--json",
        ])
        try compare(outcome.json(), with: JSONTable.all["orrery tokenize --decode"], "orrery tokenize --decode")
    }

    /// Products with weights in blocks have other figures.
    @Test func quantisedKernels() async throws {
        let object = try await orrery(
            "bench kernels --quantised --only key --seconds 0.001 --format q4_0 --format f16 --rows 1 --rows 64 --json"
                .split(separator: " ").map(String.init)
        ).json()
        try compare(object, with: JSONTable.all["orrery bench kernels --quantised"], "orrery bench kernels --quantised")
        guard case .array(let products)? = object["products"] else {
            throw FileError.content("standard output", expected: "products")
        }
        #expect(products.count == 4)
        for product in products {
            let (gops, peak, share) = (
                product["gops"]?.number ?? 0, product["peak"]?.number ?? 0, product["share"]?.number ?? 0
            )
            #expect(gops > 0 && abs(share - gops / peak) < 1e-9)
        }
    }

    /// Every command that has the flag is in the documentation and above, and the other way round.
    @Test func everyCommand() async throws {
        let help = try await orrery(["--experimental-dump-help"])
        let root = try #require(JSONValue(parsing: help.output, file: "help")["command"])
        let commands = Self.commands(below: root, named: []).sorted()
        // That of `replay`, which needs a receipt, is in ServeTests.
        #expect(commands == (Self.commands.keys + ["replay"]).sorted())
        #expect(
            commands.map { "orrery \($0)" }
                == JSONTable.all.keys.filter { $0.hasPrefix("orrery ") && !$0.contains(" --") }.sorted())
    }

    /// What scripts rely on, as the issue that asked for it says.
    @Test(arguments: [
        (
            "train",
            [
                "parameters", "steps", "seconds", "tokens_per_s", "gflops", "peak_share", "validation_loss",
                "best_validation_loss", "train_loss",
            ]
        ),
        (
            "bench kernels",
            [
                "products[].type", "products[].m", "products[].n", "products[].k", "products[].gflops",
                "products[].peak", "products[].share",
            ]
        ),
        ("bench tokenizer", ["mb_per_s", "tokens", "load_ms"]),
        ("tokenize", ["tokens[].piece", "tokens[].id", "tokens[].bytes", "tokens[].start", "tokens[].end"]),
        (
            "generate",
            [
                "text", "ids", "prompt_tokens", "completion_tokens", "prefill_tokens_per_s", "decode_tokens_per_s",
                "finish_reason",
            ]
        ),
    ]) func contract(_ name: String, _ fields: [String]) throws {
        let documented = try #require(JSONTable.all["orrery \(name)"])
        for field in fields { #expect(documented[field] != nil, "\(field)") }
    }

    /// What the figures say about each other.
    @Test func figures() async throws {
        let scratch = try await Self.directory()
        let train = try await run("train", in: scratch).json()
        #expect(train["steps"] == 4)
        #expect(train["interrupted"] == false)
        let best = try #require(train["best_validation_loss"]?.number),
            last = try #require(train["validation_loss"]?.number)
        #expect(best <= last)
        let generate = try await run("generate", in: scratch).json()
        #expect(generate["prompt_tokens"] == 3)
        #expect(generate["completion_tokens"] == 4)
        #expect(generate["finish_reason"] == "length")
        guard case .array(let ids)? = generate["ids"], case .string(let text)? = generate["text"] else {
            throw FileError.content("standard output", expected: "ids and text")
        }
        #expect(ids.count == 4 && text.count == 4, "a token of this model is a character")
        // the same seed, the same text
        #expect(try await run("generate", in: scratch).json()["ids"] == .array(ids))
        let kernels = try await run("bench kernels", in: scratch).json()
        guard case .array(let products)? = kernels["products"] else {
            throw FileError.content("standard output", expected: "products")
        }
        for product in products {
            let (gflops, peak, share) = (
                product["gflops"]?.number ?? 0, product["peak"]?.number ?? 0, product["share"]?.number ?? 0
            )
            #expect(gflops > 0 && abs(share - gflops / peak) < 1e-9)
        }
    }

    /// The file of `orrery logits` has the tensors of a reference made with transformers.
    @Test func logitsFile() async throws {
        let scratch = try await Self.directory()
        let object = try await run("logits", in: scratch).json()
        let file = try SafetensorsFile(path: scratch("out.safetensors"))
        #expect(file.tensors["input_ids"]?.shape == [2, 3])
        #expect(file.tensors["logits"]?.shape == [2, 3, 22])
        #expect((0 ... 2).map { file.tensors["hidden.\($0)"]?.shape } == Array(repeating: [2, 3, 16], count: 3))
        #expect(object["tensors"] == ["input_ids", "logits", "hidden.0", "hidden.1", "hidden.2"])
        _ = try await orrery(
            ["logits", scratch("model"), "--ids", "-", "--out", scratch("plain.safetensors"), "--json"],
            input: "[[1, 2, 3], [4, 5, 6]]"
        ).json()
        let plain = try SafetensorsFile(path: scratch("plain.safetensors"))
        #expect(plain.tensors.keys.sorted() == ["input_ids", "logits"])
        func logits(_ file: SafetensorsFile) throws -> Content {
            Content(bytes: try file.bytes(of: "logits").withUnsafeBytes { Array($0) })
        }
        #expect(try logits(plain) == logits(file))
    }

    // MARK: -

    private static func directory() async throws -> Scratch {
        let scratch = try Scratch()
        try scratch.put(Example.text, at: "text.txt")
        try scratch.put("[[1, 2, 3], [4, 5, 6]]", at: "ids.json")
        try scratch.put(Example.tiktoken, at: "tiny.tiktoken")
        try scratch.put("the {{ messages[0].content }} ", at: "chat.jinja")
        try scratch.copy(try await Example.model.value("model"), as: "model")
        try Example.writeEncoder(scratch)
        let repository = "hub/models--some--model", commit = FakeHub.commit
        for name in ["config.json", "model.safetensors"] {
            try scratch.put("{}", at: "\(repository)/snapshots/\(commit)/\(name)")
        }
        try scratch.put(commit, at: "\(repository)/refs/main")
        return scratch
    }

    private func run(_ name: String, in scratch: Scratch) async throws -> Command.Outcome {
        let line = try #require(Self.commands[name]), hub = try FakeHub(FakeHub.model)
        return try await orrery(
            line.split(separator: " ").map { String($0).replacing("@", with: scratch.path + "/") },
            environment: ["HF_ENDPOINT": hub.server.address, "HF_HUB_CACHE": scratch("hub")])
    }

    private func compareMetrics(_ text: String) throws {
        for line in text.split(separator: "\n") {
            let record = try JSONValue(parsing: String(line), file: "metrics.jsonl")
            let table = record["validation_loss"] == nil ? "metrics.jsonl" : "metrics.jsonl, validation"
            try compare(record, with: JSONTable.all[table], table)
        }
    }

    func compare(_ object: JSONValue, with table: [String: JSONTable.Kind]?, _ name: String) throws {
        let table = try #require(table, "docs/json.md has no section \(name)")
        var found: [String: [JSONValue]] = [:]
        object.collect(into: &found)
        #expect(found.keys.sorted() == table.keys.sorted(), "\(name): fields printed, and fields in docs/json.md")
        for (path, values) in found {
            let last = path.split(separator: ".").last!
            #expect(last.wholeMatch(of: /[a-z][a-z0-9]*(_[a-z0-9]+)*(\[\])?/) != nil, "\(path) is not snake_case")
            if let kind = table[path] {
                for value in values where !kind.allows(value) {
                    Issue.record("\(name): \(path) is \(value), not \(kind.text)")
                }
            }
        }
    }

    private static func commands(below command: JSONValue, named path: [String]) -> [String] {
        var found: [String] = []
        if case .array(let arguments)? = command["arguments"],
            arguments.contains(where: { $0["preferredName"]?["name"] == "json" })
        {
            found.append(path.joined(separator: " "))
        }
        if case .array(let subcommands)? = command["subcommands"] {
            for sub in subcommands {
                if case .string(let name)? = sub["commandName"] { found += commands(below: sub, named: path + [name]) }
            }
        }
        return found
    }
}

extension JSONValue {
    fileprivate var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }

    /// Every field by its path: `a.b`, and `a[].b` where a is a list of objects.
    fileprivate func collect(_ prefix: String = "", into found: inout [String: [JSONValue]]) {
        switch self {
        case .object(let object):
            for (key, value) in object.members {
                let path = prefix.isEmpty ? key : "\(prefix).\(key)"
                found[path, default: []].append(value)
                value.collect(path, into: &found)
            }
        case .array(let values): for value in values { value.collect(prefix + "[]", into: &found) }
        default: break
        }
    }
}

/// The tables of docs/json.md, by the heading above each.
enum JSONTable {
    struct Kind: Sendable {
        let text: String

        func allows(_ value: JSONValue) -> Bool {
            if case .null = value { return text.hasSuffix(" or null") }
            func all(_ values: [JSONValue], _ kind: String) -> Bool {
                values.allSatisfy { Kind(text: kind).allows($0) }
            }
            switch (text.replacing(" or null", with: ""), value) {
            case ("integer", .int), ("number", .int), ("number", .double), ("text", .string), ("boolean", .bool),
                ("object", .object):
                return true
            case ("integers", .array(let values)): return all(values, "integer")
            case ("numbers", .array(let values)): return all(values, "number")
            case ("texts", .array(let values)): return all(values, "text")
            case ("list", .array(let values)): return all(values, "object")
            case ("lists of numbers", .array(let values)): return all(values, "numbers")
            default: return false
            }
        }
    }

    static let all: [String: [String: Kind]] = {
        let file = URL(fileURLWithPath: #filePath).deletingLastPathComponent().appendingPathComponent(
            "../../docs/json.md")
        var tables: [String: [String: Kind]] = [:], heading = ""
        for line in (try? String(contentsOf: file, encoding: .utf8))?.split(separator: "\n") ?? [] {
            if let match = line.wholeMatch(of: /##+ (.*)/) { heading = String(match.1) }
            if let match = line.wholeMatch(of: /\| `([^`]+)` \| ([^|]+) \|.*/) {
                tables[heading, default: [:]][String(match.1)] = Kind(text: String(match.2))
            }
        }
        return tables
    }()
}
