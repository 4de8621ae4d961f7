import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryNN
import OrreryTensor
import Testing

/// What responses say of themselves: traces, receipts and hidden states.
@Suite(.serialized) struct OwnTests {
    private static let own: JSONValue = ["receipt": true, "trace": ["cache", "layers", "candidates"], "candidates": 2]

    private static let talk: JSONValue = [["role": "user", "content": "the sun"]]

    /// Requests of every API that makes texts, and where a response has its text.
    private static let requests: [(path: String, version: String, body: JSONObject, text: String)] = [
        ("/completions", "/v1", ["prompt": "the sun", "max_tokens": 8, "n": 2, "temperature": 0], "choices.0.text"),
        (
            "/chat/completions", "/v1", ["messages": talk, "max_tokens": 8, "temperature": 0],
            "choices.0.message.content"
        ),
        (
            "/responses", "/v1", ["input": "the sun", "max_output_tokens": 8, "temperature": 0],
            "output.0.content.0.text"
        ),
        (
            "/messages", "/v1", ["messages": talk, "max_tokens": 8, "temperature": 0],
            "content.0.text"
        ),
        (
            "/api/generate", "", ["prompt": "the sun", "options": ["num_predict": 8, "seed": 4, "temperature": 0]],
            "response"
        ),
    ]

    private static func body(_ members: JSONObject, _ more: JSONObject = [:]) -> JSONValue {
        var body: JSONObject = ["model": "writer", "stream": false, "orrery": own]
        for member in members.members + more.members { body[member.key] = member.value }
        return .object(body)
    }

    @Test func everyTextHasAReceiptThatMakesItAgain() async throws {
        try await TestServer.running { server in
            for request in Self.requests {
                let answer = try await server.send(
                    "POST", request.path, Self.body(request.body), version: request.version)
                let text = try #require(answer[request.text]?.string, "\(request.path): \(answer.text)")
                let receipt = try Receipt(
                    JSONFields(try #require(answer["orrery.receipt"], "\(answer.text)"), file: "receipt"))
                #expect(receipt.json == answer["orrery.receipt"])
                #expect(
                    receipt.model.name == "writer" && receipt.model.files.contains { $0.name == "model.safetensors" })
                #expect(try FileHash.ofModel(receipt.model.path) == receipt.model.files)
                let again = try Engine(
                    try TextModel.open(receipt.model.path),
                    EngineConfiguration(computeType: receipt.computeType, cacheType: receipt.cacheType))
                var texts = [String](repeating: "", count: receipt.requests[0].choices)
                for try await event in again.generate(receipt.requests[0].request) {
                    if case .token(let choice, let step, _) = event { texts[choice] += step.text }
                }
                #expect(texts[0] == text, "\(request.path)")
                #expect(
                    receipt.requests[0].texts.map(\.sha256)
                        == texts.map { Receipt.Request.Text($0, tokens: 0, finishReason: nil).sha256 })
                #expect(answer["orrery.trace.candidates.0"]?.array.count == 8, "\(request.path)")
                #expect(answer["orrery.trace.passes.0.parts.1.part"] == "layer 0")
                #expect(answer["orrery.trace.cache.reason"]?.string != nil)
            }
        }
    }

    @Test func streamsEndWithThem() async throws {
        try await TestServer.running { server in
            for request in Self.requests {
                let answer = try await server.send(
                    "POST", request.path, Self.body(request.body, ["stream": true, "seed": 5]), version: request.version
                )
                let carriers = try answer.text.split(separator: "\n").compactMap { line -> JSONValue? in
                    let line = line.hasPrefix("data: ") ? line.dropFirst(6) : line
                    guard line.hasPrefix("{") else { return nil }
                    let value = try JSONValue(parsing: String(line), file: "event")
                    return value["orrery"] ?? value["response"]?["orrery"]
                }
                #expect(carriers.count == 1, "\(request.path): \(answer.text)")
                #expect(carriers.first?["receipt"]?["requests"]?.array.count == 1)
            }
        }
    }

    @Test func nothingIsSaidUnasked() async throws {
        try await TestServer.running { server in
            for request in Self.requests {
                let answer = try await server.send(
                    "POST", request.path, Self.body(request.body, ["orrery": nil]), version: request.version)
                #expect(answer.status == 200 && answer["orrery"] == nil)
                for own: JSONValue in [
                    ["trace": ["blocks.7.hook_resid_post"]], ["trac": true], ["receipt": 1], "trace",
                    ["trace": .array(Array(repeating: "cache", count: 65))],
                    ["trace": ["candidates"], "candidates": 0],
                ] {
                    let refused = try await server.send(
                        "POST", request.path, Self.body(request.body, ["orrery": own]), version: request.version)
                    #expect(refused.status == 400 && refused.text.contains("orrery"), "\(refused.text)")
                }
            }
        }
    }

    // MARK: Hidden states

    private func hidden(_ server: TestServer, _ members: JSONObject) async throws -> TestServer.Answer {
        var body: JSONObject = ["model": "writer", "input": "the sun and the moon"]
        for member in members.members { body[member.key] = member.value }
        return try await server.send("POST", "/hidden_states", .object(body))
    }

    @Test func hiddenStatesAreTheModels() async throws {
        var path = ""
        try await TestServer.running({ configuration, _ in path = configuration.models[0].path }) { server in
            let answer = try await hidden(
                server, ["layers": [0, 1, -1], "attention": ["layers": [1], "heads": [0, -1]]])
            let model = try TextModel.open(path), tokens = try model.promptTokens("the sun and the moon")
            let names = ["blocks.0.hook_resid_pre", "blocks.0.hook_resid_post", "ln_final.hook_out"]
            let recorder = try Recorder(names + ["blocks.1.attn.hook_pattern"], of: model.model.tapPoints)
            _ = model.model.logits(Batch(tokens, outputs: .all), ForwardContext(taps: recorder))
            for (index, name) in names.enumerated() {
                let state = try #require(answer["hidden_states.\(index)"], "\(answer.text)")
                let tensor = try #require(recorder.tensors[name])
                #expect(state["shape"] == JSONValue(tensor.shape) && state["layer"] == JSONValue(index))
                #expect(state["values"] == .array(tensor.floats.map { JSONValue($0) }), "\(name)")
            }
            let pattern = try #require(recorder.tensors["blocks.1.attn.hook_pattern"]).floats
            let square = tokens.count * tokens.count
            for (index, head) in [0, 3].enumerated() {
                let found = try #require(answer["attention.\(index)"])
                #expect(found["head"] == JSONValue(head))
                #expect(
                    found["values"] == .array(pattern[head * square ..< (head + 1) * square].map { JSONValue($0) }))
            }
            #expect(answer["tokens"]?.array.count == tokens.count && answer["usage.prompt_tokens"] == 20)
            let base64 = try await hidden(server, ["encoding_format": "base64"])
            #expect(base64["hidden_states.0.values"]?.string?.isEmpty == false)
        }
    }

    @Test func whatCannotBeGivenIsRefused() async throws {
        try await TestServer.running { server in
            for (members, name): (JSONObject, String) in [
                (["layers": [3]], "layers"), (["layers": []], "layers"), (["layers": [0, -3]], "layers"),
                (["attention": ["layers": [2]]], "attention.layers"),
                (["attention": ["heads": [4]]], "attention.heads"),
                (["input": []], "input"), (["input": [1, "a"]], "input"), (["input": [100_000]], "token"),
                (["encoding_format": "hex"], "encoding_format"),
                (["input": JSONValue(String(repeating: "a", count: 400))], "context"),
            ] {
                let answer = try await hidden(server, members)
                #expect(answer.status == 400 && answer.text.contains(name), "\(members): \(answer.text)")
            }
        }
    }
}
