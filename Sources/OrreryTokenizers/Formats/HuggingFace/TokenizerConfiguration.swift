import OrreryFiles

/// `tokenizer_config.json`, which stands next to a tokenizer's file and says how transformers uses it. What it does not
/// say of tokens, `special_tokens_map.json` may.
package struct TokenizerConfiguration: Sendable {
    static let fileName = "tokenizer_config.json"

    /// The members of tokenizer_config.json, and those of special_tokens_map.json where it does not list the added
    /// tokens.
    let fields: JSONFields
    /// tokenizer_config.json alone, to be written back.
    let object: JSONObject
    /// `chat_template.jinja`, where there is one.
    private let templateFile: String?

    /// The configuration in the folder of `path`; nil if there is none.
    ///
    /// - Throws: `FileError` naming a file that is no JSON object.
    package init?(nextTo path: String) throws {
        func read(_ name: String) throws -> JSONFields? {
            let own = Path.join(Path.parent(path), name)
            return FileStatus(own) == nil ? nil : try JSONFields(contentsOf: own, dialect: .python)
        }
        let configuration = try read(Self.fileName)
        let map = try read("special_tokens_map.json")
        guard let first = configuration ?? map else { return nil }
        var members = first.object
        // As in transformers, the map counts, and counts first, where the configuration does not list the added tokens.
        if configuration != nil, let map, members["added_tokens_decoder"] == nil {
            for (name, value) in map.object.members { members[name] = value }
        }
        fields = try JSONFields(.object(members), file: first.file)
        object = configuration?.object ?? JSONObject()
        let template = Path.join(Path.parent(path), "chat_template.jinja")
        templateFile =
            FileStatus(template) == nil
            ? nil : String(decoding: try WholeFile.read(template, limit: 1 << 20), as: UTF8.self)
    }

    /// `model_type` of the `config.json` in the folder of `path`, which says what opens a tokenizer that names no
    /// class.
    static func modelType(nextTo path: String) -> String? {
        // Whoever reads the model says what is wrong with the file.
        try? JSONFields(contentsOf: Path.join(Path.parent(path), "config.json"), dialect: .python).stringIfPresent(
            "model_type")
    }

    /// The class of transformers without the ending of its fast form; empty where none is named.
    var className: String {
        get throws {
            let name = try fields.stringIfPresent("tokenizer_class") ?? ""
            return name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
        }
    }

    /// The text of a token that is named as a string or as an object with a `content`.
    func content(of name: String) throws -> String? {
        switch fields.object[name] {
        case nil, .null: return nil
        case .string(let content): return content
        case .object(let object):
            if case .string(let content)? = object["content"] { return content }
            fallthrough
        default: throw fields.error(name, expected: "a token's text, or an object with its content")
        }
    }

    // MARK: Tokens by their roles

    package var bosToken: String? { get throws { try content(of: "bos_token") } }
    package var eosToken: String? { get throws { try content(of: "eos_token") } }
    package var unkToken: String? { get throws { try content(of: "unk_token") } }
    package var padToken: String? { get throws { try content(of: "pad_token") } }

    /// Whether transformers' slow tokenizers put the beginning and the end around a text; what `tokenizer.json` says
    /// comes first.
    package var addBOSToken: Bool? { get throws { try fields.boolIfPresent("add_bos_token") } }
    package var addEOSToken: Bool? { get throws { try fields.boolIfPresent("add_eos_token") } }

    /// Whether the file lists the added tokens, even none.
    var hasAddedTokens: Bool { fields.object["added_tokens_decoder"] != nil }

    /// The added tokens by id (`added_tokens_decoder`).
    package var addedTokens: [AddedToken] {
        get throws {
            guard let decoder = try fields.fieldsIfPresent("added_tokens_decoder") else { return [] }
            return try decoder.object.keys.map { key in
                guard let id = Int(key) else { throw decoder.error(key, expected: "an id as the key") }
                return try AddedToken(decoder.fields(key), id: TokenID(clamping: id))
            }.sorted { $0.id < $1.id }
        }
    }

    private static let roles = [
        "bos_token", "eos_token", "unk_token", "sep_token", "pad_token", "cls_token", "mask_token",
    ]

    /// The tokens with a role, each by its flags: the usual roles, then those of the class and of the model
    /// (`image_token`).
    ///
    /// - Parameters:
    ///   - configuration: nil where the files say nothing.
    ///   - defaults: by role, what the class has where the files say nothing.
    ///   - maskTakesSpace: whether a mask token of which only the text is said takes the space before it.
    static func roleTokens(
        of configuration: TokenizerConfiguration?, defaults: [String: String], maskTakesSpace: Bool
    ) throws -> [AddedToken] {
        let members = configuration?.fields.object ?? JSONObject()
        let further = defaults.keys.filter { !roles.contains($0) }.sorted()
        var tokens: [AddedToken] = try (roles + further).compactMap { role in
            let value = members[role] ?? defaults[role].map { .string($0) } ?? .null
            var token =
                try configuration.map { try $0.token(value, role) }
                ?? defaults[role].map { AddedToken(id: AddedToken.unnumbered, content: $0) }
            if maskTakesSpace, role == "mask_token", case .string = value { token?.lstrip = true }
            return token
        }
        guard let configuration else { return tokens }
        for (name, value) in members.members
        where name.hasSuffix("_token") && !roles.contains(name) && !further.contains(name) {
            if case .string = value, let token = try configuration.token(value, name) { tokens.append(token) }
        }
        if case .object(let named)? = members["extra_special_tokens"] {
            tokens += try named.members.compactMap { try configuration.token($0.value, $0.key) }
        }
        return tokens
    }

    /// Marks of structure without a role (`additional_special_tokens`, or the newer `extra_special_tokens` as a list).
    var marksWithoutRole: [AddedToken] {
        get throws {
            try ["extra_special_tokens", "additional_special_tokens"].flatMap { name -> [AddedToken] in
                guard case .array(let tokens)? = fields.object[name] else { return [] }
                return try tokens.compactMap { try token($0, name) }
            }
        }
    }

    /// A special token: its text, or an object with its content and flags; nil for null.
    private func token(_ value: JSONValue, _ name: String) throws -> AddedToken? {
        switch value {
        case .null: return nil
        case .string(let content): return AddedToken(id: AddedToken.unnumbered, content: content)
        case .object(let object):
            let token = try AddedToken(JSONFields(.object(object), file: fields.file), id: AddedToken.unnumbered)
            return AddedToken(token, id: token.id, isSpecial: true)
        default: throw fields.error(name, expected: "a token's text, or an object with its content")
        }
    }

    // MARK: Everything else

    /// The tokens that the model was made for; nil where transformers has written its "very large" number.
    package var modelMaxLength: Int? {
        if case .int(let length)? = fields.object["model_max_length"], length > 0, length < 1 << 40 {
            Int(length)
        } else {
            nil
        }
    }

    /// Whether transformers takes spaces before punctuation out of decoded text. It is not done here: decoded text
    /// would not be the text.
    package var cleansUpTokenizationSpaces: Bool {
        get throws { try fields.boolIfPresent("clean_up_tokenization_spaces") ?? false }
    }

    /// The chat templates by name; one without a name is "default". A `chat_template.jinja` comes before what the
    /// configuration says.
    package var chatTemplates: [String: String] {
        get throws {
            var templates: [String: String] = [:]
            switch fields.object["chat_template"] {
            case nil, .null: break
            case .string(let template): templates["default"] = template
            case .object:
                let named = try fields.fields("chat_template")
                for name in named.object.keys { templates[name] = try named.string(name) }
            default:
                for template in try fields.objectsIfPresent("chat_template") ?? [] {
                    templates[try template.string("name")] = try template.string("template")
                }
            }
            if let templateFile { templates["default"] = templateFile }
            return templates
        }
    }
}
