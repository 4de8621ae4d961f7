import Hummingbird
import NIOCore
import OrreryFiles

extension Request {
    /// Reads the body as a JSON object.
    ///
    /// - Throws: `APIError` for a body that is too long, or no JSON object.
    mutating func json(limit: Int) async throws -> RequestFields {
        let buffer: ByteBuffer
        do { buffer = try await collectBody(upTo: limit) } catch is NIOTooManyBytesError {
            throw APIError(
                status: 413, type: "invalid_request_error", code: "body_too_large",
                message: "the body is larger than \(limit) bytes; expected at most that")
        }
        guard buffer.readableBytes > 0 else { throw APIError.invalid(nil, "the body is empty; expected a JSON object") }
        let value: JSONValue
        do {
            value = try buffer.withUnsafeReadableBytes { try JSONValue(parsing: $0, file: "the body") }
        } catch {
            throw APIError.invalid(nil, "\(error)")
        }
        return try RequestFields(value)
    }
}

extension Response {
    /// A response with a JSON body.
    init(json value: JSONValue, status: Int = 200, headers: HTTPFields = [:]) {
        var headers = headers
        headers[.contentType] = "application/json"
        self.init(
            status: HTTPResponse.Status(code: status), headers: headers,
            body: ResponseBody(byteBuffer: ByteBuffer(string: value.text() + "\n")))
    }

    /// A refusal, in the form of the API that was asked.
    init(_ error: APIError, as api: API = .openAI) {
        var headers: HTTPFields = [:]
        if let seconds = error.retryAfter { headers[.retryAfter] = "\(seconds)" }
        let json =
            switch api {
            case .openAI: error.json
            case .anthropic: error.anthropicJSON
            case .ollama: error.ollamaJSON
            }
        self.init(json: json, status: error.status, headers: headers)
    }
}
