import Foundation
import OrreryFiles
import OrreryHTTP

/// What a server says where it refuses.
enum ServerMessage {
    static func of(_ exchange: HTTPExchange, at base: String) -> String {
        if (300 ... 399).contains(exchange.status), let place = exchange.header("Location") {
            return "it sends on to \(place); give that address"
        }
        let body = (try? exchange.body(limit: 1 << 20)) ?? Data()
        if let text = String(validating: body, as: UTF8.self),
            let json = try? JSONValue(parsing: text, file: "the server's answer"), let message = message(in: json)
        {
            return message
        }
        let said = line(body)
        return said.isEmpty || said.hasPrefix("<") ? "is \(base) the address of an API like OpenAI's?" : said
    }

    /// The message of an error object: OpenAI's `{"error": {"message": ...}}`, ollama's `{"error": ...}`, FastAPI's
    /// `{"detail": ...}`.
    static func message(in json: JSONValue) -> String? {
        let error = json["error"]
        let candidates = [error?["message"], error, json["message"], json["detail"]]
        if let text = candidates.compactMap({ $0?.text }).first { return text }
        guard let error, error != .null else { return nil }
        return error.text(.compact)
    }

    /// The first line of a body, not too long.
    static func line(_ data: Data) -> String {
        let text = String(decoding: data.prefix(400), as: UTF8.self)
        return String(text.split(whereSeparator: \.isNewline).first ?? "").trimmingCharacters(in: .whitespaces)
    }
}
