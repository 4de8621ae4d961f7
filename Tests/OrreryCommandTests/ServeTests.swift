import Foundation
import OrreryFiles
import Testing

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// `orrery serve` as a client sees it. scripts/check/check_clients.py asks it with the official clients and a real model.
@Suite(.serialized) struct ServeTests {
    /// A server over the example's model, at a port of its own.
    private final class Served {
        let url: String
        private let process = Process()

        init(_ flags: [String] = []) async throws {
            let model = try await Example.model.value("model")
            process.executableURL = URL(fileURLWithPath: try Command.binary())
            process.arguments = ["serve", model, "--port", "0", "--threads", "1"] + flags
            let errors = Pipe()
            process.standardError = errors
            process.standardOutput = FileHandle.nullDevice
            try process.run()
            var text = ""
            while !text.contains("listening at "), case let data = errors.fileHandleForReading.availableData,
                !data.isEmpty
            {
                text += String(decoding: data, as: UTF8.self)
            }
            let line = try #require(text.split(separator: "\n").first { $0.contains("listening at ") }, "\(text)")
            url = String(line.split(separator: " ").last!)
        }

        deinit { if process.isRunning { process.terminate() } }

        /// Ends it politely, and says how it ended.
        func stop() -> Int32 {
            process.terminate()
            process.waitUntilExit()
            return process.terminationReason == .exit ? process.terminationStatus : -1
        }

        struct Reply {
            var status: Int
            var text: String
            var headers: [AnyHashable: Any]

            func json() throws -> JSONValue { try JSONValue(parsing: text, file: "reply") }
            /// The data of each event.
            var events: [String] {
                text.split(separator: "\n").filter { $0.hasPrefix("data: ") }.map { String($0.dropFirst(6)) }
            }
        }

        func ask(_ path: String, _ body: String? = nil, headers: [String: String] = [:]) async throws -> Reply {
            var request = URLRequest(url: URL(string: url + path)!)
            if let body {
                request.httpMethod = "POST"
                request.httpBody = Data(body.utf8)
            }
            for (name, value) in headers { request.setValue(value, forHTTPHeaderField: name) }
            let (data, response) = try await URLSession(configuration: .ephemeral).data(for: request)
            let http = try #require(response as? HTTPURLResponse)
            return Reply(
                status: http.statusCode, text: String(decoding: data, as: UTF8.self), headers: http.allHeaderFields)
        }
    }

    private func text(_ reply: Served.Reply) throws -> String {
        guard case .array(let choices)? = try reply.json()["choices"], case .string(let text)? = choices[0]["text"]
        else {
            Issue.record("\(reply.text)")
            return ""
        }
        return text
    }

    /// A response's receipt makes its text again, and says so where it does not.
    @Test func aReceiptIsReplayed() async throws {
        let server = try await Served(), scratch = try Scratch()
        let body = #"{"prompt": "the sun", "max_tokens": 12, "seed": 3, "temperature": 1.1, "n": 2, "model": "model""#
        let reply = try await server.ask("/v1/completions", body + #", "orrery": {"receipt": true}}"#)
        let wanted = try text(reply)
        try scratch.put(reply.text, at: "response.json")
        let again = try await orrery(["replay", scratch("response.json"), "--threads", "2"])
        #expect(again.status == 0 && again.errors == "" && again.output.hasPrefix(wanted))
        let object = try await orrery(["replay", scratch("response.json"), "--json"]).json()
        try JSONTests().compare(object, with: JSONTable.all["orrery replay"], "orrery replay")
        #expect(object["same"] == true)

        let other = reply.text.replacing(#""seed": 3"#, with: #""seed": 4"#).replacing(#""seed":3"#, with: #""seed":4"#)
        #expect(other != reply.text)
        try scratch.put(other, at: "other.json")
        let failed = try await orrery(["replay", scratch("other.json")])
        #expect(failed.status == 1 && failed.errors.contains("other than in the receipt"))
        let hash = try #require(reply.text.firstMatch(of: /"sha256": ?"([0-9a-f]{64})"/)).1
        try scratch.put(
            reply.text.replacing(hash, with: String(repeating: "0", count: 64)), at: "model.json")
        let changed = try await orrery(["replay", scratch("model.json")])
        #expect(changed.status == 1 && changed.errors.contains("as the receipt says"), "\(changed.errors)")
        try scratch.put("{}", at: "none.json")
        let none = try await orrery(["replay", scratch("none.json")])
        #expect(none.status == 1 && none.errors.contains("none.json") && none.errors.contains("version"))
    }

    @Test func completes() async throws {
        let server = try await Served()
        let body = #"{"prompt": "the sun", "max_tokens": 6, "seed": 3, "model": "model""#
        let whole = try await server.ask("/v1/completions", body + "}")
        #expect(whole.status == 200, "\(whole.text)")
        #expect(try text(whole).count == 6, "a character a token: \(whole.text)")
        #expect(try whole.json()["usage"]?["completion_tokens"] == 6)
        #expect(try whole.json()["warnings"] == nil)
        let again = try await server.ask("/v1/completions", body + "}")
        #expect(try text(again) == text(whole))
        #expect(try again.json()["usage"]?["prompt_tokens_details"]?["cached_tokens"] == 6)
        let streamed = try await server.ask(
            "/v1/completions", body + #", "stream": true, "stream_options": {"include_usage": true}}"#)
        #expect(streamed.events.last == "[DONE]")
        let pieces = try streamed.events.dropLast().map { try JSONValue(parsing: $0, file: "event") }
        #expect(pieces.last?["choices"] == [] && pieces.last?["usage"]?["completion_tokens"] == 6)
        let streamedText = pieces.dropLast().map { piece -> String in
            guard case .array(let choices)? = piece["choices"], case .string(let text)? = choices[0]["text"] else {
                return "?"
            }
            return text
        }.joined()
        #expect(try streamedText == text(whole))
        #expect(server.stop() == 0)
    }

    @Test func refusesByName() async throws {
        let server = try await Served()
        func error(_ path: String, _ body: String) async throws -> (Int, String) {
            let reply = try await server.ask(path, body)
            guard case .string(let message)? = try reply.json()["error"]?["message"] else {
                return (reply.status, reply.text)
            }
            return (reply.status, message)
        }
        for (path, body, status, message) in [
            ("/v1/completions", "", 400, "the body is empty; expected a JSON object"),
            ("/v1/completions", "[1]", 400, "the body: expected an object, found an array"),
            ("/v1/completions", "{", 400, "the body: byte 1: expected a key in quotes, found the end of the text"),
            (
                "/v1/completions", "{}", 400,
                "prompt is missing; expected a string, an array of strings, of token ids, or of arrays of token ids"
            ),
            (
                "/v1/completions", #"{"prompt": "a", "temperature": "hot"}"#, 400,
                "temperature is \"hot\"; expected a number from 0 to 1000"
            ),
            ("/v1/completions", #"{"prompt": [1, 999999]}"#, 400, "token 1 of the prompt is 999999; expected 0 to 21"),
            (
                "/v1/completions", #"{"prompt": "a", "suffix": "b"}"#, 400,
                "suffix is not supported: texts are continued at their end"
            ),
            (
                "/v1/completions", #"{"prompt": "the sun the sun the sun"}"#, 400,
                "the prompt has 23 tokens; expected at most 15, since the context holds 16: shorten it, or choose a model with a longer context"
            ),
            (
                "/v1/chat/completions", #"{"messages": []}"#, 400,
                "model has no chat template; expected a model with one, or /v1/completions"
            ),
            ("/v1/embeddings", #"{"input": "a"}"#, 400, "model writes text; expected a sentence encoder"),
            ("/nowhere", "{}", 404, "there is no POST /nowhere"),
        ] {
            let found = try await error(path, body)
            #expect(found.0 == status && found.1.hasPrefix(message), "\(path) \(body): \(found)")
        }
        let anthropic = try await server.ask("/v1/messages", "{}")
        #expect(
            try anthropic.json()["type"] == "error" && anthropic.json()["error"]?["type"] == "invalid_request_error")
        let foreign = try await server.ask("/v1/models", headers: ["Origin": "https://example.org"])
        #expect(foreign.status == 403)
        let renamed = try await server.ask("/v1/models", headers: ["Host": "example.org"])
        #expect(renamed.status == 403)
        #expect(try await server.ask("/health").status == 200)
    }

    @Test func keysHaveLimits() async throws {
        let scratch = try Scratch()
        let keys = try scratch.put("# key name limits\nk1 alice rate=2\nk2 bob tokens=5\n", at: "keys")
        let server = try await Served(["--api-key-file", keys])
        #expect(try await server.ask("/v1/models").status == 401)
        #expect(try await server.ask("/v1/models", headers: ["Authorization": "Bearer k"]).status == 401)
        #expect(try await server.ask("/health").status == 200)
        for status in [200, 200, 429] {
            let reply = try await server.ask("/v1/models", headers: ["Authorization": "Bearer k1"])
            #expect(reply.status == status)
            if status == 429 { #expect(reply.headers["Retry-After"] != nil) }
        }
        let body = #"{"prompt": "the sun", "max_tokens": 3}"#
        #expect(try await server.ask("/v1/completions", body, headers: ["x-api-key": "k2"]).status == 200)
        #expect(try await server.ask("/v1/completions", body, headers: ["x-api-key": "k2"]).status == 429)
    }

    @Test func metricsCount() async throws {
        let server = try await Served(["--alias", "m"])
        _ = try await server.ask("/v1/completions", #"{"prompt": "the sun", "max_tokens": 4}"#)
        let text = try await server.ask("/metrics").text
        for line in [
            "orrery_completion_tokens_total{model=\"m\"} 4", "orrery_prompt_tokens_total{model=\"m\"} 7",
            "orrery_time_to_first_token_seconds_count{model=\"m\"} 1",
            "orrery_time_between_tokens_seconds_count{model=\"m\"} 3", "orrery_sequences_running{model=\"m\"} 0",
        ] { #expect(text.contains(line + "\n"), "\(line)\n\(text)") }
    }
}
