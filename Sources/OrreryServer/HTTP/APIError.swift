import OrreryEngine
import OrreryFiles
import OrreryGeneration
import OrreryTemplates

/// A refusal as the original APIs give it: a status and an object that says what was wrong.
package struct APIError: Error, CustomStringConvertible {
    /// The status of the response.
    package var status: Int
    /// The kind of error, in OpenAI's words.
    var type: String
    /// The name of the parameter that is wrong.
    var param: String?
    /// A code that programs compare.
    var code: String?
    /// What was wrong and what was expected.
    package var message: String
    /// The seconds after which the request may be tried again.
    package var retryAfter: Int?

    package var description: String { message }

    static func invalid(_ param: String?, _ message: String, code: String? = nil) -> APIError {
        APIError(status: 400, type: "invalid_request_error", param: param, code: code, message: message)
    }

    /// A parameter with a value that cannot be used.
    static func value(_ param: String, _ value: JSONValue, expected: String) -> APIError {
        var text = value.text()
        if text.utf8.count > 80 { text = String(text.prefix(60)) + "..." }
        return invalid(param, "\(param) is \(text); expected \(expected)")
    }

    /// A parameter that is known and not honoured.
    static func unsupported(_ param: String, _ reason: String) -> APIError {
        invalid(param, "\(param) is not supported: \(reason)", code: "unsupported_parameter")
    }

    static func notFound(_ message: String, code: String? = nil, param: String? = nil) -> APIError {
        APIError(status: 404, type: "invalid_request_error", param: param, code: code, message: message)
    }

    static func overloaded(_ message: String, status: Int = 503, after seconds: Int = 1) -> APIError {
        APIError(status: status, type: "server_error", code: "overloaded", message: message, retryAfter: seconds)
    }

    /// What an error of the layers below means to a client.
    init(_ error: any Error) {
        switch error {
        case let error as APIError: self = error
        case let error as EngineError: self = Self.of(error)
        case let error as GenerationError: self = .invalid(nil, Self.inAPITerms(error.description))
        case let error as TemplateError: self = .invalid("messages", "\(error)")
        case let error as FileError: self = .invalid(nil, "\(error)")
        default: self.init(status: 500, type: "server_error", message: "\(error)")
        }
    }

    init(
        status: Int, type: String, param: String? = nil, code: String? = nil, message: String, retryAfter: Int? = nil
    ) {
        self.status = status
        self.type = type
        self.param = param
        self.code = code
        self.message = message
        self.retryAfter = retryAfter
    }

    private static func of(_ error: EngineError) -> APIError {
        switch error.kind {
        case .setting: .invalid(nil, inAPITerms(error.description))
        case .memory: .invalid("max_tokens", inAPITerms(error.description), code: "context_length_exceeded")
        case .queueFull: .overloaded(error.description, status: 429)
        case .deadline: APIError(status: 504, type: "server_error", code: "deadline", message: error.description)
        case .stopped: .overloaded(error.description)
        }
    }

    /// The library's names of settings as the API has them: `topP` becomes top_p.
    private static func inAPITerms(_ text: String) -> String {
        text.split(separator: "`", omittingEmptySubsequences: false).enumerated().map { index, part in
            guard index % 2 == 1 else { return String(part) }
            return part.reduce(into: "") { name, character in
                name += character.isUppercase ? "_" + character.lowercased() : String(character)
            }
        }.joined()
    }

    /// The body of the response.
    var json: JSONValue {
        [
            "error": [
                "message": JSONValue(message), "type": JSONValue(type), "param": JSONValue(param),
                "code": JSONValue(code),
            ]
        ]
    }
}
