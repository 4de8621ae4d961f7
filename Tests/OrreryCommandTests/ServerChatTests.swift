import Foundation
import HubTestSupport
import OrreryFiles
import Synchronization
import Testing

/// `orrery chat URL` with a server that answers, refuses and breaks off.
@Suite struct ServerChatTests {
    private static func events(_ texts: [String], ends: Bool = true) -> [UInt8] {
        let parts = texts.map { #"data: {"choices": [{"delta": {"content": "\#($0)"}}]}"# + "\n\n" }
        let end = """
            data: {"choices": [{"delta": {}, "finish_reason": "stop"}]}

            data: {"choices": [], "usage": {"prompt_tokens": 9, "completion_tokens": 2, "prompt_tokens_details": {"cached_tokens": 4}}}

            data: [DONE]


            """
        return Array((parts.joined() + (ends ? end : "")).utf8)
    }

    /// A server with one model, which answers each request with the texts.
    private func server(
        models: String = #"{"data": [{"id": "the-model", "meta": {"n_ctx": 512}}]}"#,
        _ answer: @escaping @Sendable (Request) -> Reply = { _ in Self.reply(["Hel", "lo"]) }
    ) throws -> LocalServer {
        try LocalServer { $0.path == "/v1/models" ? Reply(body: Array(models.utf8)) : answer($0) }
    }

    private static func reply(_ texts: [String], ends: Bool = true) -> Reply {
        var reply = Reply(headers: ["Content-Type": "text/event-stream"], body: events(texts, ends: ends))
        reply.announced = -1
        return reply
    }

    private func body(_ request: Request?) throws -> JSONValue {
        try JSONValue(parsing: String(decoding: request?.body ?? [], as: UTF8.self), file: "request")
    }

    @Test func answersOnce() async throws {
        let server = try server()
        defer { server.close() }
        let outcome = try await orrery(
            ["chat", server.address, "-p", "Hi", "--system", "Be kind.", "--seed", "5", "--top-k", "3", "-n", "7"],
            environment: ["ORRERY_API_KEY": "sk-own", "OPENAI_API_KEY": "sk-other"])
        #expect(outcome.status == 0, "\(outcome.errors)")
        #expect(outcome.output == "Hello\n")
        let request = server.requests.last
        #expect(request?.headers["authorization"] == "Bearer sk-own")
        let body = try body(request)
        #expect(body["model"] == "the-model" && body["seed"] == 5 && body["top_k"] == 3 && body["max_tokens"] == 7)
        #expect(body["temperature"] == nil)
        #expect(
            body["messages"] == [["role": "system", "content": "Be kind."], ["role": "user", "content": "Hi"]])
    }

    /// A conversation is sent whole, and its commands are the same as with a model here.
    @Test func converses() async throws {
        let scratch = try Scratch(), server = try server()
        defer { server.close() }
        let outcome = try await orrery(
            ["chat", server.address, "--model", "other", "--api-key", "sk-flag"],
            input: "One\nTwo\n/regenerate\n/stats\n/tokens\n/save \(scratch("talk.json"))\n/undo\n/load\nThree\n")
        #expect(outcome.status == 0)
        #expect(outcome.output == String(repeating: "Hello\n", count: 4))
        #expect(outcome.errors.contains("prompt 9 tokens, 4 of them cached; 2 tokens"), "\(outcome.errors)")
        #expect(outcome.errors.contains("the conversation takes 11 tokens of context"), "\(outcome.errors)")
        #expect(outcome.errors.contains("loaded 4 messages; the last message: Two"), "\(outcome.errors)")
        let bodies = try server.requests.dropFirst().map { try body($0) }
        let counts = bodies.map { body in if case .array(let messages)? = body["messages"] { messages.count } else { 0 }
        }
        #expect(counts == [1, 3, 3, 5])
        #expect(bodies.allSatisfy { $0["model"] == "other" && $0["seed"] == nil })
        #expect(server.requests.allSatisfy { $0.headers["authorization"] == "Bearer sk-flag" })
    }

    @Test func asJSON() async throws {
        let server = try server()
        defer { server.close() }
        let json = try await orrery(["chat", server.address, "-p", "Hi", "--json"]).json()
        #expect(json["text"] == "Hello" && json["model"] == "the-model" && json["finish_reason"] == "stop")
        #expect(json["prompt_tokens"] == 9 && json["cached_tokens"] == 4 && json["completion_tokens"] == 2)
    }

    /// What came of a broken answer stays, and the next message is asked.
    @Test func aBrokenAnswer() async throws {
        let count = Mutex(0)
        let server = try server { _ in
            let number = count.withLock { count in
                count += 1
                return count
            }
            return Self.reply(["part"], ends: number > 1)
        }
        defer { server.close() }
        let outcome = try await orrery(["chat", server.address], input: "One\nTwo\n")
        #expect(outcome.status == 0)
        #expect(outcome.output == "part\npart\n")
        #expect(
            outcome.errors.contains("the connection ended before the answer did; what was said so far stays"),
            "\(outcome.errors)")
        #expect(
            try body(server.requests.last)["messages"] == [
                ["role": "user", "content": "One"], ["role": "assistant", "content": "part"],
                ["role": "user", "content": "Two"],
            ])
        count.withLock { $0 = 0 }
        let once = try await orrery(["chat", server.address, "-p", "One"])
        #expect(once.status == 1 && once.output == "part\n")
        #expect(once.errors.contains("the connection ended before the answer did"))
    }

    @Test func refusals() async throws {
        let server = try server(models: #"{"data": [{"id": "a"}, {"id": "b"}]}"#) { _ in
            Reply(status: 400, body: Array(#"{"error": {"message": "the prompt is too long"}}"#.utf8))
        }
        defer { server.close() }
        let several = try await orrery(["chat", server.address, "-p", "Hi"])
        #expect(several.status == 1)
        #expect(several.errors.contains("several models; expected --model NAME with one of a, b"), "\(several.errors)")
        let refused = try await orrery(["chat", server.address, "-m", "a", "-p", "Hi"])
        #expect(refused.status == 1)
        #expect(refused.errors.contains("the server refuses (400): the prompt is too long"), "\(refused.errors)")
        server.close()
        let gone = try await orrery(["chat", "http://127.0.0.1:9", "-m", "a", "-p", "Hi"])
        #expect(gone.status == 1)
        #expect(gone.errors.contains("http://127.0.0.1:9/v1: no server answers there"), "\(gone.errors)")
    }

    @Test(arguments: [
        (["http://h", "--template", "chatml"], "--template: expected none with a URL"),
        (["http://h", "--threads", "2"], "--threads: expected none with a URL"),
        (["http://h", "--activations", "int8"], "--activations: expected none with a URL"),
        (["model.gguf", "--api-key", "x"], "--api-key: expected a URL with it"),
        (["model.gguf", "--model", "x"], "--model: expected it once"),
    ]) func options(_ words: [String], _ expected: String) async throws {
        let outcome = try await orrery(["chat"] + words + ["-p", "Hi"])
        #expect(outcome.status == 2)
        #expect(outcome.errors.contains(expected), "\(outcome.errors)")
    }
}
