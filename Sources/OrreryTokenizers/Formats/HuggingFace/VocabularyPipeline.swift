import OrreryFiles

/// `vocab.json` with `merges.txt`, or `vocab.txt`, as the `tokenizer.json` that transformers makes of it and of the files next to it: the class of
/// `tokenizer_config.json` says what stands around the vocabulary.
///
/// Source: transformers 5.24, `models/gpt2`, `models/qwen2`, `models/roberta`, `models/gpt_neox`, `models/bert`.
struct VocabularyPipeline {
    let path: String
    let configuration: TokenizerConfiguration?
    /// How many tokens the model has rows for, if that is known.
    let rows: Int?

    /// The class without the ending of its fast form.
    private func className() throws -> String {
        let name = try configuration?.fields.stringIfPresent("tokenizer_class") ?? ""
        return name.hasSuffix("Fast") ? String(name.dropLast(4)) : name
    }

    /// - Parameter postProcessor: what puts tokens around a text, from the ids of tokens by their texts.
    private func tokenizer(
        model: JSONObject, vocabulary: JSONObject, parts: JSONObject, defaults: [String: String], postProcessor: ((String) -> TokenID?) throws -> JSONValue
    ) throws -> (any Tokenizer, [String]) {
        func own(_ text: String) -> TokenID? { if case .int(let id)? = vocabulary[text] { TokenID(exactly: id) } else { nil } }
        let listed = try FurtherTokens(beside: path, configuration, defaults: configuration == nil ? defaults.filter { own($0.value) != nil } : defaults)
        let further = listed.numbered(size: vocabulary.count, rows: rows, id: own)
        let all = (further.known + further.tokens).sorted { $0.id < $1.id }
        var root = parts
        root["version"] = "1.0"
        root["added_tokens"] = .array(all.map(\.json))
        root["post_processor"] = try postProcessor { text in all.first { $0.content.utf8.elementsEqual(text.utf8) }?.id ?? own(text) }
        root["model"] = .object(model)
        let ends = try JSONFields(.object(root), file: path)
        let tokenizer = try TokenizerError.naming(path) { try HuggingFaceReader(path: path, root: ends, configuration: configuration).tokenizer() }
        return (tokenizer, further.warnings)
    }

    private func role(_ name: String, _ defaults: [String: String]) throws -> String? {
        guard let configuration, configuration.fields.object[name] != nil else { return defaults[name] }
        return try configuration.content(of: name)
    }

    // MARK: vocab.json and merges.txt

    /// - Parameter pattern: instead of the one that the class stands for.
    func bytePair(pattern: SplitPattern?) throws -> (any Tokenizer, [String]) {
        let name = try className()
        let isRoberta = ["Roberta", "Bart", "Longformer", "LED"].contains { name == "\($0)Tokenizer" }, isQwen = name.hasPrefix("Qwen2")
        let end = "<|endoftext|>"
        let defaults = isRoberta
            ? ["bos_token": "<s>", "eos_token": "</s>", "sep_token": "</s>", "cls_token": "<s>", "unk_token": "<unk>", "pad_token": "<pad>", "mask_token": "<mask>"]
            : ["eos_token": end, "unk_token": end, isQwen ? "pad_token" : "bos_token": end]
        let addsSpace = try configuration?.fields.boolIfPresent("add_prefix_space") ?? false
        let byteLevel: JSONValue = ["type": "ByteLevel", "add_prefix_space": .bool(addsSpace), "trim_offsets": true, "use_regex": true]
        var parts: JSONObject = ["decoder": byteLevel]
        if isQwen || name == "GPTNeoXTokenizer" { parts["normalizer"] = ["type": "NFC"] }
        parts["pre_tokenizer"] = BytePairTokenizer.preTokenizer(of: pattern ?? (isQwen ? .qwen2 : .gpt2), addsPrefixSpace: addsSpace)
        let vocabulary = try JSONFields(JSONValue(contentsOf: path, dialect: .serde), file: path)
        let model: JSONObject = [
            "type": "BPE", "dropout": nil, "unk_token": nil, "continuing_subword_prefix": nil, "end_of_word_suffix": nil, "fuse_unk": false,
            "byte_fallback": false, "ignore_merges": false, "vocab": .object(vocabulary.object), "merges": .array(try Self.merges(beside: path)),
        ]
        return try tokenizer(model: model, vocabulary: vocabulary.object, parts: parts, defaults: defaults) { id in
            if isRoberta, let separator = try role("sep_token", defaults), let start = try role("cls_token", defaults), let sep = id(separator), let cls = id(start) {
                return [
                    "type": "RobertaProcessing", "sep": [.string(separator), .int(Int64(sep))], "cls": [.string(start), .int(Int64(cls))], "trim_offsets": true,
                    "add_prefix_space": .bool(addsSpace),
                ]
            }
            let begins = try configuration?.addBOSToken == true ? role("bos_token", defaults) : nil
            let ends = try configuration?.addEOSToken == true ? role("eos_token", defaults) : nil
            guard begins != nil || ends != nil else { return ["type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true] }
            return Self.template(begins.map { [$0] } ?? [], ends.map { [$0] } ?? [], id)
        }
    }

    /// The merges of the file next to `path`, each as it stands there.
    private static func merges(beside path: String) throws -> [JSONValue] {
        let path = Path.join(Path.parent(path), "merges.txt")
        return try TokenizerError.naming(path) {
            let text = try WholeFile.read(path, limit: TiktokenReader.maximalBytes)
            return try text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated().compactMap { number, line in
                let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
                if line.isEmpty || line.starts(with: Array("#version".utf8)) { return nil }
                let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
                guard parts.count == 2 else {
                    throw TokenizerError.file(path, "line \(number + 1) has \(parts.count - 1) spaces; expected two tokens with a space between")
                }
                return .array(parts.map { .string(String(decoding: $0, as: UTF8.self)) })
            }
        }
    }

    // MARK: vocab.txt

    /// BERT's WordPiece. Text is lowercased where a configuration does not say otherwise; without any, where the vocabulary has no capital letter.
    func wordPiece() throws -> (any Tokenizer, [String]) {
        let file = try MappedFile(path: path)
        let pieces = try file.withUnsafeBytes { try VocabularyText.pieces($0.assumingMemoryBound(to: UInt8.self), path: path) }
        var vocabulary = JSONObject()
        // Of a piece that is there twice the last line counts, as in transformers.
        for id in pieces.indices { vocabulary[pieces.text(of: id)] = .int(Int64(id)) }
        let defaults = ["unk_token": "[UNK]", "sep_token": "[SEP]", "pad_token": "[PAD]", "cls_token": "[CLS]", "mask_token": "[MASK]"]
        let fields = configuration?.fields
        let lowercases = try fields?.boolIfPresent("do_lower_case") ?? (fields != nil && configuration?.object.isEmpty == false || !VocabularyText.hasCapitals(pieces))
        let strips = try fields?.boolIfPresent("strip_accents")
        let parts: JSONObject = [
            "normalizer": [
                "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": .bool(try fields?.boolIfPresent("tokenize_chinese_chars") ?? true),
                "strip_accents": strips.map { .bool($0) } ?? .null, "lowercase": .bool(lowercases),
            ],
            "pre_tokenizer": ["type": "BertPreTokenizer"], "decoder": ["type": "WordPiece", "prefix": "##", "cleanup": true],
        ]
        let model: JSONObject = [
            "type": "WordPiece", "unk_token": .string(try role("unk_token", defaults) ?? "[UNK]"), "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": .object(vocabulary),
        ]
        return try tokenizer(model: model, vocabulary: vocabulary, parts: parts, defaults: defaults) { id in
            Self.template([try role("cls_token", defaults)].compactMap { $0 }, [try role("sep_token", defaults)].compactMap { $0 }, id)
        }
    }

    /// A TemplateProcessing that puts those of the tokens around a text that the vocabulary has; the second of two texts is of type 1.
    private static func template(_ prefix: [String], _ suffix: [String], _ id: (String) -> TokenID?) -> JSONValue {
        var tokens = JSONObject()
        func special(_ names: [String], _ type: Int) -> [JSONValue] {
            names.compactMap { name in
                guard let id = id(name) else { return nil }
                tokens[name] = ["id": .string(name), "ids": [.int(Int64(id))], "tokens": [.string(name)]]
                return ["SpecialToken": ["id": .string(name), "type_id": JSONValue(type)]]
            }
        }
        func text(_ name: String, _ type: Int) -> JSONValue { ["Sequence": ["id": .string(name), "type_id": JSONValue(type)]] }
        let single = special(prefix, 0) + [text("A", 0)] + special(suffix, 0)
        let pair = single + [text("B", 1)] + special(suffix, 1)
        return ["type": "TemplateProcessing", "single": .array(single), "pair": .array(pair), "special_tokens": .object(tokens)]
    }
}
