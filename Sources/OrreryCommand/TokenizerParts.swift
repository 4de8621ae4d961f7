import OrreryFiles
import OrreryGeneration
import OrreryModels
import OrreryTokenizers

/// The tokenizer of a model that is converted, in the words of the other format. What cannot be said there is a
/// warning, before any weights are written.
struct TokenizerParts {
    private let input: String

    /// - Parameter input: the model directory, tokenizer's file or GGUF file.
    init(_ input: String) { self.input = input }

    private var isFile: Bool { FileStatus(input)?.kind == .file }

    private func warn(_ line: String) { standardError("orrery: warning: \(line)") }

    /// The tokenizer's keys for a GGUF file: those of a GGUF file as they stand there, else made from the tokenizer.
    func vocabulary(of model: any Model) throws -> GGUFVocabularyExport.Pairs {
        if isFile { return try GGUFFile(path: input).metadata.pairs.filter { $0.key.hasPrefix("tokenizer.") } }
        let tokenizer: any Tokenizer
        do { tokenizer = try TokenizerLoader.load(path: input, rows: model.shape.vocabularySize, warn: warn) } catch {
            warn("\(error); the file is written without a tokenizer")
            return []
        }
        let ends = (model as? any TokenModel)?.shape.endOfText.compactMap { TokenID(exactly: $0) } ?? []
        return try vocabulary(of: tokenizer, rows: model.shape.vocabularySize, ends: Set(ends))
    }

    /// - Parameters:
    ///   - rows: how many tokens the model has rows for.
    ///   - ends: tokens that end a text besides those that files next to the tokenizer name.
    func vocabulary(
        of tokenizer: any Tokenizer, rows: Int? = nil, ends: Set<TokenID> = []
    ) throws -> GGUFVocabularyExport.Pairs {
        let folder = isFile ? Path.parent(input) : input
        let generation = Path.join(folder, "generation_config.json")
        let named =
            FileStatus(generation) == nil ? [] : try JSONFields(contentsOf: generation, dialect: .python).endTokens()
        let templates = isFile && tokenizer is GGUFTokenizer ? [] : try ChatTemplateFiles(path: folder).templates
        let export = try GGUFVocabularyExport(
            tokenizer, tokens: rows, chatTemplates: Dictionary(templates.map { ($0.name, $0.source) }) { $1 },
            configuration: TokenizerConfiguration(nextTo: Path.join(folder, "tokenizer.json")), ends: ends.union(named))
        export.warnings.forEach(warn)
        return export.pairs
    }

    /// The files of a directory as they stand there; those of a GGUF file's tokenizer.
    func files() throws -> [(name: String, contents: [UInt8])] {
        if isFile {
            let tokenizer = try TokenizerLoader.load(path: input, warn: warn)
            let files =
                try (tokenizer as? GGUFTokenizer).map {
                    try $0.convertedFiles(warn: warn) + [$0.generationConfiguration()]
                } ?? tokenizer.files()
            return files.map { ($0.name, Array($0.contents)) }
        }
        return try ModelDirectory.companionNames.compactMap { name in
            let path = Path.join(input, name)
            return FileStatus(path) == nil ? nil : (name, try WholeFile.read(path, limit: 1 << 30))
        }
    }
}
