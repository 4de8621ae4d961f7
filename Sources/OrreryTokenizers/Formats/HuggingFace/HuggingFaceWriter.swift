import Foundation
import OrreryFiles

/// The parts of a Hugging Face `tokenizer.json` (format 1.0 of the tokenizers library) that distinguish one kind from
/// another, each a JSON fragment, and the two files made of them.
struct HuggingFaceWriter {
    var normalizer = "null"
    var preTokenizer: String
    var postProcessor = "null"
    var decoder: String
    /// The model's members before the vocabulary, each line ending in a comma.
    var modelHead: [String]
    /// The vocabulary in the order of ids, which need not be all of them.
    var vocabulary: [(piece: String, id: TokenID)]
    /// The model's members after the vocabulary.
    var modelTail: [String]
    var addedTokens: AddedTokens
    var endOfText: TokenID?
    var unknown: TokenID?
    /// The class of transformers that opens the files.
    var className = "PreTrainedTokenizerFast"
    /// What the file said that the tokenizer is from; it is written again instead of the above, but for the vocabulary.
    var parts: HuggingFaceParts?

    func files() -> [TokenizerFile] {
        [
            TokenizerFile(name: "tokenizer.json", contents: Data(tokenizer.utf8)),
            TokenizerFile(name: "tokenizer_config.json", contents: Data(configuration.utf8)),
        ]
    }

    private var tokenizer: String {
        let entries = vocabulary.filter { parts?.addedOnly.contains($0.id) != true }.map {
            "      \(JSONValue($0.piece).text()): \($0.id)"
        }.joined(separator: ",\n")
        let model = (parts?.modelLines ?? modelHead) + ["\"vocab\": {\n\(entries)\n    }"] + modelTail
        return """
            {
              "version": "1.0",
              "truncation": \(parts?.text(of: "truncation") ?? "null"),
              "padding": \(parts?.text(of: "padding") ?? "null"),
              "added_tokens": [\(addedTokens.map { "\n    \($0.json.text())" }.joined(separator: ","))],
              "normalizer": \(parts?.text(of: "normalizer") ?? normalizer),
              "pre_tokenizer": \(parts?.text(of: "pre_tokenizer") ?? preTokenizer),
              "post_processor": \(parts?.text(of: "post_processor") ?? postProcessor),
              "decoder": \(parts?.text(of: "decoder") ?? decoder),
              "model": {
                \(model.joined(separator: ",\n    "))
              }
            }

            """
    }

    /// `clean_up_tokenization_spaces` must be false: it would take the space out of "a ." when transformers decodes.
    private var configuration: String {
        if let configuration = parts?.configuration { return JSONValue.object(configuration).text(.pretty) + "\n" }
        var members = ["\"tokenizer_class\": \"\(className)\"", "\"clean_up_tokenization_spaces\": false"]
        for (name, id) in [("eos_token", endOfText), ("unk_token", unknown)] {
            guard let token = id.flatMap(addedTokens.token(for:)) else { continue }
            members.append("\"\(name)\": \(JSONValue(token.content).text())")
        }
        return "{\n  \(members.joined(separator: ",\n  "))\n}\n"
    }
}
