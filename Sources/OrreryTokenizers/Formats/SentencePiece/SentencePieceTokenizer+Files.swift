import Foundation
import OrreryFiles

extension SentencePieceTokenizer {
    /// `tokenizer.model` and the configuration that says what stands around a text.
    public func files() throws -> [TokenizerFile] {
        [
            TokenizerFile(name: "tokenizer.model", contents: Data(model.encoded)),
            TokenizerFile(name: "tokenizer_config.json", contents: Data((configuration.text(.pretty) + "\n").utf8)),
        ]
    }

    private var configuration: JSONValue {
        var object = JSONObject()
        // transformers has a class for each shape of published model rather than one for the format.
        object["tokenizer_class"] = model.kind == .bpe ? "LlamaTokenizer" : "T5Tokenizer"
        object["add_bos_token"] = JSONValue(!frame.prefix.isEmpty)
        object["add_eos_token"] = JSONValue(!frame.suffix.isEmpty)
        object["clean_up_tokenization_spaces"] = false
        let names: KeyValuePairs = ["bos_token": frame.prefix.first, "eos_token": endOfText, "unk_token": roles.unknown]
        for (name, id) in names { object[name] = id.map { JSONValue(model.pieces.text(of: Int($0))) } }
        return .object(object)
    }
}
