import Foundation
import OrreryFiles

extension SentencePieceTokenizer {
    /// `tokenizer.model` and the configuration that says what stands around a text.
    package func files() throws -> [TokenizerFile] {
        [
            TokenizerFile(name: "tokenizer.model", contents: Data(model.encoded)),
            TokenizerFile(name: "tokenizer_config.json", contents: Data((configuration.text(.pretty) + "\n").utf8)),
        ]
    }

    private var configuration: JSONValue {
        var object = JSONObject()
        // transformers has a class for each shape of published model rather than one for the format.
        object["tokenizer_class"] =
            prefixing == .everyPart ? "PreTrainedTokenizerFast" : model.kind == .bpe ? "LlamaTokenizer" : "T5Tokenizer"
        if prefixing != .firstPart { object["legacy"] = true }
        // The marks that T5's class adds are pieces here, where there are any.
        if model.kind != .bpe { object["extra_ids"] = 0 }
        // A mark of structure that is found wherever it stands is a control piece of the model, which says enough.
        if addedTokens.contains(where: { !$0.isSpecial || !$0.isPlain || model.types[Int($0.id)] != .control }) {
            var decoder = JSONObject()
            for token in addedTokens {
                guard case .object(var fields) = token.json else { continue }
                fields["id"] = nil
                decoder[String(token.id)] = .object(fields)
            }
            object["added_tokens_decoder"] = .object(decoder)
        }
        object["add_bos_token"] = JSONValue(!frame.prefix.isEmpty)
        object["add_eos_token"] = JSONValue(!frame.suffix.isEmpty)
        object["clean_up_tokenization_spaces"] = false
        let names: KeyValuePairs = [
            "bos_token": frame.prefix.first, "eos_token": endOfText, "unk_token": roles.unknown,
        ]
        for (name, id) in names { object[name] = id.map { JSONValue(model.pieces.text(of: Int($0))) } }
        return .object(object)
    }
}
