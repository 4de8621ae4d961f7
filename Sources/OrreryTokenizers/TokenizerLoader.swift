import OrreryFiles

/// Opens saved tokenizers.
public enum TokenizerLoader {
    /// Opens the tokenizer at a path.
    ///
    /// - Parameters:
    ///   - path: a model directory, or one of the files that hold a tokenizer: `tokenizer.json`, `vocab.json` with
    ///     `merges.txt`, tiktoken's `.tiktoken`, a SentencePiece `.model`, BERT's `vocab.txt`, a GGUF file. A
    ///     `tokenizer_config.json` next to it says what the file itself does not.
    ///   - pattern: how text is cut into words, for the two formats that do not say: `.tiktoken` and `vocab.json`.
    ///   - encoding: tiktoken's name for a `.tiktoken` vocabulary with its special tokens, where it has two:
    ///     `o200k_harmony`, `p50k_edit`.
    ///   - rows: how many tokens the model has rows for: tokens beyond, which files next to the tokenizer name, are
    ///     left out.
    ///   - warn: receives what was odd and was read all the same, a line each.
    /// - Returns: a tokenizer of the file's kind, which is used through the protocol.
    /// - Throws: `TokenizerError` naming the file, what is wrong in it and what was expected.
    public static func load(
        path: String, pattern: SplitPattern? = nil, encoding: String? = nil, rows: Int? = nil,
        warn: (String) -> Void = { _ in }
    ) throws -> any Tokenizer {
        let (tokenizer, warnings) = try TokenizerOpening(pattern: pattern, encoding: encoding, rows: rows).load(path)
        (tokenizer.warnings + warnings).forEach(warn)
        return tokenizer
    }

    /// The files that may be read for the tokenizer at `path`.
    package static func files(of path: String) -> [String] {
        let file = FileStatus(path)?.kind == .directory ? file(inDirectory: path) : path
        if file.hasSuffix(".tiktoken") { return [file] }
        let names = [
            "merges.txt", TokenizerConfiguration.fileName, "special_tokens_map.json", "added_tokens.json",
            "chat_template.jinja", "generation_config.json",
        ]
        return [file] + names.map { Path.join(Path.parent(file), $0) }
    }

    /// The file that is read of a directory. Without any that could be, the error is about the first.
    fileprivate static func file(inDirectory directory: String) -> String {
        let paths = [
            "tokenizer.json", "tokenizer.model", "spiece.model", "vocab.json", "vocab.txt", "sentencepiece.bpe.model",
            "sentencepiece.model", "spm.model",
        ].map { Path.join(directory, $0) }
        return paths.first { FileStatus($0) != nil } ?? paths[0]
    }
}

/// How one tokenizer is opened.
private struct TokenizerOpening {
    /// What a `tokenizer.json` may weigh: the largest published ones have 35 MB, and a tree of its values takes ten
    /// times that.
    private static let maximalBytes = 256 << 20

    let pattern: SplitPattern?
    let encoding: String?
    let rows: Int?

    /// A tokenizer, and what is odd in the files next to its own.
    typealias Loaded = (tokenizer: any Tokenizer, warnings: [String])

    func load(_ path: String) throws -> Loaded {
        guard let status = FileStatus(path) else {
            throw TokenizerError.file(
                path,
                "does not exist; expected char, byte, bpe:SIZE, a model directory, or a tokenizer's file: tokenizer.json, .tiktoken, vocab.json, .model, .gguf, vocab.txt"
            )
        }
        return try TokenizerError.naming(path) {
            try status.kind == .directory ? tokenizer(inDirectory: path) : tokenizer(inFile: path)
        }
    }

    private func tokenizer(inDirectory directory: String) throws -> Loaded {
        try tokenizer(inFile: TokenizerLoader.file(inDirectory: directory))
    }

    private func tokenizer(inFile path: String) throws -> Loaded {
        if path.hasSuffix(".tiktoken") {
            return (try BytePairTokenizer(tiktoken: path, pattern: pattern, encoding: encoding), [])
        }
        guard encoding == nil else {
            throw TokenizerError.file(path, "says itself which special tokens it has; --encoding is for .tiktoken")
        }
        let configuration = try TokenizerConfiguration(nextTo: path)
        if Path.name(path) == "vocab.json" {
            return try VocabularyPipeline(path: path, configuration: configuration, rows: rows).bytePair(
                pattern: pattern)
        }
        guard pattern == nil else {
            throw TokenizerError.file(path, "says itself how text is cut; --pattern is for .tiktoken and vocab.json")
        }
        if GGUFFile.isGGUF(path: path) { return (try GGUFTokenizer(GGUFVocabulary(contentsOf: path)), []) }
        if path.hasSuffix(".model") {
            return try SentencePieceReader(path: path, configuration: configuration, rows: rows).tokenizer()
        }
        if path.hasSuffix(".txt") {
            return try VocabularyPipeline(path: path, configuration: configuration, rows: rows).wordPiece()
        }
        let tokenizer = try TokenizerError.naming(path) {
            try HuggingFaceReader(path: path, root: json(path), configuration: configuration).tokenizer()
        }
        return (tokenizer, [])
    }

    private func json(_ path: String) throws -> JSONFields {
        let file = try MappedFile(path: path)
        guard file.count <= Self.maximalBytes else {
            throw TokenizerError.file(
                path, "has \(file.count) bytes; expected a tokenizer of at most \(Self.maximalBytes) bytes")
        }
        return try JSONFields(
            file.withUnsafeBytes { try JSONValue(parsing: $0, file: path, dialect: .serde) }, file: path)
    }
}
