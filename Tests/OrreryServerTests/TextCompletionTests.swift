import OrreryFiles
import Testing

/// /v1/completions over HTTP: prompts that come back with their log-probabilities, and texts to choose from.
@Suite(.serialized) struct TextCompletionTests {
    private func complete(_ server: TestServer, _ members: JSONObject) async throws -> TestServer.Answer {
        var body: JSONObject = ["model": "writer", "temperature": 0]
        for member in members.members { body[member.key] = member.value }
        return try await server.send("POST", "/completions", .object(body))
    }

    private func numbers(_ value: JSONValue?) -> [Double?] {
        value?.array.map { if case .double(let number) = $0 { number } else { nil } } ?? []
    }

    /// What is said of a token is the same where it is chosen and where it is read.
    @Test func aPromptIsScoredAsTheTextThatItWas() async throws {
        try await TestServer.running { server in
            let made = try await complete(server, ["prompt": "the sun", "max_tokens": 9, "logprobs": 2, "echo": true])
            let text = try #require(made["choices.0.text"]?.string, "\(made.text)")
            let scores = numbers(made["choices.0.logprobs.token_logprobs"])
            #expect(text.hasPrefix("the sun") && scores.count == 16 && scores[0] == nil)
            #expect(scores.dropFirst().allSatisfy { $0 != nil })
            #expect(made["choices.0.logprobs.tokens"]?.array.compactMap(\.string).joined() == text)
            #expect(made["choices.0.logprobs.text_offset"]?.array == (0 ..< 16).map { JSONValue($0) })

            let read = try await complete(
                server, ["prompt": JSONValue(text), "max_tokens": 0, "logprobs": 2, "echo": true])
            #expect(read["choices.0.text"]?.string == text && read["choices.0.finish_reason"] == "length")
            #expect(read["choices.0.logprobs"] == made["choices.0.logprobs"])
            #expect(read["usage.completion_tokens"] == 0 && read["usage.prompt_tokens"] == 16)
        }
    }

    @Test func severalPromptsOfTokensAreScoredAtOnce() async throws {
        try await TestServer.running { server in
            let ids: [JSONValue] = [[1, 2, 3, 4], [5, 6, 7]]
            let both = try await complete(
                server, ["prompt": .array(ids), "max_tokens": 1, "logprobs": 1, "echo": true])
            #expect(both["choices"]?.array.count == 2)
            for (index, prompt) in ids.enumerated() {
                let one = try await complete(server, ["prompt": prompt, "max_tokens": 1, "logprobs": 1, "echo": true])
                #expect(one["choices.0.logprobs"] == both["choices.\(index).logprobs"])
                #expect(one["choices.0.logprobs.token_logprobs"]?.array.count == prompt.array.count + 1)
            }
        }
    }

    @Test func aStreamOfAnEchoAddsUp() async throws {
        try await TestServer.running { server in
            for limit in [0, 6] {
                let members: JSONObject = [
                    "prompt": "the sun", "max_tokens": JSONValue(limit), "logprobs": 1, "echo": true,
                ]
                let whole = try await complete(server, members)
                var streaming = members
                streaming["stream"] = true
                let lines = try await complete(server, streaming).text.split(separator: "\n")
                let pieces = try lines.filter { $0.hasPrefix("data: {") }.map {
                    try JSONValue(parsing: String($0.dropFirst(6)), file: "event")
                }
                let text = pieces.compactMap { $0["choices.0.text"]?.string }.joined()
                #expect(text == whole["choices.0.text"]?.string)
                for key in ["tokens", "token_logprobs", "top_logprobs", "text_offset"] {
                    let joined = pieces.flatMap { $0["choices.0.logprobs.\(key)"]?.array ?? [] }
                    #expect(joined == whole["choices.0.logprobs.\(key)"]?.array, "\(key), \(limit)")
                }
                #expect(pieces.last?["choices.0.finish_reason"] == "length")
            }
        }
    }

    @Test func theBestOfSeveralTexts() async throws {
        try await TestServer.running { server in
            let members: JSONObject = [
                "prompt": "the sun", "max_tokens": 8, "temperature": 1.5, "seed": 3, "logprobs": 0,
            ]
            var (many, best) = (members, members)
            (many["n"], best["n"], best["best_of"]) = (6, 2, 6)
            func texts(_ answer: TestServer.Answer) -> [(text: String, mean: Double)] {
                (answer["choices"]?.array ?? []).map { choice in
                    let scores = numbers(choice["logprobs.token_logprobs"]).compactMap(\.self)
                    return (choice["text"]?.string ?? "", scores.reduce(0, +) / Double(max(1, scores.count)))
                }
            }
            let all = texts(try await complete(server, many)).sorted { $0.mean > $1.mean }
            let answer = try await complete(server, best), found = texts(answer)
            #expect(all.count == 6 && found.map(\.text) == all.prefix(2).map(\.text))
            #expect(found.map(\.mean) == all.prefix(2).map(\.mean))
            for (key, value) in [("best_of", 1), ("stream", true)] as [(String, JSONValue)] {
                var wrong = best
                wrong[key] = value
                #expect(try await complete(server, wrong)["error.param"] == "best_of")
            }
            let nothing = try await complete(server, ["prompt": "a", "max_tokens": 0])
            #expect(nothing.status == 400 && nothing["error.param"] == "max_tokens")
        }
    }
}
