import OrreryFiles
import Testing

/// ollama's API over HTTP, with a small model. scripts/check/check_ollama.py asks it with ollama's own client.
@Suite(.serialized) struct OllamaTests {
    private static let greedy: JSONValue = ["temperature": 0, "num_predict": 8]

    private func ask(
        _ server: TestServer, _ path: String, _ members: JSONObject
    ) async throws -> TestServer.Answer {
        var body: JSONObject = ["model": "writer", "options": Self.greedy]
        for member in members.members { body[member.key] = member.value }
        return try await server.send("POST", path, .object(body), version: "/api")
    }

    private static func lines(_ answer: TestServer.Answer) throws -> [JSONValue] {
        try answer.text.split(separator: "\n").map { try JSONValue(parsing: String($0), file: "line") }
    }

    @Test func linesAddUpToTheWhole() async throws {
        try await TestServer.running { server in
            for (path, members, key) in [
                ("/generate", ["prompt": "the sun"], "response"),
                ("/chat", ["messages": [["role": "user", "content": "the sun"]]], "message.content"),
            ] as [(String, JSONObject, String)] {
                var members = members
                let lines = try Self.lines(try await ask(server, path, members))
                members["stream"] = false
                let whole = try await ask(server, path, members)
                let text = try #require(whole[key]?.string, "\(whole.text)")
                #expect(!text.isEmpty && lines.compactMap { $0[key]?.string }.joined() == text)
                #expect(lines.dropLast().allSatisfy { $0["done"] == false && $0["eval_count"] == nil })
                for last in [try #require(lines.last), try whole.json()] {
                    #expect(last["done"] == true && last["done_reason"] == "length" && last["eval_count"] == 8)
                    #expect(last["prompt_eval_count"] == whole["prompt_eval_count"])
                    for name in ["total_duration", "load_duration", "prompt_eval_duration", "eval_duration"] {
                        guard case .int(let time)? = last[name] else {
                            Issue.record("\(name) of \(last.text())")
                            continue
                        }
                        #expect(time >= 0)
                    }
                }
                #expect(lines.last?["context"] == whole["context"])
            }
        }
    }

    @Test func contextContinues() async throws {
        try await TestServer.running { server in
            let first = try await ask(server, "/generate", ["prompt": "the sun", "raw": true, "stream": false])
            let context = try #require(first["context"])
            let next = try await ask(
                server, "/generate", ["prompt": " and", "raw": true, "stream": false, "context": context])
            let flat = try await ask(
                server, "/generate",
                [
                    "prompt": JSONValue("the sun" + (first["response"]?.string ?? "") + " and"), "raw": true,
                    "stream": false,
                ])
            #expect(next["response"] == flat["response"])
            #expect(next["context"] == flat["context"])
        }
    }

    @Test func theModelComesAndGoes() async throws {
        try await TestServer.running { server in
            func running() async throws -> Int { try await server.get("/api/ps")["models"]?.array.count ?? -1 }
            #expect(try await running() == 1)
            let gone = try await ask(server, "/generate", ["keep_alive": 0, "stream": false])
            #expect(gone["done_reason"] == "unload")
            while try await running() == 1 {}
            let back = try await ask(server, "/chat", ["messages": [], "keep_alive": "5m", "stream": false])
            #expect(back["done_reason"] == "load")
            #expect(try await running() == 1)
            let tags = try await server.get("/api/tags")
            #expect(tags["models.0.name"] == "writer" && tags["models.0.details.family"] == "qwen3")
            let shown = try await server.send("POST", "/show", ["model": "writer:latest"], version: "/api")
            #expect(shown["capabilities"] == ["completion"])
            #expect(shown["template"]?.string?.contains("messages") == true)
        }
    }

    private static let wrong: [(path: String, members: JSONObject, status: Int, name: String)] = [
        ("/generate", ["prompt": 5], 400, "prompt"),
        ("/generate", ["prompt": "a", "options": ["top_p": 2]], 400, "options.top_p"),
        ("/generate", ["prompt": "a", "options": ["num_predict": -3]], 400, "options.num_predict"),
        ("/generate", ["prompt": "the sun", "options": ["num_ctx": 2]], 400, "options.num_ctx"),
        ("/generate", ["prompt": "a", "format": "json"], 400, "format"),
        ("/generate", ["prompt": "a", "think": true], 400, "think"),
        ("/generate", ["prompt": "a", "context": [99999]], 400, "context[0]"),
        ("/generate", ["prompt": "a", "keep_alive": "soon"], 400, "keep_alive"),
        ("/generate", ["prompt": "a", "raw": true, "system": "b"], 400, "system"),
        ("/chat", ["messages": [["role": "king", "content": "a"]]], 400, "messages[0].role"),
        ("/chat", ["messages": [["role": "user", "content": "a", "images": ["eA=="]]]], 400, "messages[0].images"),
        ("/chat", ["messages": [["role": "user", "content": "a"]], "tools": [["type": "function"]]], 400, "tools"),
        ("/embed", ["input": "a"], 400, "writer"),
        ("/pull", ["model": "a"], 404, "/api/pull"),
    ]

    @Test func whatIsWrongIsNamed() async throws {
        try await TestServer.running { server in
            for (path, members, status, name) in Self.wrong {
                let answer = try await ask(server, path, members)
                #expect(answer.status == status, "\(path) \(answer.text)")
                #expect(answer["error"]?.string?.contains(name) == true, "\(path) \(answer.text)")
            }
            let odd = try await ask(
                server, "/generate",
                ["prompt": "a", "stream": false, "options": ["num_predict": 1, "num_gpu": 1, "tfs_z": 1]])
            #expect(odd["warnings"] == ["options.tfs_z is not known here and was ignored"])
        }
    }
}
