import OrreryFiles
import Testing

/// /v1/rerank over HTTP, with a small cross-encoder. scripts/check/check_rerank.py compares scores with sentence-transformers.
@Suite(.serialized) struct RerankTests {
    private static let words = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", "moon", "planet", "sun", "sea"]

    /// A directory of BERT with a ranking head, and a tokenizer that reads pairs.
    static func writeRanker(to directory: String, labels: Int = 1) throws {
        let D = 8, F = 12
        let config: JSONValue = [
            "model_type": "bert", "architectures": ["BertForSequenceClassification"], "num_labels": JSONValue(labels),
            "vocab_size": JSONValue(words.count), "hidden_size": JSONValue(D), "num_hidden_layers": 1,
            "num_attention_heads": 2, "intermediate_size": JSONValue(F), "max_position_embeddings": 16,
        ]
        let layer = "bert.encoder.layer.0."
        var shapes: [(String, [Int])] = [
            ("bert.embeddings.word_embeddings.weight", [words.count, D]),
            ("bert.embeddings.position_embeddings.weight", [16, D]),
            ("bert.embeddings.token_type_embeddings.weight", [2, D]),
        ]
        for (name, output, input) in [
            (layer + "attention.self.query", D, D), (layer + "attention.self.key", D, D),
            (layer + "attention.self.value", D, D), (layer + "attention.output.dense", D, D),
            (layer + "intermediate.dense", F, D), (layer + "output.dense", D, F), ("bert.pooler.dense", D, D),
            ("classifier", labels, D),
        ] { shapes += [(name + ".weight", [output, input]), (name + ".bias", [output])] }
        for name in ["bert.embeddings.LayerNorm", layer + "attention.output.LayerNorm", layer + "output.LayerNorm"] {
            shapes += [(name + ".weight", [D]), (name + ".bias", [D])]
        }
        let tensors = shapes.enumerated().map { number, shape in
            let values = (0 ..< shape.1.reduce(1, *)).map { Float(($0 * 7 + number * 5) % 23) / 11 - 1 }
            return SafetensorsTensor(
                name: shape.0, dtype: .float32, shape: shape.1, bytes: values.withUnsafeBytes { Array($0) })
        }
        try Directory.createAll(directory)
        try AtomicFile.write(config.text(), to: Path.join(directory, "config.json"))
        try AtomicFile.write(tokenizer.text(), to: Path.join(directory, "tokenizer.json"))
        try SafetensorsWriter.write(tensors, to: Path.join(directory, "model.safetensors"))
    }

    private static var tokenizer: JSONValue {
        var vocabulary = JSONObject()
        for (id, word) in words.enumerated() { vocabulary[word] = JSONValue(id) }
        func special(_ id: String, _ type: Int) -> JSONValue {
            ["SpecialToken": ["id": JSONValue(id), "type_id": JSONValue(type)]]
        }
        func text(_ id: String, _ type: Int) -> JSONValue {
            ["Sequence": ["id": JSONValue(id), "type_id": JSONValue(type)]]
        }
        let single: JSONValue = [special("[CLS]", 0), text("A", 0), special("[SEP]", 0)]
        let pair: JSONValue = [
            special("[CLS]", 0), text("A", 0), special("[SEP]", 0), text("B", 1), special("[SEP]", 1),
        ]
        return [
            "version": "1.0", "truncation": nil, "padding": nil,
            "added_tokens": .array(
                words.prefix(5).enumerated().map { id, word in
                    [
                        "id": JSONValue(id), "content": JSONValue(word), "single_word": false, "lstrip": false,
                        "rstrip": false, "normalized": false, "special": true,
                    ]
                }),
            "normalizer": nil, "pre_tokenizer": ["type": "BertPreTokenizer"],
            "post_processor": [
                "type": "TemplateProcessing", "single": single, "pair": pair,
                "special_tokens": [
                    "[CLS]": ["id": "[CLS]", "ids": [2], "tokens": ["[CLS]"]],
                    "[SEP]": ["id": "[SEP]", "ids": [3], "tokens": ["[SEP]"]],
                ],
            ],
            "decoder": ["type": "WordPiece", "prefix": "##", "cleanup": true],
            "model": [
                "type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##",
                "max_input_chars_per_word": 100, "vocab": .object(vocabulary),
            ],
        ]
    }

    private func running(_ body: (TestServer) async throws -> Void) async throws {
        try await TestServer.running { configuration, scratch in
            try Self.writeRanker(to: scratch("ranker"))
            try Self.writeRanker(to: scratch("classifier"), labels: 3)
            configuration.models += [
                .init(path: scratch("ranker"), alias: "ranker"),
                .init(path: scratch("classifier"), alias: "classifier"),
            ]
        } _: { server in
            try await body(server)
        }
    }

    private func rank(_ server: TestServer, _ members: JSONObject) async throws -> TestServer.Answer {
        var body: JSONObject = [
            "model": "ranker", "query": "moon planet", "documents": ["sun", "sea moon", "planet", "sea"],
        ]
        for member in members.members { body[member.key] = member.value }
        return try await server.send("POST", "/rerank", .object(body))
    }

    @Test func theBestComesFirst() async throws {
        try await running { server in
            let all = try await rank(server, [:])
            let results = try #require(all["results"]?.array, "\(all.text)")
            let scores = results.compactMap {
                if case .double(let score)? = $0["relevance_score"] { score } else { nil }
            }
            #expect(scores.count == 4 && scores == scores.sorted(by: >) && Set(scores).count > 1)
            #expect(scores.allSatisfy { $0 > 0 && $0 < 1 })
            let order = results.compactMap { if case .int(let index)? = $0["index"] { Int(index) } else { nil } }
            #expect(order.sorted() == [0, 1, 2, 3])
            // [CLS] moon planet [SEP] and the text with its [SEP].
            #expect(all["usage.total_tokens"] == JSONValue(4 * 5 + 5))

            let two = try await rank(server, ["top_n": 2, "return_documents": true])
            #expect(two["results"]?.array.map { $0["index"] } == order.prefix(2).map { JSONValue($0) })
            #expect(two["results.0.document.text"]?.string == ["sun", "sea moon", "planet", "sea"][order[0]])
            // A text stands behind the question, and is of another type: the other way round is another pair.
            let forth = try await rank(server, ["query": "sun", "documents": [["text": "sea"]]])
            let back = try await rank(server, ["query": "sea", "documents": ["sun"]])
            #expect(forth["results.0.relevance_score"] != back["results.0.relevance_score"])
            let long = try await rank(server, ["documents": [JSONValue(String(repeating: "sea ", count: 90))]])
            #expect(long["usage.total_tokens"] == 16)
        }
    }

    @Test func whatIsWrongIsNamed() async throws {
        try await running { server in
            for (members, param) in [
                (["model": "writer"], "model"), (["model": "classifier"], "model"), (["query": nil], "query"),
                (["documents": []], "documents"), (["documents": [5]], "documents[0]"),
                (["documents": [["title": "a"]]], "documents[0].text"), (["top_n": 0], "top_n"),
            ] as [(JSONObject, String)] {
                let answer = try await rank(server, members)
                #expect(answer.status == 400 && answer["error.param"]?.string == param, "\(answer.text)")
            }
            let vectors = try await server.send("POST", "/embeddings", ["model": "ranker", "input": "moon"])
            #expect(vectors.status == 400 && vectors["error.message"]?.string?.contains("/v1/rerank") == true)
        }
    }
}
