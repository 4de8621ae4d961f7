import OrreryFiles
import Testing

/// What happens where a conversation and its answer do not fit into the context is the client's choice, and said.
@Suite(.serialized) struct ContextOverflowTests {
    /// The model's context has 400 characters.
    private static let turn = String(repeating: "the sun and the moon ", count: 6)

    private static func body(_ turns: Int, _ more: JSONObject) -> JSONValue {
        var messages: [JSONValue] = [["role": "system", "content": "be short"]]
        for index in 0 ..< turns {
            messages.append(["role": index % 2 == 0 ? "user" : "assistant", "content": JSONValue(turn)])
        }
        var body: JSONObject = ["messages": .array(messages), "max_tokens": 5, "temperature": 0, "ignore_eos": true]
        for member in more.members { body[member.key] = member.value }
        return .object(body)
    }

    @Test func aLongPromptIsAnError() async throws {
        try await TestServer.running { server in
            let answer = try await server.send("POST", "/chat/completions", Self.body(5, [:]))
            #expect(answer.status == 400 && answer["error.message"]?.string?.contains("400") == true, "\(answer)")
            for (value, path) in [("middle", "/chat/completions"), ("truncate", "/completions")] {
                let wrong = try await server.send(
                    "POST", path, Self.body(1, ["context_overflow": JSONValue(value), "prompt": "a"]))
                #expect(wrong.status == 400 && wrong["error.param"] == "context_overflow", "\(wrong)")
            }
        }
    }

    @Test func theOldestTurnsAreDropped() async throws {
        try await TestServer.running { server in
            let answer = try await server.send(
                "POST", "/chat/completions", Self.body(5, ["context_overflow": "truncate"]))
            #expect(answer.status == 200, "\(answer)")
            #expect(answer["warnings.0"] == "context_overflow: the oldest 4 messages were dropped")
            // What stays is the system's message and the last turn.
            let alone = try await server.send("POST", "/chat/completions", Self.body(1, [:]))
            #expect(answer["choices.0.message"] == alone["choices.0.message"] && alone["warnings"] == nil)
            #expect(answer["usage.prompt_tokens"] == alone["usage.prompt_tokens"])
            let short = try await server.send(
                "POST", "/chat/completions", Self.body(1, ["context_overflow": "truncate"]))
            #expect(short["choices.0.message"] == alone["choices.0.message"] && short["warnings"] == nil)
        }
    }

    @Test func theContextSlides() async throws {
        try await TestServer.running { server in
            let slides: JSONObject = ["context_overflow": "slide", "max_tokens": 500]
            let long = try await server.send("POST", "/chat/completions", Self.body(1, slides))
            #expect(long["usage.completion_tokens"] == 500 && long["choices.0.finish_reason"] == "length", "\(long)")
            let warning = try #require(long["warnings.0"]?.string)
            #expect(
                warning.hasPrefix("context_overflow: ")
                    && warning.hasSuffix(" tokens were dropped from the middle of the context"))
            var streaming = slides
            streaming["stream"] = true
            let stream = try await server.send("POST", "/chat/completions", Self.body(1, streaming))
            #expect(stream.text.contains("were dropped from the middle of the context"))
            let endless = try await server.send(
                "POST", "/chat/completions", Self.body(1, ["context_overflow": "slide", "max_tokens": .null]))
            #expect(endless.status == 400, "\(endless)")
        }
    }
}
