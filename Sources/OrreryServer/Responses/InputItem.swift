import OrreryFiles
import OrreryStore

/// An item of a request's `input`, or of a conversation, in the one form in which it is kept and given back.
enum InputItem {
    /// An item that stands in the request.
    case item(StoredItem)
    /// The identifier of one that was stored.
    case reference(String, path: String)

    /// The input of a request: a text, or a list of items.
    ///
    /// - Throws: `APIError` that names the item and what is wrong with it.
    static func read(_ fields: RequestFields, _ key: String) throws -> [InputItem] {
        switch fields.value(key) {
        case nil: return []
        case .string(let text)?: return [.item(message(role: "user", [textPart("input_text", text)]))]
        case .array(let values)?:
            return try values.enumerated().map { index, value in
                try InputItem(RequestFields(value, path: fields.name("\(key)[\(index)]")))
            }
        default: throw fields.wrong(key, "a string or an array of items")
        }
    }

    init(_ fields: RequestFields) throws {
        let isMessage = fields.object["role"] != nil
        switch try fields.string("type") ?? (isMessage ? "message" : "item_reference") {
        case "message": self = .item(try Self.message(fields))
        case "item_reference":
            guard let id = try fields.string("id") else {
                throw fields.missing("id", "the identifier of a stored item, or a message with role and content")
            }
            self = .reference(id, path: fields.name("id"))
        case "function_call": self = .item(try Self.call(fields))
        case "function_call_output": self = .item(try Self.callOutput(fields))
        case "reasoning": self = .item(try Self.reasoning(fields))
        case let type:
            throw APIError.unsupported(
                fields.name("type"),
                "found \(type); expected message, item_reference, function_call, function_call_output or reasoning")
        }
    }

    // MARK: Messages

    private static let roles = "user, assistant, system or developer"

    private static func message(_ fields: RequestFields) throws -> StoredItem {
        guard let role = try fields.string("role") else { throw fields.missing("role", roles) }
        guard ["user", "assistant", "system", "developer"].contains(role) else { throw fields.wrong("role", roles) }
        let type = role == "assistant" ? "output_text" : "input_text"
        guard let texts = try texts(fields, "content") else {
            throw fields.missing("content", "a string or an array of parts")
        }
        let parts = texts.map {
            $0.isRefusal ? ["type": "refusal", "refusal": JSONValue($0.text)] : textPart(type, $0.text)
        }
        return message(role: role, parts, id: try fields.string("id"), status: try status(fields))
    }

    /// A part of a message.
    static func textPart(_ type: String, _ text: String) -> JSONValue {
        var part: JSONObject = ["type": JSONValue(type), "text": JSONValue(text)]
        if type == "output_text" {
            part["annotations"] = []
            part["logprobs"] = []
        }
        return .object(part)
    }

    /// A message with its parts.
    static func message(
        role: String, _ parts: [JSONValue], id: String? = nil, status: String = "completed"
    ) -> StoredItem {
        item("message", "msg_", id, ["status": JSONValue(status), "role": JSONValue(role), "content": .array(parts)])
    }

    private static func item(_ type: String, _ prefix: String, _ id: String?, _ members: JSONObject) -> StoredItem {
        let id = id.flatMap { $0.isEmpty ? nil : $0 } ?? prefix + Completion.identifier()
        var json: JSONObject = ["type": JSONValue(type), "id": JSONValue(id)]
        for member in members.members { json[member.key] = member.value }
        return StoredItem(id: id, json: .object(json))
    }

    private static func status(_ fields: RequestFields) throws -> String {
        guard let status = try fields.string("status") else { return "completed" }
        let known = ["completed", "incomplete", "in_progress"]
        guard known.contains(status) else { throw fields.wrong("status", known.joined(separator: ", ")) }
        return status
    }

    /// A string, or the texts of all parts.
    private static func texts(_ fields: RequestFields, _ key: String) throws -> [(text: String, isRefusal: Bool)]? {
        switch fields.value(key) {
        case nil: return nil
        case .string(let text)?: return [(text, false)]
        case .array(let parts)?:
            return try parts.enumerated().map { index, part in
                let part = try RequestFields(part, path: fields.name("\(key)[\(index)]"))
                let type = try part.string("type") ?? "input_text"
                let known = ["input_text", "output_text", "text", "summary_text", "reasoning_text", "refusal"]
                guard known.contains(type) else {
                    throw APIError.unsupported(part.name("type"), "found \(type), and the models here read text")
                }
                let field = type == "refusal" ? "refusal" : "text"
                guard let text = try part.string(field) else { throw part.missing(field, "a string") }
                return (text, type == "refusal")
            }
        default: throw fields.wrong(key, "a string or an array of parts")
        }
    }

    // MARK: Calls and reasoning

    private static func call(_ fields: RequestFields) throws -> StoredItem {
        guard let call = try fields.string("call_id") else { throw fields.missing("call_id", "a string") }
        guard let name = try fields.string("name") else { throw fields.missing("name", "a string") }
        guard let arguments = try fields.string("arguments") else {
            throw fields.missing("arguments", "a string of JSON")
        }
        do { _ = try JSONValue(parsing: arguments, file: fields.name("arguments")) } catch {
            throw APIError.invalid(fields.name("arguments"), "\(error)")
        }
        return item(
            "function_call", "fc_", try fields.string("id"),
            [
                "call_id": JSONValue(call), "name": JSONValue(name), "arguments": JSONValue(arguments),
                "status": JSONValue(try status(fields)),
            ])
    }

    private static func callOutput(_ fields: RequestFields) throws -> StoredItem {
        guard let call = try fields.string("call_id") else { throw fields.missing("call_id", "a string") }
        guard let texts = try texts(fields, "output") else {
            throw fields.missing("output", "a string or an array of parts")
        }
        return item(
            "function_call_output", "fco_", try fields.string("id"),
            [
                "call_id": JSONValue(call), "output": JSONValue(texts.map(\.text).joined(separator: "\n")),
                "status": JSONValue(try status(fields)),
            ])
    }

    private static func reasoning(_ fields: RequestFields) throws -> StoredItem {
        func parts(_ key: String, _ type: String) throws -> JSONValue {
            .array(try texts(fields, key)?.map { ["type": JSONValue(type), "text": JSONValue($0.text)] } ?? [])
        }
        var members: JSONObject = [
            "summary": try parts("summary", "summary_text"), "content": try parts("content", "reasoning_text"),
            "status": JSONValue(try status(fields)),
        ]
        // It comes from another server, and goes back to the client as it is.
        if let text = try fields.string("encrypted_content") { members["encrypted_content"] = JSONValue(text) }
        return item("reasoning", "rs_", try fields.string("id"), members)
    }
}
