import Foundation
import Logging
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryServer
import OrreryTokenizers

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// A small model with random weights, a tokenizer of characters and a chat template.
enum TestModel {
    static let context = 400
    /// The bytes of its weights, in float32.
    static let weightBytes = 69_888

    static func write(to directory: String) throws {
        let tokenizer = try CharacterTokenizer(training: "abcdefghijklmnopqrstuvwxyz .\n", endOfText: "<|end|>")
        let config: JSONObject = [
            "model_type": "qwen3", "vocab_size": JSONValue(tokenizer.vocabularySize), "hidden_size": 32,
            "intermediate_size": 48, "num_hidden_layers": 2, "num_attention_heads": 4, "num_key_value_heads": 2,
            "head_dim": 8, "max_position_embeddings": JSONValue(context),
        ]
        let model = try ModelDirectory.make(JSONFields(.object(config), file: "config.json"), RandomWeights(seed: 3))
        try Directory.createAll(directory)
        try ModelDirectory.write(model, to: directory)
        try tokenizer.save(to: directory)
        let template = """
            {% for m in messages %}{{ m.role }} {{ m.content }}.
            {% endfor %}{% if add_generation_prompt %}assistant {% endif %}
            """
        try AtomicFile.write(template, to: Path.join(directory, "chat_template.jinja"))
    }
}

/// A server of that model in this process.
struct TestServer {
    let address: String
    var key: String?

    /// Runs a server while `body` runs.
    static func running(
        _ change: (inout ServerConfiguration, Scratch) throws -> Void = { _, _ in },
        _ body: (TestServer) async throws -> Void
    ) async throws {
        let scratch = try Scratch()
        try TestModel.write(to: scratch("model"))
        var configuration = ServerConfiguration(models: [.init(path: scratch("model"), alias: "writer")])
        configuration.port = 0
        try change(&configuration, scratch)
        let server = try Server(configuration, log: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let (addresses, ready) = AsyncStream.makeStream(of: String.self)
        let running = Task {
            defer { ready.finish() }
            try await server.run { ready.yield($0) }
        }
        var found: String?
        for await address in addresses {
            found = address
            break
        }
        guard let found else { return try await running.value }
        let result: Result<Void, any Error>
        do { result = .success(try await body(TestServer(address: found))) } catch { result = .failure(error) }
        running.cancel()
        _ = await running.result
        try result.get()
    }

    struct Answer {
        var status: Int
        var text: String

        func json() throws -> JSONValue { try JSONValue(parsing: text, file: "the answer") }
        subscript(path: String) -> JSONValue? { try? json()[path] }

        /// The events of a stream: the name and the data of each.
        func events() throws -> [(name: String, data: JSONValue)] {
            try text.components(separatedBy: "\n\n").filter { $0.hasPrefix("event: ") }.map { event in
                let lines = event.components(separatedBy: "\n")
                return (
                    String(lines[0].dropFirst(7)), try JSONValue(parsing: String(lines[1].dropFirst(6)), file: "event")
                )
            }
        }
    }

    /// Asks for what has no version in its path.
    func get(_ path: String) async throws -> Answer { try await send("GET", path, version: "") }

    func send(
        _ method: String, _ path: String, _ body: JSONValue? = nil, version: String = "/v1"
    ) async throws -> Answer {
        var request = URLRequest(url: URL(string: address + version + path)!)
        request.httpMethod = method
        if let key { request.setValue("Bearer \(key)", forHTTPHeaderField: "Authorization") }
        if let body {
            request.httpBody = Data(body.text().utf8)
            request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        }
        let (data, response) = try await URLSession.shared.data(for: request)
        return Answer(
            status: (response as? HTTPURLResponse)?.statusCode ?? 0, text: String(decoding: data, as: UTF8.self))
    }

    /// A greedy response to an input.
    func respond(_ members: JSONObject) async throws -> Answer {
        var body: JSONObject = ["model": "writer", "temperature": 0, "max_output_tokens": 12]
        for member in members.members { body[member.key] = member.value }
        return try await send("POST", "/responses", .object(body))
    }
}

extension JSONValue {
    /// The value at a path such as `output.0.content`.
    subscript(path: String) -> JSONValue? {
        path.split(separator: ".").reduce(Optional(self)) { value, key in
            switch value {
            case .object(let object)?: return object[String(key)]
            case .array(let values)?:
                guard let index = Int(key), values.indices.contains(index) else { return nil }
                return values[index]
            default: return nil
            }
        }
    }

    var string: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    var array: [JSONValue] {
        guard case .array(let values) = self else { return [] }
        return values
    }
}
