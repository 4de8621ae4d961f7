/// The metadata keys of a GGUF file's tokenizer.
///
/// Source: https://github.com/ggml-org/ggml/blob/master/docs/gguf.md; llama.cpp, `src/llama-arch.cpp`. The misspelling
/// is theirs.
enum GGUFKeys {
    static let chatTemplate = "tokenizer.chat_template"
    static let model = "tokenizer.ggml.model"
    static let pre = "tokenizer.ggml.pre"
    static let tokens = "tokenizer.ggml.tokens"
    static let scores = "tokenizer.ggml.scores"
    static let types = "tokenizer.ggml.token_type"
    static let merges = "tokenizer.ggml.merges"
    static let characterMap = "tokenizer.ggml.precompiled_charsmap"
    static let addsBeginOfText = "tokenizer.ggml.add_bos_token"
    static let addsEndOfText = "tokenizer.ggml.add_eos_token"
    static let addsSeparator = "tokenizer.ggml.add_sep_token"
    static let addsSpacePrefix = "tokenizer.ggml.add_space_prefix"
    static let removesExtraWhitespaces = "tokenizer.ggml.remove_extra_whitespaces"
    static let lowercases = "tokenizer.ggml.normalizer.lowercase"
    static let stripsAccents = "tokenizer.ggml.normalizer.strip_accents"

    /// The keys of the tokens for filling in (prefix, suffix, middle, padding, repository, file). The older key is last:
    /// it counts.
    static let fillIn = [
        ["tokenizer.ggml.fim_pre_token_id", "tokenizer.ggml.prefix_token_id"],
        ["tokenizer.ggml.fim_suf_token_id", "tokenizer.ggml.suffix_token_id"],
        ["tokenizer.ggml.fim_mid_token_id", "tokenizer.ggml.middle_token_id"], ["tokenizer.ggml.fim_pad_token_id"],
        ["tokenizer.ggml.fim_rep_token_id"],
        ["tokenizer.ggml.fim_sep_token_id"],
    ]

    static let special: KeyValuePairs<String, WritableKeyPath<GGUFVocabulary.SpecialTokens, TokenID?> & Sendable> = [
        "tokenizer.ggml.bos_token_id": \.beginOfText, "tokenizer.ggml.eos_token_id": \.endOfText,
        "tokenizer.ggml.eot_token_id": \.endOfTurn,
        "tokenizer.ggml.eom_token_id": \.endOfMessage, "tokenizer.ggml.unknown_token_id": \.unknown,
        "tokenizer.ggml.seperator_token_id": \.separator, "tokenizer.ggml.padding_token_id": \.padding,
        "tokenizer.ggml.mask_token_id": \.mask,
    ]
}
