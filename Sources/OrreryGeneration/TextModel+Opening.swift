import Kernels
import OrreryFiles
import OrreryModels
import OrreryNN
import OrreryTokenizers

extension TextModel {
    /// Opens a model with its tokenizer: a GGUF file, or a directory, with what its `generation_config.json` says, if it has one.
    ///
    /// - Parameter warn: receives what was found and not used, a line each.
    public static func open(_ path: String, warn: (String) -> Void = { _ in }) throws -> TextModel {
        if FileStatus(path)?.kind == .file {
            return try TextModel(GGUFModel.open(path, warn: warn), tokenizer: TokenizerLoader.load(path: path, warn: warn), name: path)
        }
        let directory = path
        let model = try ModelDirectory.open(directory, warn: warn)
        let tokenizer = try TokenizerLoader.load(path: directory, rows: model.shape.vocabularySize, warn: warn)
        let path = Path.join(directory, "generation_config.json")
        let config = FileStatus(path) == nil ? nil : try PublishedDefaults(JSONFields(contentsOf: path, dialect: .python), warn: warn)
        return try TextModel(
            model, tokenizer: tokenizer, name: directory, endTokens: config?.endTokens ?? [], suggestedSampling: config?.sampling)
    }

    /// Opens a model with an encoder and a decoder (t5) and lets it read `text`: what it generates from `start` on is its answer.
    ///
    /// - Throws: `GenerationError` naming a character that cannot be encoded.
    public static func open(
        encoderDecoder directory: String, reading text: String, computeType: ElementType, warn: (String) -> Void = { _ in }
    ) throws -> (model: TextModel, start: [TokenID]) {
        let both = try ModelFiles.openEncoderDecoder(directory, warn: warn)
        let tokenizer = try TokenizerLoader.load(path: directory, rows: both.shape.vocabularySize, warn: warn)
        let ids: [TokenID]
        do { ids = try tokenizer.encode(text) } catch let error as TokenizerError { throw GenerationError.prompt(error) }
        if ids.isEmpty { throw GenerationError.emptyPrompt }
        guard tokenizer.vocabularySize <= both.shape.vocabularySize else {
            throw GenerationError.vocabulary(directory, tokens: tokenizer.vocabularySize, known: both.shape.vocabularySize)
        }
        let decoder = both.decoder(reading: ids, ForwardContext(computeType: computeType))
        return (try TextModel(decoder, tokenizer: tokenizer, name: directory), [both.decoderStart])
    }
}

extension JSONFields {
    /// The tokens that end a text by a `generation_config.json`: one or several.
    public func endTokens() throws -> Set<TokenID> {
        guard let value = object["eos_token_id"], value != .null else { return [] }
        let ids: [Int] = if case .array = value { try ints("eos_token_id") } else { [try int("eos_token_id")] }
        return Set(ids.compactMap { TokenID(exactly: $0) })
    }
}

/// The part of Hugging Face's `generation_config.json` that can be honoured.
private struct PublishedDefaults {
    var endTokens: Set<TokenID> = []
    /// nil unless the file asks for sampling (`do_sample`).
    var sampling: SamplingOptions?

    /// Settings that change the text and are not known here, with the values at which they do nothing.
    private static let unknown: [(key: String, neutral: Double)] = [
        ("repetition_penalty", 1), ("no_repeat_ngram_size", 0), ("typical_p", 1), ("num_beams", 1), ("epsilon_cutoff", 0), ("eta_cutoff", 0),
        ("length_penalty", 1), ("min_new_tokens", 0), ("min_length", 0),
    ]

    init(_ json: JSONFields, warn: (String) -> Void) throws {
        endTokens = try json.endTokens()
        if try json.boolIfPresent("do_sample") == true {
            let found = SamplingOptions(
                temperature: try json.doubleIfPresent("temperature") ?? 1, topK: try json.intIfPresent("top_k") ?? 0,
                topP: try json.doubleIfPresent("top_p") ?? 1, minP: try json.doubleIfPresent("min_p") ?? 0)
            try found.validate()
            sampling = found
        }
        for (key, neutral) in Self.unknown {
            if let value = try? json.doubleIfPresent(key), value != neutral { warn("\(json.file): \(key) is not honoured here") }
        }
    }
}
