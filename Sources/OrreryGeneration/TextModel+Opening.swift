import Kernels
import OrreryFiles
import OrreryHub
import OrreryModels
import OrreryNN
import OrreryTokenizers

extension TextModel {
    /// Opens a model with its tokenizer, from a GGUF file or a directory; sampling defaults come from
    /// `generation_config.json`, if there is one.
    ///
    /// A name of a hub, `owner/name` with `@revision` and `:file` where they matter, opens the model that has been
    /// downloaded under it; nothing is downloaded here.
    ///
    /// - Parameters:
    ///   - path: the file or directory, or the name.
    ///   - warn: receives a line for each thing that was found and not used.
    /// - Throws: `FileError`, `ModelError` or `TokenizerError` with the file, the field or tensor, and what was
    ///   expected; `GenerationError` if the tokenizer has more tokens than the model; `HubError` for a name whose model
    ///   has not been downloaded.
    public static func open(_ path: String, warn: (String) -> Void = { _ in }) throws -> TextModel {
        let place = try Hub.localPath(of: path)
        return try ModelFiles.isFile(place)
            ? TextModel(
                GGUFModel.open(place, warn: warn), tokenizer: TokenizerLoader.load(path: place, warn: warn), name: path,
                path: place)
            : open(directory: place, name: path, warn)
    }

    private static func open(directory: String, name: String, _ warn: (String) -> Void) throws -> TextModel {
        let model = try ModelDirectory.open(directory, warn: warn)
        let tokenizer = try TokenizerLoader.load(path: directory, rows: model.shape.vocabularySize, warn: warn)
        let path = Path.join(directory, "generation_config.json")
        let config =
            FileStatus(path) == nil
            ? nil : try PublishedDefaults(JSONFields(contentsOf: path, dialect: .python), warn: warn)
        return try TextModel(
            model, tokenizer: tokenizer, name: name, path: directory, endTokens: config?.endTokens ?? [],
            suggestedSampling: config?.sampling)
    }
}

extension JSONFields {
    /// The tokens that end a text by a `generation_config.json`: one or several.
    package func endTokens() throws -> Set<TokenID> {
        guard let value = object["eos_token_id"], value != .null else { return [] }
        let ids: [Int] = if case .array = value { try ints("eos_token_id") } else { [try int("eos_token_id")] }
        return Set(ids.compactMap { TokenID(exactly: $0) })
    }
}

/// The part of Hugging Face's `generation_config.json` that can be honoured.
private struct PublishedDefaults {
    var endTokens: Set<TokenID> = []
    /// nil where the file says nothing of it.
    var sampling: SamplingOptions?

    /// Settings that change the text and are not known here, with the values at which they do nothing.
    private static let unknown: [(key: String, neutral: Double)] = [
        ("no_repeat_ngram_size", 0), ("typical_p", 1), ("num_beams", 1), ("epsilon_cutoff", 0), ("eta_cutoff", 0),
        ("length_penalty", 1), ("min_new_tokens", 0), ("min_length", 0),
    ]

    init(_ json: JSONFields, warn: (String) -> Void) throws {
        endTokens = try json.endTokens()
        let samples = try json.boolIfPresent("do_sample"), temperature = try json.doubleIfPresent("temperature")
        var repetition = try json.doubleIfPresent("repetition_penalty") ?? 1  // counts without sampling too
        if !(repetition > 0) {
            warn("\(json.file): repetition_penalty is \(repetition), expected more than 0; it is ignored")
            repetition = 1
        }
        if samples == false || temperature == 0 {
            sampling = .greedy
            sampling?.repetitionPenalty = repetition
            try sampling?.validate()
        } else if samples == true {
            // The numbers that transformers has where the file leaves them out.
            let found = SamplingOptions(
                temperature: temperature ?? 1, topK: try json.intIfPresent("top_k") ?? 50,
                topP: try json.doubleIfPresent("top_p") ?? 1,
                minP: try json.doubleIfPresent("min_p") ?? 0, repetitionPenalty: repetition)
            try found.validate()
            sampling = found
        } else if repetition != 1 {
            var found = SamplingOptions.default
            found.repetitionPenalty = repetition
            try found.validate()
            sampling = found
        }
        for (key, neutral) in Self.unknown {
            if let value = try? json.doubleIfPresent(key), value != neutral {
                warn("\(json.file): \(key) is ignored here")
            }
        }
    }
}
