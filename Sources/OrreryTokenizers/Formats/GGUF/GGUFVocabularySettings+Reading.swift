import OrreryFiles

extension GGUFVocabularySettings {
    /// llama.cpp's defaults for the kind and the pre-tokenizer, then what the file says.
    init(_ metadata: GGUFMetadata, _ kind: GGUFVocabulary.Kind, _ pre: String?) throws {
        switch kind {
        case .llama: (addsSpacePrefix, addsBeginOfText) = (true, true)
        case .bert: (cleansSpaces, addsBeginOfText, addsSeparator) = (true, true, true)
        case .t5: addsEndOfText = true
        case .rwkv, .plamo2, .none: break
        case .gpt2, .gemma4:
            let pre = kind == .gemma4 ? "gemma4" : pre ?? "default"
            escapesWhitespaces = ["gemma4", "granite-embed-multi-311m", "sarvam-moe"].contains(pre)
            cleansSpaces = !Self.keepsSpaces.contains(pre)
            ignoresMerges = Self.ignoresMerges.contains(pre)
            addsBeginOfText = Self.addsBeginOfText.contains(pre)
            addsSeparator = ["jina-v1-en", "jina-v2-code", "roberta-bpe"].contains(pre)
        }
        addsSpacePrefix = try metadata.boolIfPresent(GGUFKeys.addsSpacePrefix) ?? addsSpacePrefix
        removesExtraWhitespaces =
            try metadata.boolIfPresent(GGUFKeys.removesExtraWhitespaces) ?? removesExtraWhitespaces
        addsBeginOfText = try metadata.boolIfPresent(GGUFKeys.addsBeginOfText) ?? addsBeginOfText
        addsEndOfText = try metadata.boolIfPresent(GGUFKeys.addsEndOfText) ?? addsEndOfText
        addsSeparator = try metadata.boolIfPresent(GGUFKeys.addsSeparator) ?? addsSeparator
        lowercases = try metadata.boolIfPresent(GGUFKeys.lowercases) ?? lowercases
        stripsAccents = try metadata.boolIfPresent(GGUFKeys.stripsAccents) ?? lowercases
        // Published Gemma 4 files say false by mistake (llama.cpp, pull request 21500).
        if kind == .gemma4 || pre == "gemma4" || pre == "granite-embed-multi-311m" { addsBeginOfText = true }
    }

    // By llama.cpp's list of pre-tokenizers.

    private static let llama3 = [
        "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano",
    ]

    static let ignoresMerges = Set(llama3 + ["minicpm5", "youtu", "glm4", "glm5", "tekken", "granite-embed-multi-97m"])

    private static let addsBeginOfText = Set(llama3 + ["tekken", "chameleon"])

    /// Those whose decoded text is left as it is.
    private static let keepsSpaces: Set = [
        "deepseek-llm", "deepseek-coder", "deepseek-v3", "spark2_5", "youtu", "sarvam-moe", "command-r", "qwen2",
        "deepseek-r1-qwen", "kormo", "f2llmv2",
        "qwen35", "poro-chat", "viking", "tekken", "smollm", "chameleon", "gpt-4o", "llama4", "kanana2", "talkie",
        "granite-embed-multi-97m",
        "tiny_aya", "cohere2moe", "superbpe", "trillion", "granite-docling", "bailingmoe", "bailingmoe2", "llada-moe",
        "seed-coder", "hunyuan",
        "hunyuan-dense", "hy_v4", "joyai-llm", "kimi-k2", "ufakzeka", "grok-2", "afmoe", "laguna", "minimax-m2",
        "solar-open",
    ]
}
