import Foundation
import OrreryFiles
import OrreryHTTP

/// A server that speaks OpenAI's chat completions: Orrery's own, llama-server, ollama, vLLM and others.
package final class ChatServer: Sendable {
    /// The address that endpoints are appended to, such as http://127.0.0.1:8080/v1.
    package let base: String
    private let url: URL
    private let key: String?
    private let http: HTTPClient

    /// - Parameters:
    ///   - address: http://HOST:PORT, which stands for its /v1, or an address with a path, which is taken as it is.
    ///   - key: what the server asks clients for; nil sends none.
    ///   - stallTimeout: the seconds without a byte after which a connection counts as broken: a long prompt takes its
    ///     time.
    /// - Throws: `ChatServerError` for what is not such an address.
    package init(_ address: String, key: String? = nil, stallTimeout: Double = 900) throws {
        base = try Self.base(of: address)
        guard let url = URL(string: base), let origin = Origin(url), !origin.host.isEmpty else {
            throw ChatServerError.address(address, "expected http://HOST:PORT or https://HOST, without a password")
        }
        if let key, key.isEmpty || key.utf8.contains(where: { $0 < 0x21 || $0 > 0x7E }) {
            throw ChatServerError.address(base, "the API key: expected ASCII without spaces")
        }
        self.url = url
        self.key = key
        http = HTTPClient(stallTimeout: stallTimeout)
    }

    /// Whether a command line's word is an address and not a model's path.
    package static func isAddress(_ text: String) -> Bool {
        let text = text.lowercased()
        return text.hasPrefix("http://") || text.hasPrefix("https://")
    }

    private static func base(of address: String) throws -> String {
        guard var parts = URLComponents(string: address), parts.query == nil, parts.fragment == nil else {
            throw ChatServerError.address(address, "expected http://HOST:PORT or https://HOST, without ? and #")
        }
        for ending in ["/chat/completions", "/"] {
            while parts.path.hasSuffix(ending) { parts.path.removeLast(ending.count) }
        }
        if parts.path.isEmpty { parts.path = "/v1" }
        return parts.string ?? address
    }

    // MARK: Requests

    /// A model that the server has.
    package struct Model: Sendable, Hashable {
        package let name: String
        /// The tokens that it can read; nil where the server does not say.
        package let contextLength: Int?
    }

    /// The models that the server has.
    ///
    /// - Parameter isCancelled: asked while waiting; ends it with `CancellationError`.
    /// - Throws: `ChatServerError`.
    package func models(isCancelled: @escaping () -> Bool = { false }) throws -> [Model] {
        let exchange = try send(.get, "models", nil, isCancelled)
        let body = try Self.json(whole(exchange))
        guard case .array(let models)? = body["data"] else { throw ChatServerError.format("`data` is no array") }
        return models.compactMap { model in
            guard case .string(let name)? = model["id"] else { return nil }
            let lengths = [model["meta"]?["n_ctx"], model["max_model_len"], model["context_length"]]
            return Model(name: name, contextLength: lengths.compactMap { $0?.count }.first { $0 > 0 })
        }
    }

    /// Begins an answer.
    ///
    /// - Parameters:
    ///   - request: the fields of the request besides those that make it a stream.
    ///   - isCancelled: asked while waiting; ends the answer with `CancellationError`.
    /// - Throws: `ChatServerError` with what the server says where it refuses.
    package func complete(_ request: JSONObject, isCancelled: @escaping () -> Bool) throws -> CompletionStream {
        var request = request
        request["stream"] = true
        request["stream_options"] = ["include_usage": true]
        let exchange = try send(.post, "chat/completions", request, isCancelled)
        let type = exchange.header("Content-Type")?.lowercased() ?? ""
        // A server that knows no streams answers at once.
        if type.hasPrefix("application/json") { return try CompletionStream(whole: Self.json(whole(exchange))) }
        return CompletionStream(exchange)
    }

    private func send(
        _ method: HTTPRequest.Method, _ path: String, _ body: JSONObject?, _ isCancelled: @escaping () -> Bool
    ) throws -> HTTPExchange {
        var request = HTTPRequest(method: method, url: url.appendingPathComponent(path))
        request.headers.append(("Accept", body == nil ? "application/json" : "text/event-stream, application/json"))
        if let key { request.headers.append(("Authorization", "Bearer \(key)")) }
        if let body {
            request.headers.append(("Content-Type", "application/json"))
            request.body = Data(JSONValue.object(body).text(.compact).utf8)
        }
        let exchange: HTTPExchange
        do { exchange = try http.send(request, isCancelled: isCancelled) } catch let failure as HTTPFailure {
            throw ChatServerError.network(base, failure.description)
        }
        guard exchange.status == 200 else {
            throw ChatServerError.refused(exchange.status, ServerMessage.of(exchange, at: base))
        }
        return exchange
    }

    private func whole(_ exchange: HTTPExchange) throws -> Data {
        do { return try exchange.body(limit: 64 << 20) } catch let failure as HTTPFailure {
            throw ChatServerError.network(base, failure.description)
        }
    }

    private static func json(_ data: Data) throws -> JSONValue {
        guard let text = String(validating: data, as: UTF8.self),
            let value = try? JSONValue(parsing: text, file: "the server's answer")
        else { throw ChatServerError.format("expected JSON, found \(FileError.quoted(ServerMessage.line(data)))") }
        return value
    }
}

extension JSONValue {
    /// The value where it is a count.
    var count: Int? {
        guard case .int(let value) = self, value >= 0 else { return nil }
        return Int(exactly: value)
    }

    /// The value where it is text.
    var text: String? { if case .string(let text) = self { text } else { nil } }
}
