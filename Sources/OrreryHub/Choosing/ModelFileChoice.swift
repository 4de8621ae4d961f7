import OrreryFiles

/// Which files of a repository a model needs.
struct ModelFileChoice {
    /// The files, the small ones before the weights.
    let files: [RepositoryFile]
    /// The file that is opened; nil where the directory is.
    let entry: String?

    /// - Throws: `HubError` that lists what is there, where that is not one model.
    init(_ name: HubName, _ all: [RepositoryFile]) throws {
        let all = all.sorted { $0.path.utf8.lexicographicallyPrecedes($1.path.utf8) }
        if let wanted = name.file {
            if let exact = all.first(where: { $0.path == wanted }) {
                (files, entry) = (try GGUFChoice(name, all).whole(exact), exact.path)
            } else {
                let found = try GGUFChoice(name, all).tagged(wanted)
                (files, entry) = (found, found[0].path)
            }
        } else if let directory = Self.directory(all) {
            (files, entry) = (directory, nil)
        } else {
            let found = try GGUFChoice(name, all).standard()
            (files, entry) = (found, found[0].path)
        }
    }

    // MARK: A directory in Hugging Face's layout

    /// The files of a directory that holds weights as safetensors; nil where it holds none.
    private static func directory(_ all: [RepositoryFile]) -> [RepositoryFile]? {
        let root = all.filter(\.isAtRoot)
        let weights = weights(root)
        guard !weights.isEmpty else { return nil }
        return all.filter {
            companions.contains($0.path) || $0.isAtRoot && $0.path.hasSuffix(".tiktoken") || isModule($0)
        }
            + weights
    }

    /// `model.safetensors` or, where that is missing, the shards with their index: what is opened later. An adapter's
    /// weights where there is nothing else.
    private static func weights(_ root: [RepositoryFile]) -> [RepositoryFile] {
        if let single = root.first(where: { $0.path == SafetensorsCheckpoint.fileName }) { return [single] }
        if let index = root.first(where: { $0.path == SafetensorsIndex.fileName }) {
            let shards = root.filter { $0.path.wholeMatch(of: /.+-[0-9]{5}-of-[0-9]{5}\.safetensors/) != nil }
            let named = shards.filter { $0.path.hasPrefix("model-") }
            return [index] + (named.isEmpty ? shards : named)
        }
        return root.filter { $0.path == "adapter_model.safetensors" }
    }

    private static let companions: Set = [
        "config.json", "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json", "vocab.json", "merges.txt", "vocab.txt", "tokenizer.model", "spiece.model",
        "sentencepiece.bpe.model", "sentencepiece.model", "spm.model", "chat_template.jinja", "chat_template.json",
        "modules.json", "sentence_bert_config.json", "config_sentence_transformers.json", "adapter_config.json",
    ]

    /// Templates by name, and the parts of a sentence encoder, as `1_Pooling/config.json`.
    private static func isModule(_ file: RepositoryFile) -> Bool {
        let parts = file.path.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count == 2 else { return false }
        if ["chat_templates", "additional_chat_templates"].contains(parts[0]) { return parts[1].hasSuffix(".jinja") }
        let number = parts[0].prefix { $0.isASCII && $0.isNumber }
        guard !number.isEmpty, parts[0].dropFirst(number.count).first == "_" else { return false }
        return companions.contains(String(parts[1])) || parts[1] == SafetensorsCheckpoint.fileName
    }
}
