import OrreryFiles

/// What is put before each text, as `config_sentence_transformers.json` names it: "query: " for questions, say.
package struct SentencePrompts: Sendable {
    /// By name; every model has `query` and `document`, which may be empty.
    package private(set) var texts: NameTable<String> = ["query": "", "document": ""]
    /// Of the prompt that is used where none is asked for.
    package private(set) var defaultName: String?

    init() {}

    init(_ json: JSONFields) throws {
        if let prompts = try json.fieldsIfPresent("prompts") {
            for name in prompts.object.keys { texts[name] = try prompts.stringIfPresent(name) ?? "" }
        }
        defaultName = try json.stringIfPresent("default_prompt_name")
        if let defaultName, texts[defaultName] == nil {
            throw json.error("default_prompt_name", expected: "one of the prompts: \(names)")
        }
    }

    /// The prompt to use. A text goes before a name, and a name before the model's own choice.
    ///
    /// - Throws: `GenerationError` naming the prompts that there are.
    package func prompt(text: String?, name: String?) throws -> String {
        if let text { return text }
        guard let name = name ?? defaultName else { return "" }
        guard let found = texts[name] else { throw GenerationError.promptName(name, known: names) }
        return found
    }

    private var names: String { texts.sorted.map { FileError.oneLine($0.key) }.joined(separator: ", ") }
}
