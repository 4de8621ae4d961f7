import OrreryFiles
import OrreryHTTP

/// An answer that a server makes, part by part.
package final class CompletionStream {
    /// What comes of an answer.
    package enum Part: Sendable, Hashable {
        case text(String)
        /// What a model says to itself before it answers.
        case reasoning(String)
    }

    /// What the answer took, as far as the server says.
    package struct Usage: Sendable, Hashable {
        package var promptTokens: Int?
        package var cachedTokens: Int?
        package var completionTokens: Int?
    }

    /// What the answer took; complete at its end.
    package private(set) var usage = Usage()
    /// Why the answer ended, as the server says it; nil until it has.
    package private(set) var finishReason: String?
    /// The model that answers, as the server calls it.
    package private(set) var model: String?

    /// nil where the answer came whole.
    private let exchange: HTTPExchange?
    private var parser = EventStreamParser()
    private var parts: [Part] = []
    private var next = 0
    private var hasEnded = false
    private var failure: (any Error)?

    init(_ exchange: HTTPExchange) { self.exchange = exchange }

    init(whole json: JSONValue) throws {
        exchange = nil
        try read(json, field: "message")
        hasEnded = true
    }

    /// The next part; nil at the end.
    ///
    /// - Throws: `ChatServerError` where the connection breaks or the server gives up; `CancellationError`.
    package func read() throws -> Part? {
        while true {
            if next < parts.count {
                defer { next += 1 }
                return parts[next]
            }
            parts = []
            next = 0
            if let failure { throw failure }
            guard !hasEnded else { return nil }
            // What came before a failure is handed out first.
            do { try receive() } catch {
                failure = error
                cancel()
            }
        }
    }

    /// Ends the answer; what has not been read is lost.
    package func cancel() {
        hasEnded = true
        exchange?.cancel()
    }

    private func receive() throws {
        do {
            if let bytes = try exchange?.next() {
                for event in try parser.push(bytes) { try receive(event) }
                return
            }
            if let event = parser.finish() { try receive(event) }
        } catch let failure as HTTPFailure {
            throw ChatServerError.broken("the connection broke: \(failure)")
        }
        // Some servers close the connection and say no [DONE].
        if !hasEnded, finishReason == nil {
            throw ChatServerError.broken("the connection ended before the answer did")
        }
        hasEnded = true
    }

    private func receive(_ event: ServerSentEvent) throws {
        guard !hasEnded else { return }
        if event.data == "[DONE]" { return cancel() }
        guard let json = try? JSONValue(parsing: event.data, file: "an event") else {
            throw ChatServerError.format("expected JSON, found \(FileError.quoted(String(event.data.prefix(80))))")
        }
        try read(json, field: "delta")
    }

    private func read(_ json: JSONValue, field: String) throws {
        if let error = json["error"], error != .null {
            throw ChatServerError.failed(ServerMessage.message(in: json) ?? "an error")
        }
        model = model ?? json["model"]?.text
        if let usage = json["usage"], usage != .null {
            self.usage.promptTokens = usage["prompt_tokens"]?.count
            self.usage.completionTokens = usage["completion_tokens"]?.count
            self.usage.cachedTokens = usage["prompt_tokens_details"]?["cached_tokens"]?.count
        }
        // The last event has usage and no choices.
        guard case .array(let choices)? = json["choices"], let choice = choices.first else { return }
        for name in ["reasoning_content", "reasoning"] {
            if let text = choice[field]?[name]?.text, !text.isEmpty {
                parts.append(.reasoning(text))
                break
            }
        }
        if let text = choice[field]?["content"]?.text, !text.isEmpty { parts.append(.text(text)) }
        if let reason = choice["finish_reason"]?.text { finishReason = reason }
    }
}
