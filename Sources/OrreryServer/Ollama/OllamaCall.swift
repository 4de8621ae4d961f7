import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTemplates
import OrreryTokenizers

/// What a request to /api/generate or /api/chat asks for.
struct OllamaCall: Sendable {
    /// The answer to a prompt, or the next message of a conversation.
    enum Form: Sendable { case text, message }

    let form: Form
    /// The text to make; nil where the request only loads the model, or lets it go.
    let request: EngineRequest?
    let streams: Bool
    /// Whether the model is let go afterwards: `keep_alive` of 0.
    let letsGo: Bool
    let warnings: [String]
    let includesProbabilities: Bool
    let own: OwnParameters

    /// - Throws: `APIError` that names the parameter and what was expected.
    init(_ fields: RequestFields, _ form: Form, _ model: TextModel, _ chat: ChatModel?, _ client: ClientRequest?) throws
    {
        self.form = form
        try Self.refuse(fields)
        let options = try OllamaOptions(fields, model, chat)
        streams = try fields.bool("stream") ?? true
        letsGo = try OllamaKeepAlive.isZero(fields)
        includesProbabilities = try fields.bool("logprobs") ?? false
        let top = try fields.int("top_logprobs", in: 0 ... 20) ?? 0
        let prompt =
            switch form {
            case .text: try OllamaPrompt.text(fields, model, chat)
            case .message: try OllamaPrompt.conversation(fields, model, chat)
            }
        own = try OwnParameters(fields, model)
        warnings = options.warnings + SamplingParameters.warnings(fields)
        guard let prompt else {
            request = nil
            return
        }
        var stop = options.stop
        if let context = options.context {
            guard prompt.count < context else {
                throw APIError.invalid(
                    "options.num_ctx",
                    "the prompt has \(prompt.count) tokens, and options.num_ctx is \(context); expected a larger one")
            }
            stop.maxTokens = min(stop.maxTokens ?? .max, context - prompt.count)
        }
        request = EngineRequest(
            GenerationOptions(prompt: prompt, sampling: options.sampling, stop: stop), of: client,
            logProbabilities: includesProbabilities ? top : nil, trace: own.trace, by: model)
    }

    /// What is known and cannot be done.
    private static func refuse(_ fields: RequestFields) throws {
        if let format = fields.value("format"), format != "" {
            throw APIError.unsupported("format", "texts are not held to a form here")
        }
        if let think = fields.value("think"), think != false {
            throw APIError.unsupported("think", "what a model thinks is part of its text here; expected false")
        }
        for name in ["images", "tools"] where try fields.array(name)?.isEmpty == false {
            throw APIError.unsupported(
                name, name == "tools" ? "models here are not given tools" : "the models here read text")
        }
        for name in ["suffix", "template"] where try fields.string(name)?.isEmpty == false {
            throw APIError.unsupported(
                name, name == "suffix" ? "texts are continued at their end" : "the model's own template is used")
        }
    }
}

/// ollama's `keep_alive`: seconds, or a text such as 5m. Here a model stays until others need its memory, whatever the
/// time; 0 lets it go as soon as nobody uses it.
enum OllamaKeepAlive {
    static func isZero(_ fields: RequestFields) throws -> Bool {
        let expected = "a number of seconds, or a time such as 5m"
        switch fields.value("keep_alive") {
        case nil: return false
        case .int(let seconds)?: return seconds == 0
        case .double(let seconds)?: return seconds == 0
        case .string(let text)?:
            guard text.wholeMatch(of: /-?(\d+(\.\d+)?(ns|us|µs|ms|s|m|h))+|-?\d+(\.\d+)?/) != nil else {
                throw fields.wrong("keep_alive", expected)
            }
            return !text.contains { ("1" ... "9").contains($0) }
        default: throw fields.wrong("keep_alive", expected)
        }
    }
}
