import OrreryFiles

extension ModelDirectory {
    /// What `write` writes.
    package static let fileNames = ["config.json", "generation_config.json", SafetensorsCheckpoint.fileName]

    /// What a training run keeps next to its model.
    package enum RunName: String, CaseIterable { case training, last, metrics = "metrics.jsonl", tensorboard }
    package static let runNames = RunName.allCases.map(\.rawValue)

    /// The other files of a model directory, next to the weights.
    package static let companionNames = [
        "generation_config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json",
        "added_tokens.json",
        "vocab.json", "merges.txt", "vocab.txt", "tokenizer.model", "spiece.model", "chat_template.jinja",
    ]

    /// The files that make a model, by Hugging Face's names.
    private static let modelFiles: Set<String> = Set(fileNames + companionNames).union([
        SafetensorsIndex.fileName, "chat_template.json", "modules.json", "sentence_bert_config.json",
        "config_sentence_transformers.json",
    ])

    /// The first path in `directory` that is not part of a model, as it starts with `name`; nil where all of it is.
    package static func foreignPath(_ name: String, in directory: String) throws -> String? {
        let path = Path.join(directory, name)
        switch FileStatus(path)?.kind {
        case .file: return modelFiles.contains(name) || isShard(name) ? nil : name
        case .directory where templateDirectories.contains(name):
            return try Directory.names(in: path).first { !$0.hasSuffix(".jinja") }.map { Path.join(name, $0) }
        case .directory where isModule(name):
            let parts: Set = ["config.json", SafetensorsCheckpoint.fileName]
            return try Directory.names(in: path).first { !parts.contains($0) }.map { Path.join(name, $0) }
        default: return name
        }
    }

    private static let templateDirectories: Set = ["chat_templates", "additional_chat_templates"]

    /// `model-00001-of-00002.safetensors`.
    private static func isShard(_ name: String) -> Bool {
        let parts = name.split(separator: "-", omittingEmptySubsequences: false)
        guard parts.count == 4, parts[0] == "model", parts[2] == "of", parts[3].hasSuffix(".safetensors") else {
            return false
        }
        return [parts[1], parts[3].dropLast(".safetensors".count)].allSatisfy {
            $0.count == 5 && $0.utf8.allSatisfy { (48 ... 57).contains($0) }
        }
    }

    /// A part of a sentence encoder, such as `1_Pooling`.
    private static func isModule(_ name: String) -> Bool {
        ["_Pooling", "_Dense", "_Normalize", "_LayerNorm"].contains {
            name.hasSuffix($0) && name.dropLast($0.count).allSatisfy(\.isNumber)
        }
    }
}
