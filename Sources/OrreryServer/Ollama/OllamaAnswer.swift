import Foundation
import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTokenizers

/// An answer in the form of ollama's API: a line for each piece of it, and a last one that says what it took.
struct OllamaAnswer: Sendable {
    let form: OllamaCall.Form
    /// The name by which the client asked.
    let model: String
    let began: ContinuousClock.Instant
    /// What waiting for the model to be in memory took.
    let loading: Duration
    let warnings: [String]

    /// A piece of the answer.
    func piece(_ text: String, probabilities: [JSONValue]? = nil) -> JSONObject {
        var json = head
        switch form {
        case .text: json["response"] = JSONValue(text)
        case .message: json["message"] = ["role": "assistant", "content": JSONValue(text)]
        }
        if let probabilities { json["logprobs"] = .array(probabilities) }
        json["done"] = false
        return json
    }

    /// The end of an answer.
    ///
    /// - Parameters:
    ///   - text: the whole text, where it was not sent in pieces.
    ///   - context: the tokens of the prompt and the text.
    ///   - own: the member `orrery`.
    func last(
        _ text: String, _ reason: String, _ usage: EngineUsage?, context: [TokenID] = [],
        probabilities: [JSONValue]? = nil, own: JSONValue? = nil
    ) -> JSONValue {
        var json = piece(text, probabilities: probabilities)
        json["done"] = true
        json["done_reason"] = JSONValue(reason)
        if form == .text, !context.isEmpty { json["context"] = JSONValue(context.map(Int.init)) }
        if let usage {
            json["total_duration"] = Self.nanoseconds(.now - began)
            json["load_duration"] = Self.nanoseconds(loading)
            json["prompt_eval_count"] = JSONValue(usage.promptTokens)
            json["prompt_eval_duration"] = Self.nanoseconds(.seconds(usage.prefillSeconds))
            json["eval_count"] = JSONValue(usage.completionTokens)
            json["eval_duration"] = Self.nanoseconds(.seconds(usage.decodeSeconds))
        }
        if !warnings.isEmpty { json["warnings"] = JSONValue(warnings) }
        if let own { json["orrery"] = own }
        return .object(json)
    }

    private var head: JSONObject { ["model": JSONValue(model), "created_at": OllamaDetails.time(Date())] }

    static func reason(_ reason: FinishReason?) -> String {
        switch reason {
        case .stop?, nil: "stop"
        case .length?, .cancelled?: "length"
        }
    }

    static func nanoseconds(_ time: Duration) -> JSONValue {
        let (seconds, attoseconds) = time.components
        return JSONValue(Int(clamping: seconds &* 1_000_000_000 &+ attoseconds / 1_000_000_000))
    }
}
