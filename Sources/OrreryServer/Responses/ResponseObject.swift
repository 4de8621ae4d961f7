import Foundation
import OrreryEngine
import OrreryFiles

/// The response object, whose state changes while it is made.
struct ResponseObject: Sendable {
    let id = "resp_" + Completion.identifier()
    private let created = Int(Date().timeIntervalSince1970)
    private let fixed: JSONObject
    private let prices: Prices?

    /// - Parameters:
    ///   - call: what was asked for.
    ///   - model: the model that answers, by name.
    ///   - warnings: what was known and had no effect.
    ///   - prices: what tokens cost.
    init(_ call: ResponseCall, model: String, warnings: [String], prices: Prices?) {
        self.prices = prices
        let parameters = call.parameters, options = call.request.options
        var json: JSONObject = [
            "model": JSONValue(model), "instructions": JSONValue(call.instructions),
            "previous_response_id": JSONValue(call.context.previous),
            "conversation": call.context.conversation.map { ["id": JSONValue($0)] } ?? .null,
            "max_output_tokens": JSONValue(options.stop.maxTokens),
            "temperature": JSONValue(options.sampling.temperature), "top_p": JSONValue(options.sampling.topP),
            "top_logprobs": JSONValue(parameters.logProbabilities ?? 0),
            "truncation": parameters.truncates ? "auto" : "disabled", "store": JSONValue(parameters.stores),
            "background": false, "service_tier": "default", "metadata": parameters.metadata,
        ]
        for member in parameters.echoed.members { json[member.key] = member.value }
        if !warnings.isEmpty { json["warnings"] = JSONValue(warnings) }
        fixed = json
    }

    /// How a response stands.
    enum State {
        case inProgress
        case completed(EngineUsage)
        case incomplete(EngineUsage)
        case failed(APIError)
    }

    func json(_ state: State, output: [JSONValue] = []) -> JSONObject {
        var json: JSONObject = [
            "id": JSONValue(id), "object": "response", "created_at": JSONValue(created), "status": "in_progress",
            "completed_at": .null, "error": .null, "incomplete_details": .null, "output": .array(output),
            "usage": .null,
        ]
        switch state {
        case .inProgress: break
        case .completed(let usage):
            json["status"] = "completed"
            json["completed_at"] = JSONValue(Int(Date().timeIntervalSince1970))
            json["usage"] = self.usage(usage)
        case .incomplete(let usage):
            json["status"] = "incomplete"
            json["incomplete_details"] = ["reason": "max_output_tokens"]
            json["usage"] = self.usage(usage)
        case .failed(let error):
            json["status"] = "failed"
            json["error"] = ["code": JSONValue(Self.code(error)), "message": JSONValue(error.message)]
        }
        for member in fixed.members { json[member.key] = member.value }
        return json
    }

    private func usage(_ usage: EngineUsage) -> JSONValue {
        var json: JSONObject = [
            "input_tokens": JSONValue(usage.promptTokens),
            "input_tokens_details": [
                "cached_tokens": JSONValue(usage.cachedTokens),
                "cache_write_tokens": JSONValue(usage.promptTokens - usage.cachedTokens),
            ],
            "output_tokens": JSONValue(usage.completionTokens), "output_tokens_details": ["reasoning_tokens": 0],
            "total_tokens": JSONValue(usage.promptTokens + usage.completionTokens),
        ]
        if let prices { json["cost"] = JSONValue(prices.cost(usage)) }
        return .object(json)
    }

    private static func code(_ error: APIError) -> String {
        switch error.status {
        case 429: "rate_limit_exceeded"
        case 400 ..< 500: "invalid_prompt"
        default: "server_error"
        }
    }
}
