import Foundation
import OrreryFiles

/// What a model directory says besides `tokenizer.json`, from the keys of a GGUF file.
extension GGUFTokenizer {
    /// `tokenizer_config.json`: the tokens with a role, and the chat template.
    func configuration(className: String = "PreTrainedTokenizerFast") -> JSONObject {
        var object = JSONObject()
        object["tokenizer_class"] = .string(className)
        // It would take the space out of "a ." when transformers decodes.
        object["clean_up_tokenization_spaces"] = .bool(vocabulary.kind == .bert && vocabulary.settings.cleansSpaces)
        let special = vocabulary.special
        let roles = [
            ("bos_token", vocabulary.kind == .bert ? nil : special.beginOfText),
            ("eos_token", vocabulary.kind == .bert ? nil : special.endOfText),
            ("unk_token", special.unknown), ("sep_token", special.separator), ("pad_token", special.padding),
            ("mask_token", special.mask),
            ("cls_token", vocabulary.kind == .bert ? special.beginOfText : nil),
        ]
        for (name, id) in roles {
            if let id, addedTokens.token(for: id) != nil { object[name] = .string(vocabulary.tokens.text(of: Int(id))) }
        }
        let templates = vocabulary.chatTemplates
        if templates.count == 1, templates[0].name == "default" {
            object["chat_template"] = .string(templates[0].source)
        } else if !templates.isEmpty {
            object["chat_template"] = .array(
                templates.map { ["name": .string($0.name), "template": .string($0.source)] })
        }
        return object
    }

    /// `generation_config.json`: every token that ends a text, the tokenizer's own first.
    package func generationConfiguration() -> TokenizerFile {
        var object = JSONObject()
        if let begin = vocabulary.special.beginOfText { object["bos_token_id"] = .int(Int64(begin)) }
        let ends = (endOfText.map { [$0] } ?? []) + endTokens.subtracting(endOfText.map { [$0] } ?? []).sorted()
        if ends.count == 1 { object["eos_token_id"] = .int(Int64(ends[0])) }
        if ends.count > 1 { object["eos_token_id"] = .array(ends.map { .int(Int64($0)) }) }
        if let padding = vocabulary.special.padding { object["pad_token_id"] = .int(Int64(padding)) }
        return TokenizerFile(
            name: "generation_config.json", contents: Data((JSONValue.object(object).text(.pretty) + "\n").utf8))
    }
}

extension TemplateProcessing {
    /// The tokens of a frame around one text and around each of two.
    init(framing frame: (prefix: [TokenID], suffix: [TokenID]), _ name: (TokenID) -> String) throws {
        func special(_ ids: [TokenID], _ type: Int) -> [JSONValue] {
            ids.map { ["SpecialToken": ["id": .string(name($0)), "type_id": JSONValue(type)]] }
        }
        func text(_ name: String, _ type: Int) -> [JSONValue] {
            [["Sequence": ["id": .string(name), "type_id": JSONValue(type)]]]
        }
        var tokens = JSONObject()
        for id in frame.prefix + frame.suffix {
            tokens[name(id)] = ["id": .string(name(id)), "ids": [.int(Int64(id))], "tokens": [.string(name(id))]]
        }
        var object = JSONObject()
        object["type"] = "TemplateProcessing"
        object["single"] = .array(special(frame.prefix, 0) + text("A", 0) + special(frame.suffix, 0))
        let first = special(frame.prefix, 0) + text("A", 0) + special(frame.suffix, 0)
        object["pair"] = .array(first + special(frame.prefix, 1) + text("B", 1) + special(frame.suffix, 1))
        object["special_tokens"] = .object(tokens)
        try self.init(JSONFields(.object(object), file: "the frame"))
    }
}
