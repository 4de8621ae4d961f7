import ArgumentParser
import Foundation
import OrreryFiles
import OrreryTokenizerTraining
import OrreryTokenizers

/// Where a learnt tokenizer goes, and in which format; known to be possible before the training starts.
struct TokenizerDestination {
    private enum Form { case directory, huggingFace, vocabularyAndMerges, tiktoken, sentencePiece, vocabularyText }

    private let path: String
    private let form: Form
    private let usesPieces: Bool

    /// - Throws: `ValidationError` where the name stands for no format of this kind, `FileError` where nothing can be
    ///   written there.
    init(_ path: String, _ kind: TokenizerTrainer.Kind) throws {
        self.path = path
        usesPieces = kind == .sentencePieceBPE || kind == .unigram
        form = try Self.form(of: path, kind)
        let directory = form == .directory ? path : Path.parent(path)
        guard FileStatus(directory)?.kind == .directory else {
            throw FileError.request(path, "is in no directory", advice: "create \(directory) first")
        }
        // A temporary next to it shows that the directory takes files.
        if form != .directory { try AtomicFile(path: path).cancel() }
    }

    private static func form(of path: String, _ kind: TokenizerTrainer.Kind) throws -> Form {
        if FileStatus(path)?.kind == .directory { return .directory }
        let usesPieces = kind == .sentencePieceBPE || kind == .unigram
        switch Path.name(path) {
        case "vocab.json" where kind == .bytePair: return .vocabularyAndMerges
        case let name where name.hasSuffix(".json"): return .huggingFace
        case let name where name.hasSuffix(".tiktoken") && kind == .bytePair: return .tiktoken
        case let name where name.hasSuffix(".model") && usesPieces: return .sentencePiece
        case let name where name.hasSuffix(".txt") && kind == .wordPiece: return .vocabularyText
        default:
            let others =
                kind == .bytePair
                ? ", vocab.json or .tiktoken" : usesPieces ? " or .model" : kind == .wordPiece ? " or .txt" : ""
            throw ValidationError(
                "--out: expected a directory that is there, or a name that ends in .json\(others) for --kind \(kind.rawValue), found \(path)"
            )
        }
    }

    /// The files that will be written.
    var paths: [String] {
        switch form {
        case .directory:
            [usesPieces ? "tokenizer.model" : "tokenizer.json", "tokenizer_config.json"].map { Path.join(path, $0) }
        case .vocabularyAndMerges: [path, Path.join(Path.parent(path), "merges.txt")]
        case .huggingFace, .tiktoken, .sentencePiece, .vocabularyText: [path]
        }
    }

    /// Whether a file holds a tokenizer and nothing else: not a model's weights, nor a part of a vocabulary in two
    /// files.
    static func isTokenizer(_ path: String) -> Bool {
        guard [".json", ".tiktoken", ".model"].contains(where: Path.name(path).hasSuffix),
            Path.name(path) != "vocab.json"
        else { return false }
        return (try? TokenizerLoader.load(path: path)) != nil
            || (try? TokenizerLoader.load(path: path, pattern: SplitPattern(argument: "gpt2"))) != nil
    }

    /// Each file replaces an old one whole.
    func write(_ tokenizer: any Tokenizer) throws {
        switch form {
        case .directory: try tokenizer.save(to: path)
        case .huggingFace:
            guard let file = try tokenizer.huggingFaceFiles().first(where: { $0.name == "tokenizer.json" }) else {
                throw FileError.request(path, "cannot hold this tokenizer", advice: "name another format")
            }
            try AtomicFile.write(Array(file.contents), to: path)
        case .vocabularyAndMerges:
            guard let files = (tokenizer as? BytePairTokenizer)?.vocabularyAndMergesFiles() else { return }
            for file in files {
                try AtomicFile.write(Array(file.contents), to: Path.join(Path.parent(path), file.name))
            }
        case .tiktoken:
            guard let file = try (tokenizer as? BytePairTokenizer)?.tiktokenFile(named: Path.name(path)) else { return }
            try AtomicFile.write(Array(file.contents), to: path)
        case .sentencePiece: try (tokenizer as? SentencePieceTokenizer)?.model.write(to: path)
        case .vocabularyText:
            guard let text = (tokenizer as? WordPieceTokenizer)?.vocabularyText else { return }
            try AtomicFile.write(text, to: path)
        }
    }
}
