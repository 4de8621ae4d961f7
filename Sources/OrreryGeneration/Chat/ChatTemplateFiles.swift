import OrreryFiles
import OrreryTokenizers

/// The chat templates that a model comes with, where Hugging Face and GGUF keep them, and the special tokens that they
/// name.
package struct ChatTemplateFiles: Sendable {
    package struct Named: Sendable {
        /// `default`, or what the publisher calls a further one: `tool_use`, `rag`.
        package let name: String
        package let source: String
        /// Where it was found, for errors.
        package let origin: String
    }

    package private(set) var templates: [Named] = []
    /// `bos_token`, `eos_token` and so on, as the templates know them.
    package private(set) var specialTokens: [String: String] = [:]

    /// Larger than any template.
    private static let limit = 1 << 22
    private static let tokenNames = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// None: the templates of a model that was made in memory.
    init() {}

    /// - Parameter path: a model directory or a GGUF file.
    /// - Throws: `FileError` for a file that is broken; a model without a template is none.
    package init(path: String) throws {
        if FileStatus(path)?.kind == .file { try read(GGUFFile(path: path), path) } else { try read(directory: path) }
    }

    /// The template of a name; without a name the one for tools if tools are given, else the default, else the only
    /// one.
    package func template(named name: String? = nil, withTools: Bool = false) -> Named? {
        if let name { return templates.first { $0.name.utf8.elementsEqual(name.utf8) } }
        if withTools, let found = templates.first(where: { $0.name == "tool_use" }) { return found }
        return templates.first { $0.name == "default" } ?? (templates.count == 1 ? templates[0] : nil)
    }

    private mutating func add(_ name: String, _ source: String, _ origin: String) {
        templates.removeAll { $0.name.utf8.elementsEqual(name.utf8) }
        templates.append(Named(name: name, source: source, origin: origin))
    }

    // MARK: Directories

    private mutating func read(directory: String) throws {
        for name in ["special_tokens_map.json", "tokenizer_config.json"] {
            let path = Path.join(directory, name)
            guard FileStatus(path) != nil else { continue }
            let config = try JSONFields(contentsOf: path, dialect: .python)
            for token in Self.tokenNames { if let text = try Self.token(config, token) { specialTokens[token] = text } }
            if name == "tokenizer_config.json" { try readTemplates(config, path) }
        }
        // Where there are files of their own, the field counts for nothing, as in transformers.
        let fields = templates
        templates = []
        for folder in ["chat_templates", "additional_chat_templates"] {
            try readTemplates(folder: Path.join(directory, folder))
        }
        let file = Path.join(directory, "chat_template.jinja")
        if FileStatus(file) != nil { add("default", try Self.text(file), file) }
        if templates.isEmpty { templates = fields }
        // That of a processor, which a model has that sees images too.
        let processor = Path.join(directory, "chat_template.json")
        if templates.isEmpty, FileStatus(processor) != nil {
            try readTemplates(JSONFields(contentsOf: processor, dialect: .python), processor)
        }
    }

    /// One template, several by name, or a list of such with their names.
    private mutating func readTemplates(_ config: JSONFields, _ path: String) throws {
        let key = "chat_template", origin = "\(path): \(key)"
        switch config.object[key] {
        case nil, .null?: break
        case .string(let source)?: add("default", source, origin)
        case .object?:
            let named = try config.fields(key)
            for name in named.object.keys { add(name, try named.string(name), "\(origin) \(FileError.quoted(name))") }
        case .array?:
            for named in try config.objectsIfPresent(key) ?? [] {
                let name = try named.string("name")
                add(name, try named.string("template"), "\(origin) \(FileError.quoted(name))")
            }
        default: throw config.error(key, expected: "a template, or several by name")
        }
    }

    private mutating func readTemplates(folder: String) throws {
        guard FileStatus(folder)?.kind == .directory else { return }
        for name in try Directory.names(in: folder).sorted() where name.hasSuffix(".jinja") {
            let path = Path.join(folder, name)
            add(String(name.dropLast(".jinja".count)), try Self.text(path), path)
        }
    }

    private static func text(_ path: String) throws -> String {
        String(decoding: try WholeFile.read(path, limit: limit), as: UTF8.self)
    }

    /// A token is a string, or an object with its content.
    private static func token(_ config: JSONFields, _ key: String) throws -> String? {
        if case .object? = config.object[key] { return try config.fields(key).string("content") }
        return try config.stringIfPresent(key)
    }

    // MARK: GGUF

    private mutating func read(_ file: GGUFFile, _ path: String) throws {
        for pair in file.metadata.pairs {
            let prefix = "tokenizer.chat_template"
            guard pair.key.hasPrefix(prefix), let source = pair.value.string else { continue }
            if pair.key == prefix { add("default", source, "\(path): \(prefix)") }
            if pair.key.hasPrefix(prefix + ".") {
                add(String(pair.key.dropFirst(prefix.count + 1)), source, "\(path): \(pair.key)")
            }
        }
        guard let pieces = file.metadata["tokenizer.ggml.tokens"]?.array?.stringBytes() else { return }
        for (token, key) in [
            ("bos_token", "bos"), ("eos_token", "eos"), ("unk_token", "unknown"), ("pad_token", "padding"),
            ("sep_token", "seperator"),
        ] {
            guard let id = file.metadata["tokenizer.ggml.\(key)_token_id"]?.int, pieces.indices.contains(id) else {
                continue
            }
            specialTokens[token] = String(decoding: pieces[id], as: UTF8.self)
        }
    }
}
