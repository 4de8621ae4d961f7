import OrreryFiles
import Testing

/// /v1/responses over HTTP, with a small model.
@Suite(.serialized) struct ResponseTests {
    @Test func eventsComeInOrderAndAddUpToTheResponse() async throws {
        try await TestServer.running { server in
            let whole = try await server.respond(["input": "the sun"])
            let events = try await server.respond(["input": "the sun", "stream": true]).events()
            let deltas = events.filter { $0.name == "response.output_text.delta" }
            let end = try #require(whole["status"]?.string)
            #expect(
                events.map(\.name) == [
                    "response.created", "response.in_progress", "response.output_item.added",
                    "response.content_part.added",
                ] + deltas.map(\.name) + [
                    "response.output_text.done", "response.content_part.done", "response.output_item.done",
                    "response.\(end)",
                ])
            #expect(events.map { $0.data["sequence_number"] } == events.indices.map { JSONValue($0) })
            #expect(events.allSatisfy { $0.data["type"]?.string == $0.name })
            let text = try #require(whole["output.0.content.0.text"]?.string)
            #expect(!text.isEmpty)
            #expect(deltas.compactMap { $0.data["delta"]?.string }.joined() == text)
            let last = try #require(events.last?.data)
            #expect(last["response.output.0.content"] == whole["output.0.content"])
            #expect(last["response.usage.output_tokens"] == whole["usage.output_tokens"])
            #expect(events[0].data["response.status"] == "in_progress")
            let item = events[2].data["item.id"]
            #expect(deltas.allSatisfy { $0.data["item_id"] == item })
        }
    }

    @Test func aResponseContinuesWhatCameBefore() async throws {
        try await TestServer.running { server in
            let first = try await server.respond(["input": "the sun", "instructions": "be short"])
            let id = try #require(first["id"]?.string)
            let second = try await server.respond(["input": "and then", "previous_response_id": JSONValue(id)])
            let flat = try await server.respond([
                "input": [
                    ["role": "user", "content": "the sun"],
                    ["role": "assistant", "content": first["output.0.content.0.text"]!],
                    ["role": "user", "content": "and then"],
                ]
            ])
            #expect(second["output.0.content"] == flat["output.0.content"])
            #expect(second["usage.input_tokens"] == flat["usage.input_tokens"])

            let next = try #require(second["id"]?.string)
            let items = try await server.send("GET", "/responses/\(next)/input_items?order=asc&limit=2")
            #expect(items["data"]?.array.compactMap { $0["role"]?.string } == ["user", "assistant"])
            #expect(items["has_more"] == true)

            #expect(try await server.send("DELETE", "/responses/\(id)")["deleted"] == true)
            #expect(try await server.send("GET", "/responses/\(id)").status == 404)
            let broken = try await server.respond(["input": "x", "previous_response_id": JSONValue(next)])
            #expect(broken.status == 400)
            #expect(broken["error.code"] == "previous_response_not_found")
            #expect(broken["error.message"]?.string?.contains(id) == true)
        }
    }

    @Test func whatIsNotToBeStoredIsNot() async throws {
        try await TestServer.running { server in
            let response = try await server.respond(["input": "the sun", "store": false])
            #expect(response["store"] == false)
            let id = try #require(response["id"]?.string)
            #expect(try await server.send("GET", "/responses/\(id)").status == 404)

            let conversation = try #require(try await server.send("POST", "/conversations")["id"]?.string)
            let path = "/conversations/\(conversation)/items"
            _ = try await server.respond(["input": "a", "conversation": JSONValue(conversation), "store": false])
            #expect(try await server.send("GET", path)["data"] == [])
            _ = try await server.respond(["input": "a", "conversation": ["id": JSONValue(conversation)]])
            #expect(try await server.send("GET", path)["data"]?.array.count == 2)
        }
    }

    @Test func aConversationThatIsTooLongIsRefusedOrCut() async throws {
        try await TestServer.running { server in
            let turns = (0 ..< 41).map { turn -> JSONValue in
                ["role": turn % 2 == 0 ? "user" : "assistant", "content": "a turn of some words"]
            }
            let refused = try await server.respond(["input": .array(turns)])
            #expect(refused.status == 400)
            #expect(refused["error.code"] == "context_length_exceeded")
            let cut = try await server.respond([
                "input": .array(turns), "truncation": "auto", "instructions": "be short",
            ])
            #expect(cut.status == 200)
            #expect(cut["warnings.0"]?.string?.hasPrefix("truncation: the oldest") == true)
            guard case .int(let tokens)? = cut["usage.input_tokens"] else {
                Issue.record("\(cut.text)")
                return
            }
            #expect(tokens > 300 && tokens <= TestModel.context - 12)
            let short = try await server.respond(["input": "a", "truncation": "auto"])
            #expect(short["warnings"] == nil)
        }
    }

    private static let wrong: [(JSONObject, String)] = [
        (["input": 5], "input"),
        (["input": []], "input"),
        (["input": [["role": "king", "content": "a"]]], "input[0].role"),
        (["input": [["role": "user"]]], "input[0].content"),
        (
            ["input": [["role": "user", "content": [["type": "input_image", "image_url": "a"]]]]],
            "input[0].content[0].type"
        ),
        (["input": [["role": "user", "content": [["type": "input_text"]]]]], "input[0].content[0].text"),
        (["input": [["type": "computer_call"]]], "input[0].type"),
        (["input": [["type": "item_reference"]]], "input[0].id"),
        (["input": [["type": "function_call", "call_id": "a", "name": "f", "arguments": "{"]]], "input[0].arguments"),
        (["input": [["type": "function_call_output", "output": "a"]]], "input[0].call_id"),
        (["input": "a", "previous_response_id": "a", "conversation": "b"], "previous_response_id"),
        (["input": "a", "include": ["everything"]], "include[0]"),
        (["input": "a", "top_logprobs": 3], "top_logprobs"),
        (["input": "a", "truncation": "some"], "truncation"),
        (["input": "a", "background": true], "background"),
        (["input": "a", "prompt": ["id": "a"]], "prompt"),
        (["input": "a", "text": ["format": ["type": "json_object"]]], "text.format"),
        (["input": "a", "tools": [["type": "function", "name": "f"]]], "tools"),
        (["input": "a", "tool_choice": "required"], "tool_choice"),
        (["input": "a", "metadata": ["a": 1]], "metadata.a"),
        (["input": "a", "n": 2], "n"),
    ]

    @Test func whatIsWrongIsNamed() async throws {
        try await TestServer.running { server in
            for (body, param) in Self.wrong {
                let answer = try await server.respond(body)
                #expect(answer.status == 400, "\(answer.text)")
                #expect(answer["error.param"]?.string == param, "\(answer.text)")
            }
        }
    }

    @Test func itemsOfEveryKindComeBack() async throws {
        try await TestServer.running { server in
            let made = try await server.respond([
                "input": [
                    ["role": "developer", "content": [["type": "input_text", "text": "a"]]],
                    ["type": "reasoning", "id": "rs_1", "summary": [["type": "summary_text", "text": "b"]]],
                    ["type": "function_call", "call_id": "c", "name": "f", "arguments": "{}"],
                    ["type": "function_call_output", "call_id": "c", "output": "d"],
                    ["role": "assistant", "content": [["type": "refusal", "refusal": "e"]]],
                    ["type": "message", "role": "user", "content": "f"],
                ]
            ])
            let id = try #require(made["id"]?.string, "\(made.text)")
            let items = try await server.send("GET", "/responses/\(id)/input_items?order=asc")["data"]?.array ?? []
            #expect(
                items.map { $0["type"]?.string } == [
                    "message", "reasoning", "function_call", "function_call_output", "message", "message",
                ])
            #expect(items.allSatisfy { $0["id"]?.string?.isEmpty == false })
            #expect(items.last?["content.0.type"] == "input_text")
            let again = try await server.respond([
                "input": .array(items.map { ["type": "item_reference", "id": $0["id"]!] })
            ])
            #expect(again["output.0.content"] == made["output.0.content"])
        }
    }

    @Test func whatOneKeyStoredAnotherCannotRead() async throws {
        try await TestServer.running { configuration, scratch in
            try AtomicFile.write("key-a anna\nkey-b bert\n", to: scratch("keys"))
            configuration.keyFile = scratch("keys")
        } _: { server in
            var (anna, bert) = (server, server)
            (anna.key, bert.key) = ("key-a", "key-b")
            let made = try await anna.respond(["input": "a"])
            let id = try #require(made["id"]?.string), item = made["output.0.id"]!
            let conversation = try #require(try await anna.send("POST", "/conversations")["id"]?.string)
            #expect(try await anna.send("GET", "/responses/\(id)").status == 200)
            for (method, path) in [
                ("GET", "/responses/\(id)"), ("DELETE", "/responses/\(id)"), ("GET", "/responses/\(id)/input_items"),
                ("POST", "/responses/\(id)/cancel"), ("GET", "/conversations/\(conversation)"),
                ("DELETE", "/conversations/\(conversation)"), ("GET", "/conversations/\(conversation)/items"),
            ] {
                #expect(try await bert.send(method, path).status == 404, "\(method) \(path)")
            }
            #expect(try await bert.respond(["input": "a", "previous_response_id": JSONValue(id)]).status == 400)
            #expect(try await bert.respond(["input": "a", "conversation": JSONValue(conversation)]).status == 404)
            #expect(try await bert.respond(["input": [["type": "item_reference", "id": item]]]).status == 404)
            #expect(try await anna.send("GET", "/responses/\(id)").status == 200)
        }
    }
}
