import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryStore
import OrreryTemplates
import OrreryTokenizers

/// What a request to /v1/responses asks for.
struct ResponseCall: Sendable {
    let parameters: ResponseParameters
    let request: EngineRequest
    let streams: Bool
    let instructions: String?
    let context: ResponseHistory.Context
    /// The items that the request brings.
    let input: [StoredItem]
    let warnings: [String]
    let own: OwnParameters

    init(
        _ fields: RequestFields, _ model: TextModel, _ chat: ChatModel, _ history: ResponseHistory,
        _ client: ClientRequest?
    ) async throws {
        let parameters = try ResponseParameters(fields)
        let sampling = try SamplingParameters(
            fields, model, chat, maxTokens: ["max_output_tokens"], defaultMaxTokens: nil)
        instructions = try fields.string("instructions")
        let read = try InputItem.read(fields, "input")
        context = try await history.context(fields)
        input = try await history.resolve(read, in: context)
        let prompt = try Self.prompt(
            context.items + input, instructions: instructions, chat, truncates: parameters.truncates,
            answer: sampling.stop.maxTokens)
        self.parameters = parameters
        streams = sampling.streams
        own = try OwnParameters(fields, model)
        warnings =
            parameters.warnings + (prompt.warning.map { [$0] } ?? []) + SamplingParameters.warnings(fields)
        request = EngineRequest(
            GenerationOptions(prompt: prompt.tokens, sampling: sampling.sampling, stop: sampling.stop),
            of: client, usesCache: sampling.usesCache,
            logProbabilities: parameters.logProbabilities, trace: own.trace, by: model)
    }

    // MARK: The prompt

    /// A conversation's tokens.
    ///
    /// - Parameters:
    ///   - truncates: whether the oldest turns are dropped where the context is too short; else that is an error.
    ///   - answer: the most tokens of the answer; nil for no limit.
    static func prompt(
        _ items: [StoredItem], instructions: String?, _ chat: ChatModel, truncates: Bool, answer: Int?
    ) throws -> (tokens: [TokenID], warning: String?) {
        let messages = try ItemMessages.messages(
            items, instructions: instructions, knowsDeveloper: chat.knowsDeveloper)
        if messages.isEmpty {
            throw APIError.invalid(
                "input", "input is missing; expected a string or an array of items", code: "missing_required_parameter")
        }
        let length = chat.model.contextLength
        let (tokens, dropped) =
            truncates
            ? try PromptTruncation.tokens(messages, chat, answer: answer) : (try chat.promptTokens(messages), 0)
        let warning = dropped > 0 ? "truncation: the oldest \(dropped) messages were dropped" : nil
        guard tokens.count < length else {
            throw APIError.invalid(
                "input",
                "the conversation has \(tokens.count) tokens, and the model's context \(length); "
                    + (truncates ? "expected a shorter last turn" : "expected fewer, or truncation: \"auto\""),
                code: "context_length_exceeded")
        }
        return (tokens, warning)
    }
}
