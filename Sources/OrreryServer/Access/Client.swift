import Foundation
import OrreryEngine
import OrreryGeneration
import Synchronization

/// Who holds a key, what they may use, and what they have used.
final class Client: Sendable {
    let name: String
    let limits: Limits
    private let used = Mutex(Used())

    /// What a client may use.
    struct Limits: Sendable, Equatable {
        /// The requests in a minute; nil for no limit.
        var requestsPerMinute: Int?
        /// The requests at a time; nil for no limit.
        var concurrency: Int?
        /// The tokens in a day, UTC, of prompts and answers; nil for no limit.
        var tokensPerDay: Int?
        /// Requests of clients with a higher number go first.
        var priority = 0
    }

    private struct Used {
        /// The times of the requests of the last minute.
        var recent: [ContinuousClock.Instant] = []
        var running = 0
        var day = 0
        var tokens = 0
    }

    init(name: String, limits: Limits = Limits()) {
        self.name = name
        self.limits = limits
    }

    /// Begins a request, which ends when nobody holds what is returned any more.
    ///
    /// - Throws: `APIError` with status 429 and the time to wait.
    func begin(now: ContinuousClock.Instant = .now, date: Date = Date()) throws -> ClientRequest {
        try used.withLock { used in
            let day = Int(date.timeIntervalSince1970) / 86400
            if used.day != day { (used.day, used.tokens) = (day, 0) }
            if let limit = limits.tokensPerDay, used.tokens >= limit {
                let left = 86400 - Int(date.timeIntervalSince1970) % 86400
                throw Self.refusal("\(name) has used its \(limit) tokens of today", after: left)
            }
            if let limit = limits.concurrency, used.running >= limit {
                throw Self.refusal("\(name) has \(limit) requests running, as many as it may", after: 1)
            }
            if let limit = limits.requestsPerMinute {
                used.recent.removeAll { now - $0 >= .seconds(60) }
                if used.recent.count >= limit, let first = used.recent.first {
                    let left = Int((.seconds(60) - (now - first)).components.seconds) + 1
                    throw Self.refusal("\(name) has made its \(limit) requests of this minute", after: left)
                }
                used.recent.append(now)
            }
            used.running += 1
        }
        return ClientRequest(self)
    }

    fileprivate func end() { used.withLock { $0.running -= 1 } }

    /// Counts tokens.
    func count(tokens: Int) { used.withLock { $0.tokens += tokens } }

    /// The tokens that were counted today.
    var tokensToday: Int { used.withLock { $0.tokens } }

    static func refusal(_ message: String, after seconds: Int) -> APIError {
        APIError(
            status: 429, type: "rate_limit_error", code: "rate_limit_exceeded", message: message,
            retryAfter: max(1, seconds))
    }
}

/// A request of a client: it is running as long as somebody holds it, a stream to its last byte.
final class ClientRequest: Sendable {
    private let client: Client

    fileprivate init(_ client: Client) { self.client = client }

    deinit { client.end() }

    var name: String { client.name }
    var priority: Int { client.limits.priority }

    /// Counts tokens that it has taken.
    func count(tokens: Int) { client.count(tokens: tokens) }

    /// Counts the tokens of a text that was made, as far as the client was told of them.
    func count(_ usage: EngineUsage, countsCompletion: Bool) {
        count(tokens: usage.promptTokens + (countsCompletion ? usage.completionTokens : 0))
    }
}

extension EngineRequest {
    /// A request of a client, in its name and with its priority, with the adapter of the model that it names. What it
    /// takes is counted when it ends, however it does.
    init(
        _ options: GenerationOptions, of client: ClientRequest?, choices: Int = 1, overflow: Overflow = .end,
        usesCache: Bool = true, logProbabilities: Int? = nil, trace: TraceOptions? = nil,
        countsCompletion: Bool = true, by model: TextModel
    ) {
        self.init(
            options, choices: choices, priority: client?.priority ?? 0, tenant: client?.name ?? "",
            overflow: overflow, usesCache: usesCache, logProbabilities: logProbabilities, adapter: model.adapter,
            trace: trace)
        if let client { onEnd = { client.count($0, countsCompletion: countsCompletion) } }
    }
}
