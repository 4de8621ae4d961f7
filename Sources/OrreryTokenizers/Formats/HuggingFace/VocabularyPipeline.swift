import OrreryFiles

/// `vocab.json` with `merges.txt`, or `vocab.txt`, as the `tokenizer.json` that transformers makes of it and of the
/// files next to it: the class of `tokenizer_config.json` says what stands around the vocabulary.
struct VocabularyPipeline {
    private let path: String
    let configuration: TokenizerConfiguration?
    /// How many tokens the model has rows for, if that is known.
    private let rows: Int?
    let kind: VocabularyClass
    private let warnings: [String]

    init(path: String, configuration: TokenizerConfiguration?, rows: Int?) throws {
        (self.path, self.configuration, self.rows) = (path, configuration, rows)
        let isPieces = path.hasSuffix(".txt"), name = try configuration?.className ?? ""
        kind = try VocabularyClass(
            configuration, model: TokenizerConfiguration.modelType(nextTo: path), isPieces: isPieces)
        warnings =
            VocabularyClass.isKnown(name, isPieces: isPieces) || name == "PreTrainedTokenizer"
            ? []
            : [
                "\(path): the class \(name) of \(TokenizerConfiguration.fileName) is not known here; it is opened as \(kind), which may not be what it is"
            ]
    }

    /// - Parameter parts: all but the model, the added tokens and the post-processor.
    private func tokenizer(
        model: JSONObject, vocabulary: JSONObject, parts: JSONObject
    ) throws -> (any Tokenizer, [String]) {
        func own(_ text: String) -> TokenID? {
            if case .int(let id)? = vocabulary[text] { TokenID(exactly: id) } else { nil }
        }
        // Without a configuration only those count that the vocabulary has.
        let defaults = configuration == nil ? kind.roles.filter { own($0.value) != nil } : kind.roles
        let listed = try FurtherTokens(
            nextTo: path, configuration, defaults: defaults, maskTakesSpace: kind.maskTakesSpace)
        let further = listed.numbered(size: vocabulary.count, rows: rows, id: own)
        let all = (further.known + further.tokens).sorted { $0.id < $1.id }
        var root = parts
        root["version"] = "1.0"
        root["added_tokens"] = .array(all.map(\.json))
        root["post_processor"] = try VocabularyFrame(pipeline: self) { text in
            all.first { $0.content.utf8.elementsEqual(text.utf8) }?.id ?? own(text)
        }.json
        root["model"] = .object(model)
        let ends = try JSONFields(.object(root), file: path)
        let tokenizer = try TokenizerError.naming(path) {
            try HuggingFaceReader(path: path, root: ends, configuration: configuration).tokenizer()
        }
        return (tokenizer, warnings + further.warnings)
    }

    /// The text of the token with a role.
    func role(_ name: String) throws -> String? {
        guard let configuration, configuration.fields.object[name] != nil else { return kind.roles[name] }
        return try configuration.content(of: name)
    }

    var addsPrefixSpace: Bool {
        get throws { try configuration?.fields.boolIfPresent("add_prefix_space") ?? kind.addsPrefixSpace }
    }

    // MARK: vocab.json and merges.txt

    /// - Parameter pattern: instead of the one that the class stands for.
    func bytePair(pattern: SplitPattern?) throws -> (any Tokenizer, [String]) {
        let vocabulary = try JSONFields(JSONValue(contentsOf: path, dialect: .serde), file: path)
        let endsWords = [.clip, .herbert, .openAIGPT].contains(kind)
        let model: JSONObject = [
            "type": "BPE", "dropout": nil,
            "unk_token": endsWords ? try role("unk_token").map { .string($0) } ?? .null : .null,
            "continuing_subword_prefix": nil,
            "end_of_word_suffix": endsWords ? "</w>" : nil, "fuse_unk": false, "byte_fallback": false,
            "ignore_merges": false, "vocab": .object(vocabulary.object),
            "merges": .array(try Self.merges(nextTo: path)),
        ]
        guard pattern == nil || !endsWords else {
            throw TokenizerError.file(path, "is of a class that cuts text by rules of its own; leave --pattern out")
        }
        return try tokenizer(
            model: model, vocabulary: vocabulary.object, parts: try endsWords ? wordParts : byteLevelParts(pattern))
    }

    private func byteLevelParts(_ pattern: SplitPattern?) throws -> JSONObject {
        let addsSpace = try addsPrefixSpace
        var parts: JSONObject = [
            "decoder": [
                "type": "ByteLevel", "add_prefix_space": .bool(addsSpace), "trim_offsets": true, "use_regex": true,
            ]
        ]
        if [.qwen2, .gptNeoX, .cohere].contains(kind) { parts["normalizer"] = ["type": "NFC"] }
        let own: SplitPattern =
            switch kind {
            case .qwen2: .qwen2
            case .cohere: .starcoder
            default: .gpt2
            }
        parts["pre_tokenizer"] = BytePairTokenizer.preTokenizer(of: pattern ?? own, addsPrefixSpace: addsSpace)
        return parts
    }

    /// What stands around a vocabulary whose tokens end words with "</w>".
    private var wordParts: JSONObject {
        if kind != .clip {
            let lowercases = kind == .openAIGPT
            return [
                "normalizer": [
                    "type": "BertNormalizer", "clean_text": true, "handle_chinese_chars": true,
                    "strip_accents": lowercases ? nil : false, "lowercase": .bool(lowercases),
                ],
                "pre_tokenizer": ["type": "BertPreTokenizer"], "decoder": ["type": "BPEDecoder", "suffix": "</w>"],
            ]
        }
        let words = #"<\|startoftext\|>|<\|endoftext\|>|'s|'t|'re|'ve|'m|'ll|'d|[\p{L}]+|[\p{N}]|[^\s\p{L}\p{N}]+"#
        let space: JSONValue = ["type": "Replace", "pattern": ["Regex": #"\s+"#], "content": " "]
        let byteLevel: JSONValue = [
            "type": "ByteLevel", "add_prefix_space": false, "trim_offsets": true, "use_regex": true,
        ]
        let split: JSONValue = [
            "type": "Split", "pattern": ["Regex": .string(words)], "behavior": "Removed", "invert": true,
        ]
        return [
            "normalizer": ["type": "Sequence", "normalizers": [["type": "NFC"], space, ["type": "Lowercase"]]],
            "pre_tokenizer": ["type": "Sequence", "pretokenizers": [split, byteLevel]],
            // transformers puts the spaces between words by code of its own.
            "decoder": [
                "type": "Sequence",
                "decoders": [
                    byteLevel, ["type": "Replace", "pattern": ["String": "</w>"], "content": " "],
                    ["type": "Strip", "content": " ", "start": 1, "stop": 1],
                ],
            ],
        ]
    }

    /// The merges of the file next to `path`, each as it stands there.
    private static func merges(nextTo path: String) throws -> [JSONValue] {
        let path = Path.join(Path.parent(path), "merges.txt")
        return try TokenizerError.naming(path) {
            let text = try WholeFile.read(path, limit: TiktokenReader.maximalBytes)
            return try text.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false).enumerated()
                .compactMap { number, line in
                    let line = line.last == UInt8(ascii: "\r") ? line.dropLast() : line
                    if line.isEmpty || line.starts(with: Array("#version".utf8)) { return nil }
                    let parts = line.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
                    guard parts.count == 2 else {
                        throw TokenizerError.file(
                            path,
                            "line \(number + 1) has \(parts.count - 1) spaces; expected two tokens with a space between"
                        )
                    }
                    return .array(parts.map { .string(String(decoding: $0, as: UTF8.self)) })
                }
        }
    }

    // MARK: vocab.txt

    /// WordPiece. Text is lowercased where a configuration does not say otherwise; without any, where the vocabulary
    /// has no capital letter.
    func wordPiece() throws -> (any Tokenizer, [String]) {
        let file = try MappedFile(path: path)
        let pieces = try file.withUnsafeBytes {
            try VocabularyText.pieces($0.assumingMemoryBound(to: UInt8.self), path: path)
        }
        var vocabulary = JSONObject()
        // Of a piece that is there twice the last line counts, as in transformers.
        for id in pieces.indices { vocabulary[pieces.text(of: id)] = .int(Int64(id)) }
        let fields = configuration?.fields
        // DPR's classes do not hand the setting on.
        let says = kind == .dpr ? nil : try fields?.boolIfPresent("do_lower_case")
        let lowercases =
            says ?? (fields != nil && configuration?.object.isEmpty == false || !VocabularyText.hasCapitals(pieces))
        let strips = try fields?.boolIfPresent("strip_accents")
        let cleans = kind == .funnel ? try fields?.boolIfPresent("clean_text") ?? true : true
        let parts: JSONObject = [
            "normalizer": [
                "type": "BertNormalizer", "clean_text": .bool(cleans),
                "handle_chinese_chars": .bool(try fields?.boolIfPresent("tokenize_chinese_chars") ?? true),
                "strip_accents": strips.map { .bool($0) } ?? .null, "lowercase": .bool(lowercases),
            ],
            "pre_tokenizer": ["type": "BertPreTokenizer"],
            "decoder": ["type": "WordPiece", "prefix": "##", "cleanup": true],
        ]
        let model: JSONObject = [
            "type": "WordPiece", "unk_token": .string(try role("unk_token") ?? "[UNK]"),
            "continuing_subword_prefix": "##", "max_input_chars_per_word": 100,
            "vocab": .object(vocabulary),
        ]
        return try tokenizer(model: model, vocabulary: vocabulary, parts: parts)
    }
}
