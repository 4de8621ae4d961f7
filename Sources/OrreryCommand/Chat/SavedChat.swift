import OrreryFiles
import OrreryGeneration
import OrreryTemplates

/// A conversation in a file, as `/save` writes it and `/load` reads it (docs/chat.md).
package struct SavedChat {
    /// What the file says it is.
    package static let format = "orrery chat"
    private static let version = 1
    private static let largestFile = 64 << 20

    package var model: String
    package var conversation: Conversation
    /// What decided about the answers besides the conversation.
    package var options: JSONObject

    package init(model: String, conversation: Conversation, options: JSONObject) {
        self.model = model
        self.conversation = conversation
        self.options = options
    }

    // MARK: Writing

    private var json: JSONObject {
        var json: JSONObject = [
            "format": JSONValue(Self.format), "version": JSONValue(Self.version), "model": JSONValue(model),
            "system": JSONValue(conversation.system), "messages": .array(conversation.messages.map(\.json)),
        ]
        if !conversation.continued.isEmpty { json["text"] = JSONValue(conversation.continued) }
        json["answers"] = JSONValue(Int(clamping: conversation.answers))
        json["options"] = .object(options)
        return json
    }

    /// Writes the file, whole or not at all.
    ///
    /// - Parameter overwrite: whether a file that is there may be replaced.
    /// - Throws: `FileError`.
    package func write(to path: String, overwrite: Bool) throws {
        try OutputGuard(overwrite: overwrite).require(path)
        try AtomicFile.write(JSONValue.object(json).text(.pretty) + "\n", to: path)
    }

    // MARK: Reading

    /// - Throws: `FileError` that names the file, the field, and what was expected there.
    package init(contentsOf path: String) throws {
        let bytes = try WholeFile.read(path, limit: Self.largestFile)
        let value = try bytes.withUnsafeBytes { try JSONValue(parsing: $0, file: path) }
        let fields = try JSONFields(value, file: path)
        guard try fields.string("format") == Self.format else {
            throw fields.error("format", expected: "\"\(Self.format)\"", advice: "name a file that /save has written")
        }
        guard try fields.int("version") == Self.version else {
            throw fields.error("version", expected: "\(Self.version)", advice: "a newer orrery may read it")
        }
        model = try fields.string("model")
        conversation = Conversation(system: try fields.stringIfPresent("system"))
        conversation.messages = try Self.messages(fields)
        conversation.continued = try fields.stringIfPresent("text") ?? ""
        conversation.answers = UInt64(try fields.int("answers", in: 0 ... .max))
        options = try fields.fieldsIfPresent("options")?.object ?? JSONObject()
    }

    private static func messages(_ fields: JSONFields) throws -> [ChatMessage] {
        guard let messages = try fields.objectsIfPresent("messages") else {
            throw fields.error("messages", expected: "an array of messages")
        }
        guard messages.count.isMultiple(of: 2) else {
            throw fields.error("messages", expected: "an answer after each message, found \(messages.count) in all")
        }
        return try messages.enumerated().map { index, message in
            let role = index.isMultiple(of: 2) ? "user" : "assistant"
            guard try message.string("role") == role else { throw message.error("role", expected: "\"\(role)\"") }
            return ChatMessage(role: role, try message.string("content"))
        }
    }

    /// What differs from a chat that continues it: texts such as `model a.gguf, here b.gguf`.
    package func differences(from source: any AnswerSource) -> [String] {
        var found = model == source.modelName ? [] : ["the model (\(model), here \(source.modelName))"]
        func compare(_ saved: JSONObject, _ here: JSONObject) {
            for (key, value) in saved.members {
                guard let other = here[key] else { continue }
                if case .object(let inner) = value, case .object(let otherInner) = other {
                    compare(inner, otherInner)
                } else if value != other {
                    found.append("\(key) (\(value.text(.compact)), here \(other.text(.compact)))")
                }
            }
        }
        compare(options, source.options)
        return found
    }
}
