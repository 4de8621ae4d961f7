import Foundation
import OrreryEngine
import OrreryFiles
import OrreryGeneration

/// What the two forms of completion have in common: how a text and its usage look in JSON.
struct Completion {
    let id: String
    let object: String
    let model: String
    let created: Int
    var warnings: [String]
    let prices: Prices?

    init(prefix: String, object: String, model: String, warnings: [String], prices: Prices?) {
        self.prices = prices
        id = prefix + Self.identifier()
        self.object = object
        self.model = model
        self.warnings = warnings
        created = Int(Date().timeIntervalSince1970)
    }

    /// Letters and digits that nobody else has.
    static func identifier() -> String {
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789")
        return String((0 ..< 24).map { _ in letters.randomElement()! })
    }

    /// The whole response, or one piece of a stream.
    ///
    /// - Parameters:
    ///   - dropped: the tokens that a sliding context has dropped, where they are to be told.
    ///   - own: the member `orrery`.
    func json(
        _ choices: [JSONValue], usage: EngineUsage?, hasUsage: Bool = true, object: String? = nil,
        warns: Bool = true, timings: Bool = false, dropped: Int = 0, own: JSONValue? = nil
    ) -> JSONValue {
        var json: JSONObject = [
            "id": JSONValue(id), "object": JSONValue(object ?? self.object), "created": JSONValue(created),
            "model": JSONValue(model), "choices": .array(choices),
        ]
        if hasUsage { json["usage"] = usage.map { Self.usage($0, prices) } ?? .null }
        if timings, let usage { json["timings"] = Self.timings(usage) }
        var warnings = warns ? warnings : []
        if dropped > 0 {
            warnings.append("context_overflow: \(dropped) tokens were dropped from the middle of the context")
        }
        if !warnings.isEmpty { json["warnings"] = JSONValue(warnings) }
        if let own { json["orrery"] = own }
        return .object(json)
    }

    static func usage(_ usage: EngineUsage, _ prices: Prices?) -> JSONValue {
        var json: JSONObject = [
            "prompt_tokens": JSONValue(usage.promptTokens), "completion_tokens": JSONValue(usage.completionTokens),
            "total_tokens": JSONValue(usage.promptTokens + usage.completionTokens),
            "prompt_tokens_details": ["cached_tokens": JSONValue(usage.cachedTokens)],
            "completion_tokens_details": ["reasoning_tokens": 0],
        ]
        if let prices { json["cost"] = JSONValue(prices.cost(usage)) }
        return .object(json)
    }

    /// llama-server's account of the time.
    static func timings(_ usage: EngineUsage) -> JSONValue {
        let read = usage.promptTokens - usage.cachedTokens
        func rate(_ tokens: Int, _ seconds: Double) -> JSONValue {
            JSONValue(seconds > 0 ? Double(tokens) / seconds : 0)
        }
        return [
            "cache_n": JSONValue(usage.cachedTokens), "prompt_n": JSONValue(read),
            "prompt_ms": JSONValue(usage.prefillSeconds * 1000), "prompt_per_second": rate(read, usage.prefillSeconds),
            "predicted_n": JSONValue(usage.completionTokens), "predicted_ms": JSONValue(usage.decodeSeconds * 1000),
            "predicted_per_second": rate(usage.completionTokens, usage.decodeSeconds),
            "queue_ms": JSONValue(usage.queueSeconds * 1000),
        ]
    }

    static func finishReason(_ reason: FinishReason?) -> JSONValue {
        switch reason {
        case .stop?: "stop"
        case .length?, .cancelled?: "length"
        case nil: .null
        }
    }
}

extension EngineUsage {
    /// What several requests have taken together.
    static func + (a: EngineUsage, b: EngineUsage) -> EngineUsage {
        var sum = a
        sum.promptTokens += b.promptTokens
        sum.cachedTokens += b.cachedTokens
        sum.completionTokens += b.completionTokens
        sum.droppedTokens += b.droppedTokens
        sum.queueSeconds = max(a.queueSeconds, b.queueSeconds)
        sum.prefillSeconds = max(a.prefillSeconds, b.prefillSeconds)
        sum.decodeSeconds = max(a.decodeSeconds, b.decodeSeconds)
        return sum
    }
}
