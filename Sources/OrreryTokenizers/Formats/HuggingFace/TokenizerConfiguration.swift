import OrreryFiles

/// `tokenizer_config.json`, which stands beside a tokenizer's file and says how transformers uses it.
struct TokenizerConfiguration {
    static let fileName = "tokenizer_config.json"

    let fields: JSONFields

    /// The configuration in the folder of `path`; nil if there is none.
    init?(beside path: String) throws {
        let own = Path.join(Path.parent(path), Self.fileName)
        guard FileStatus(own) != nil else { return nil }
        fields = try JSONFields(contentsOf: own)
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

    /// What transformers puts around a text of a SentencePiece model: the class says, unless a field does.
    func sentencePieceFrame(of model: SentencePieceModel) throws -> (prefix: [TokenID], suffix: [TokenID]) {
        let name = try fields.stringIfPresent("tokenizer_class") ?? ""
        let begins = try fields.boolIfPresent("add_bos_token") ?? name.hasPrefix("Llama")
        let ends = try fields.boolIfPresent("add_eos_token") ?? name.hasPrefix("T5")
        func id(_ name: String, _ usual: String) throws -> TokenID {
            let content = try content(of: name) ?? usual
            guard let id = model.pieces.firstIndex(where: { $0.elementsEqual(content.utf8) }) else {
                throw fields.error(name, expected: "a piece of the model")
            }
            return TokenID(id)
        }
        return (begins ? [try id("bos_token", "<s>")] : [], ends ? [try id("eos_token", "</s>")] : [])
    }
}
