import OrreryFiles
import OrreryServer
import Testing

/// What requests have taken, by key and in money.
@Suite(.serialized) struct UsageTests {
    @Test func metricsTellKeysApart() async throws {
        try await TestServer.running({ configuration, scratch in
            try AtomicFile.write("sk-a alice\nsk-b bob\n", to: scratch("keys"))
            configuration.keyFile = scratch("keys")
            configuration.prices = Prices(prompt: 2, cached: 1, completion: 10)
        }) { server in
            var alice = server, bob = server
            (alice.key, bob.key) = ("sk-a", "sk-b")
            let body: JSONValue = ["model": "writer", "prompt": "the sun", "max_tokens": 5, "temperature": 0]
            for _ in 0 ..< 2 {
                let answer = try await alice.send("POST", "/completions", body)
                #expect(answer["usage.completion_tokens"] == 5, "\(answer.text)")
            }
            let answer = try await bob.send("POST", "/completions", body)
            // Six of the prompt's seven tokens were computed for alice.
            #expect(answer["usage.prompt_tokens_details.cached_tokens"] == 6)
            #expect(answer["usage.cost"] == 5.8e-05)
            let metrics = try await alice.get("/metrics").text
            for line in [
                #"orrery_key_requests_total{model="writer",key="alice"} 2"#,
                #"orrery_key_prompt_tokens_total{model="writer",key="alice"} 14"#,
                #"orrery_key_cached_tokens_total{model="writer",key="alice"} 6"#,
                #"orrery_key_completion_tokens_total{model="writer",key="bob"} 5"#,
                #"orrery_key_cost_total{model="writer",key="bob"} 5.8e-05"#,
                #"orrery_time_to_first_token_seconds_count{model="writer",key="alice"} 2"#,
                #"orrery_time_between_tokens_seconds_count{model="writer",key="bob"} 4"#,
            ] { #expect(metrics.split(separator: "\n").contains(Substring(line)), "\(line) in \(metrics)") }
        }
    }

    /// Every API says what a text costs; without prices none does.
    @Test(arguments: [true, false]) func everyAPISaysTheCost(_ hasPrices: Bool) async throws {
        try await TestServer.running({ configuration, _ in
            if hasPrices { configuration.prices = Prices(prompt: 0, cached: 0, completion: 1e6) }
        }) { server in
            let talk: JSONValue = [["role": "user", "content": "the sun"]]
            let requests: [(String, JSONValue)] = [
                ("/completions", ["prompt": "the sun", "max_tokens": 3, "temperature": 0]),
                ("/chat/completions", ["messages": talk, "max_tokens": 3, "temperature": 0]),
                ("/responses", ["input": "the sun", "max_output_tokens": 3, "temperature": 0]),
                ("/messages", ["messages": talk, "max_tokens": 3, "temperature": 0]),
            ]
            for (path, body) in requests {
                let answer = try await server.send("POST", path, body)
                #expect(answer["usage.cost"] == (hasPrices ? 3.0 : nil), "\(path): \(answer.text)")
            }
        }
    }
}
