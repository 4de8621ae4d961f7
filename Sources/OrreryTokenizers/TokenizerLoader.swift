import OrreryFiles

/// Opens saved tokenizers.
public enum TokenizerLoader {
    /// What a `tokenizer.json` may weigh: the largest published ones have 35 MB, and a tree of its values takes ten times that.
    private static let maximalBytes = 256 << 20

    /// The tokenizer at `path`: a model directory, or one of the files that hold a tokenizer: `tokenizer.json`, `vocab.json` with
    /// `merges.txt`, tiktoken's `.tiktoken`, a SentencePiece `.model`, BERT's `vocab.txt`, a GGUF file. A `tokenizer_config.json` beside it
    /// says what the file itself does not.
    ///
    /// - Parameters:
    ///   - pattern: how text is cut into words, for the two formats that do not say: `.tiktoken` and `vocab.json`.
    ///   - encoding: tiktoken's name for a `.tiktoken` vocabulary with its special tokens, where it has two: `o200k_harmony`, `p50k_edit`.
    ///   - warn: receives what was odd and was read all the same, a line each.
    /// - Throws: `TokenizerError` naming the file, what is wrong in it and what was expected.
    public static func load(
        path: String, pattern: SplitPattern? = nil, encoding: String? = nil, warn: (String) -> Void = { _ in }
    ) throws -> any Tokenizer {
        let (tokenizer, warnings) = try load(path, pattern, encoding)
        (tokenizer.warnings + warnings).forEach(warn)
        return tokenizer
    }

    /// A tokenizer, and what is odd in the files next to its own.
    private typealias Loaded = (tokenizer: any Tokenizer, warnings: [String])

    private static func load(_ path: String, _ pattern: SplitPattern?, _ encoding: String?) throws -> Loaded {
        guard let status = FileStatus(path) else {
            throw TokenizerError.file(
                path, "does not exist; expected char, byte, bpe:SIZE, a model directory, or a tokenizer's file: tokenizer.json, .tiktoken, vocab.json, .model, .gguf, vocab.txt")
        }
        return try TokenizerError.naming(path) {
            try status.kind == .directory ? tokenizer(inDirectory: path, pattern, encoding) : tokenizer(inFile: path, pattern, encoding)
        }
    }

    private static func tokenizer(inDirectory directory: String, _ pattern: SplitPattern?, _ encoding: String?) throws -> Loaded {
        try tokenizer(inFile: file(inDirectory: directory), pattern, encoding)
    }

    /// The file that is read of a directory. Without any that could be, the error is about the first.
    private static func file(inDirectory directory: String) -> String {
        let paths = ["tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt"].map { Path.join(directory, $0) }
        return paths.first { FileStatus($0) != nil } ?? paths[0]
    }

    /// The files that may be read for the tokenizer at `path`.
    package static func files(of path: String) -> [String] {
        let file = FileStatus(path)?.kind == .directory ? file(inDirectory: path) : path
        if file.hasSuffix(".tiktoken") { return [file] }
        let names = [
            "merges.txt", TokenizerConfiguration.fileName, "special_tokens_map.json", "added_tokens.json", "chat_template.jinja", "generation_config.json",
        ]
        return [file] + names.map { Path.join(Path.parent(file), $0) }
    }

    private static func tokenizer(inFile path: String, _ pattern: SplitPattern?, _ encoding: String?) throws -> Loaded {
        if path.hasSuffix(".tiktoken") { return (try BytePairTokenizer(tiktoken: path, pattern: pattern, encoding: encoding), []) }
        guard encoding == nil else { throw TokenizerError.file(path, "says itself which special tokens it has; --encoding is for .tiktoken") }
        if Path.name(path) == "vocab.json" { return (try BytePairTokenizer(vocabulary: path, pattern: pattern), []) }
        guard pattern == nil else {
            throw TokenizerError.file(path, "says itself how text is cut; --pattern is for .tiktoken and vocab.json")
        }
        let configuration = try TokenizerConfiguration(beside: path)
        if GGUFFile.isGGUF(path: path) { return (try GGUFTokenizer(GGUFVocabulary(contentsOf: path)), []) }
        if path.hasSuffix(".model") {
            var model = try SentencePieceModel(contentsOf: path)
            let pieces = model.pieces
            let further = try FurtherTokens(beside: path, configuration, size: pieces.count) { text in
                pieces.firstIndex { $0.elementsEqual(text.utf8) }.map { TokenID($0) }
            }
            model.append(further)
            let tokenizer = try TokenizerError.naming(path) {
                try SentencePieceTokenizer(model, frame: configuration?.sentencePieceFrame(of: model) ?? ([], []))
            }
            return (tokenizer, further.warnings + further.pieceWarnings(path))
        }
        if path.hasSuffix(".txt") {
            let tokenizer = try WordPieceTokenizer(
                vocabularyText: path, lowercases: configuration?.fields.boolIfPresent("do_lower_case"),
                stripsAccents: configuration?.fields.boolIfPresent("strip_accents"),
                separatesChinese: configuration?.fields.boolIfPresent("tokenize_chinese_chars"))
            let further = try FurtherTokens(beside: path, configuration, size: tokenizer.vocabularySize) { tokenizer.id(forPiece: Array($0.utf8)) }
            return (try tokenizer.adding(further, path: path), further.warnings)
        }
        let tokenizer = try TokenizerError.naming(path) {
            try HuggingFaceReader(path: path, root: json(path), configuration: configuration).tokenizer()
        }
        return (tokenizer, [])
    }

    private static func json(_ path: String) throws -> JSONFields {
        let file = try MappedFile(path: path)
        guard file.count <= maximalBytes else {
            throw TokenizerError.file(path, "has \(file.count) bytes; expected a tokenizer of at most \(maximalBytes) bytes")
        }
        return try JSONFields(file.withUnsafeBytes { try JSONValue(parsing: $0, file: path) }, file: path)
    }
}
