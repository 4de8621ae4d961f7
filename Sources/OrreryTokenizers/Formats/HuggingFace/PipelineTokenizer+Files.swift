import Foundation
import OrreryFiles

extension PipelineTokenizer {
    /// Reads a `tokenizer.json`.
    ///
    /// - Parameters:
    ///   - endOfText: the text of the token that ends a document.
    ///   - configuration: `tokenizer_config.json`, which is written back as it is.
    /// - Throws: `FileError` or `TokenizerError` naming the field and what was expected.
    init(_ root: JSONFields, endOfText: String?, configuration: JSONObject?) throws {
        let model = try SubwordModel(root.fields("model"))
        let numbered = NumberedTokens(
            try (root.objectsIfPresent("added_tokens") ?? []).map { try AddedToken($0) }, count: model.count
        ) { model.id(of: $0.utf8) }
        try self.init(
            normalizer: root.fieldsIfPresent("normalizer").map { try Normalizer($0) },
            preTokenizer: root.fieldsIfPresent("pre_tokenizer").map { try PreTokenizer($0) },
            model: model,
            postProcessor: root.fieldsIfPresent("post_processor").map { try PostProcessor($0) },
            decoder: root.fieldsIfPresent("decoder").map { try PipelineDecoder($0) }, addedTokens: numbered.tokens,
            truncation: root.fieldsIfPresent("truncation").map { try Truncation($0) },
            padding: root.fieldsIfPresent("padding").map { try Padding($0) }, endOfText: endOfText,
            configuration: configuration)
        warnings = (numbered.warnings + warnings + model.warnings + PartTypes.warnings(root)).map {
            "\(root.file): \($0)"
        }
    }

    /// `tokenizer.json` as tokenizers writes it.
    var json: JSONValue {
        [
            "version": "1.0", "truncation": truncation?.json ?? .null, "padding": padding?.json ?? .null,
            "added_tokens": .array(addedTokens.map(\.json)), "normalizer": normalizer?.json ?? .null,
            "pre_tokenizer": preTokenizer?.json ?? .null,
            "post_processor": postProcessor?.json ?? .null, "decoder": decoder?.json ?? .null, "model": model.json,
        ]
    }

    /// `tokenizer.json`, and `tokenizer_config.json` as it was read.
    package func files() throws -> [TokenizerFile] {
        [
            TokenizerFile(name: "tokenizer.json", contents: Data((json.text(.pretty) + "\n").utf8)),
            TokenizerFile(
                name: TokenizerConfiguration.fileName,
                contents: Data((JSONValue.object(configuration ?? plainConfiguration).text(.pretty) + "\n").utf8)),
        ]
    }

    /// What transformers has to know of a tokenizer that was made here.
    private var plainConfiguration: JSONObject {
        var object = JSONObject()
        object["tokenizer_class"] = "PreTrainedTokenizerFast"
        // It would take the space out of "a ." when transformers decodes.
        object["clean_up_tokenization_spaces"] = false
        if let endOfText, let text = spelling(of: endOfText) {
            object["eos_token"] = .string(String(decoding: text, as: UTF8.self))
        }
        return object
    }
}

extension PipelineTokenizer {
    /// Opens a `tokenizer.json` with its whole pipeline, whatever its form; `TokenizerLoader` prefers faster tokenizers
    /// where they give the same.
    ///
    /// - Throws: `TokenizerError` naming the file, the field and what was expected.
    package init(contentsOf path: String) throws {
        let (root, configuration) = try TokenizerError.naming(path) {
            (try JSONFields(contentsOf: path, dialect: .serde), try TokenizerConfiguration(nextTo: path))
        }
        do {
            try self.init(root, endOfText: configuration?.eosToken, configuration: configuration?.object)
        } catch let error as FileError {
            throw TokenizerError(error)
        } catch let error as TokenizerError where !error.namesFile {
            throw TokenizerError.file(path, error.description)
        }
    }
}
