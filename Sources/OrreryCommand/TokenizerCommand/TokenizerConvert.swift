import ArgumentParser
import Foundation
import OrreryFiles
import OrreryHub
import OrreryTokenizers

/// Writes a tokenizer in another format.
struct TokenizerConvert: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "convert", abstract: "Write a tokenizer in another format.",
        discussion: """
            Without --format: tiktoken where OUT ends in .tiktoken, sentencepiece where it ends in .model, gguf where it ends in .gguf, else huggingface. What a format cannot \
            say is named in a warning.
            """)

    enum Format: String, ExpressibleByArgument, CaseIterable {
        /// tokenizer.json and tokenizer_config.json.
        case huggingface
        /// A line per token; neither pattern nor special tokens.
        case tiktoken
        /// vocab.json and merges.txt; neither pattern nor special tokens.
        case gpt2
        /// tokenizer.model.
        case sentencepiece
        /// A GGUF file of the vocabulary alone.
        case gguf
    }

    @Argument(help: "Model directory or tokenizer's file.")
    var input: String

    @Argument(help: "A directory; a file for tiktoken, sentencepiece and gguf.")
    var out: String

    @OptionGroup var outOption: OutOption
    @OptionGroup var overwriting: OverwriteOption

    @Option(help: "huggingface, tiktoken, gpt2, sentencepiece or gguf. (default: by the name of <out>)")
    var format: Format?

    @Option(
        help: ArgumentHelp(
            "The pattern, for files that do not say it (see orrery tokenize). (default: by the file's name)",
            valueName: "name|regex"))
    var pattern: String?

    @Option(
        help: ArgumentHelp(
            "Which of tiktoken's encodings a .tiktoken file is, where two have its vocabulary: o200k_harmony, p50k_edit. (default: the other one)",
            valueName: "name"))
    var encoding: String?

    func run() throws {
        let input = try Hub.localPath(of: input)
        let format =
            format
            ?? (out.hasSuffix(".tiktoken")
                ? .tiktoken
                : out.hasSuffix(".model") ? .sentencepiece : out.lowercased().hasSuffix(".gguf") ? .gguf : .huggingface)
        let outputs = overwriting.outputs(inputs: TokenizerLoader.files(of: input))
        try knownPaths(format).forEach { try outputs.require($0, replacing: TokenizerDestination.isTokenizer) }
        let tokenizer = try TokenizerLoader.load(
            path: input, pattern: pattern.map(SplitPattern.init(argument:)), encoding: encoding,
            warn: ModelWarning.looking)
        if format == .gguf { return try writeVocabulary(tokenizer, of: input) }
        let files = try files(of: tokenizer, format)
        let isFile = format == .tiktoken || format == .sentencepiece
        let paths = files.map { isFile ? out : Path.join(out, $0.name) }
        try paths.forEach { try outputs.require($0, replacing: TokenizerDestination.isTokenizer) }
        if !isFile { try FileManager.default.createDirectory(atPath: out, withIntermediateDirectories: true) }
        for (file, path) in zip(files, paths) {
            try AtomicFile.write(Array(file.contents), to: path)
            standardError("orrery: wrote \(path)")
        }
    }

    /// The files that will be written whatever the tokenizer is.
    private func knownPaths(_ format: Format) -> [String] {
        switch format {
        case .huggingface: [Path.join(out, "tokenizer_config.json")]
        case .gpt2: ["vocab.json", "merges.txt"].map { Path.join(out, $0) }
        case .tiktoken, .sentencepiece, .gguf: [out]
        }
    }

    /// A GGUF file without weights. It has to name an architecture, which says nothing of the vocabulary.
    private func writeVocabulary(_ tokenizer: any Tokenizer, of input: String) throws {
        let pairs: GGUFVocabularyExport.Pairs = [
            ("general.architecture", .string("llama")), ("general.name", .string(Path.name(input))),
        ]
        let vocabulary: GGUFVocabularyExport.Pairs
        do { vocabulary = try TokenizerParts(input).vocabulary(of: tokenizer) } catch let error as TokenizerError {
            throw InputError("\(input): cannot be written as gguf: \(error)")
        }
        try GGUFWriter.write(pairs + vocabulary, to: out)
        standardError("orrery: wrote \(out)")
    }

    private func files(of tokenizer: any Tokenizer, _ format: Format) throws -> [TokenizerFile] {
        switch format {
        case .huggingface:
            return try (tokenizer as? GGUFTokenizer)?.convertedFiles { standardError("orrery: warning: \($0)") }
                ?? tokenizer.files()
        case .gguf: return []
        case .sentencepiece:
            guard
                let file = try ((tokenizer as? GGUFTokenizer)?.sentencePieceTokenizer() ?? tokenizer).files().first(
                    where: { $0.name.hasSuffix(".model") })
            else { throw unfit(format, "SentencePiece") }
            return [file]
        case .tiktoken, .gpt2:
            guard
                let tokenizer = try (tokenizer as? BytePairTokenizer)
                    ?? (tokenizer as? GGUFTokenizer)?.bytePairTokenizer()
            else { throw unfit(format, "byte-level BPE") }
            standardError(
                "orrery: warning: \(format.rawValue) files hold neither the pattern nor the \(tokenizer.addedTokens.count) added tokens"
            )
            return format == .gpt2
                ? tokenizer.vocabularyAndMergesFiles() : [try tokenizer.tiktokenFile(named: Path.name(out))]
        }
    }

    private func unfit(_ format: Format, _ kind: String) -> InputError {
        InputError("\(input): cannot be written as \(format.rawValue); expected a \(kind) tokenizer")
    }
}
