import OrreryClient
import OrreryFiles
import OrreryGeneration
import OrreryTemplates

/// Answers of a server that speaks OpenAI's chat completions.
final class ServerAnswers: AnswerSource {
    let modelName: String
    let maxTokens: Int
    let contextLength: Int?
    private let server: ChatServer
    /// What the user asks for besides the conversation; everything else is the server's to decide.
    private let fields: JSONObject
    private let seed: UInt64?

    /// - Parameters:
    ///   - name: the model; nil takes the one that the server has.
    ///   - fields: what the user asks for, by the names of the API.
    ///   - seed: nil leaves it to the server.
    /// - Throws: `ChatServerError`, also where the server has several models and none is named.
    init(
        _ server: ChatServer, name: String?, maxTokens: Int, fields: JSONObject, seed: UInt64?,
        isStopped: @escaping () -> Bool
    ) throws {
        self.server = server
        self.maxTokens = maxTokens
        self.fields = fields
        self.seed = seed
        let models: [ChatServer.Model]
        do { models = try server.models(isCancelled: isStopped) } catch let error as ChatServerError {
            // Who names a model needs no list, which some servers do not have.
            guard name != nil, case .refused(404) = error.kind else { throw error }
            models = []
        }
        guard let chosen = name ?? (models.count == 1 ? models[0].name : nil) else {
            let names = models.prefix(20).map(\.name).joined(separator: ", ")
            throw InputError(
                models.isEmpty
                    ? "\(server.base): the server names no model; expected one with --model NAME"
                    : "\(server.base): the server has several models; expected --model NAME with one of \(names)")
        }
        modelName = chosen
        contextLength = models.first { $0.name == chosen }?.contextLength
    }

    var title: String { "\(modelName) at \(server.base)" }
    var isChat: Bool { true }
    var isGreedy: Bool { fields["temperature"] == .double(0) }
    var options: JSONObject {
        var sampling = fields
        if let seed { sampling["seed"] = .seed(seed) }
        return ["max_tokens": JSONValue(maxTokens), "sampling": .object(sampling)]
    }

    func answer(
        to text: String, after conversation: Conversation, isStopped: @escaping () -> Bool
    ) throws -> any Answer {
        var request: JSONObject = ["model": JSONValue(modelName)]
        let messages = conversation.allMessages + [ChatMessage(role: "user", text)]
        request["messages"] = .array(messages.map(\.json))
        request["max_tokens"] = JSONValue(maxTokens)
        for (key, value) in fields.members { request[key] = value }
        // Each answer has random numbers of its own, as with a model in this process.
        if let seed { request["seed"] = .int(Int64(truncatingIfNeeded: (seed &+ conversation.answers) & 0x7FFF_FFFF)) }
        return ServerAnswer(try server.complete(request, isCancelled: isStopped))
    }

    func tokenCount(of conversation: Conversation) throws -> Int? { nil }
}

/// An answer that comes from a server.
final class ServerAnswer: Answer {
    private let stream: CompletionStream

    init(_ stream: CompletionStream) { self.stream = stream }

    deinit { stream.cancel() }

    var usage: AnswerUsage {
        AnswerUsage(
            promptTokens: stream.usage.promptTokens, cachedTokens: stream.usage.cachedTokens,
            completionTokens: stream.usage.completionTokens)
    }
    var finishReason: String? { stream.finishReason }
    var reading: (done: Int, total: Int)? { nil }

    func next() throws -> AnswerPart? {
        switch try stream.read() {
        case .text(let text)?: .text(text)
        case .reasoning(let text)?: .reasoning(text)
        case nil: nil
        }
    }

    func cancel() { stream.cancel() }
}

extension ChatMessage {
    /// A message of text in OpenAI's form.
    var json: JSONValue {
        guard case .text(let text)? = content else { return ["role": JSONValue(role)] }
        return ["role": JSONValue(role), "content": JSONValue(text)]
    }
}
