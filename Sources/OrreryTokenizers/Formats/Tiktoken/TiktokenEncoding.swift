/// What tiktoken knows about a vocabulary and its file does not say: the pattern and the special tokens (`tiktoken_ext/openai_public.py`).
struct TiktokenEncoding: Sendable {
    let name: String
    let pattern: SplitPattern
    /// `TokenBytes.fingerprint` of the vocabulary, found from the files whose SHA-256 tiktoken gives.
    let fingerprint: UInt64
    let specialTokens: KeyValuePairs<String, TokenID>

    static let known = [
        TiktokenEncoding(
            name: "r50k_base", pattern: .gpt2, fingerprint: 0x53ED_E5A1_3D1D_B903, specialTokens: ["<|endoftext|>": 50256]),
        TiktokenEncoding(
            name: "p50k_base", pattern: .gpt2, fingerprint: 0xBDE1_AAD7_C03B_BDE2, specialTokens: ["<|endoftext|>": 50256]),
        TiktokenEncoding(
            name: "cl100k_base", pattern: .cl100k, fingerprint: 0x2082_1837_7344_233F,
            specialTokens: [
                "<|endoftext|>": 100257, "<|fim_prefix|>": 100258, "<|fim_middle|>": 100259, "<|fim_suffix|>": 100260,
                "<|endofprompt|>": 100276,
            ]),
        TiktokenEncoding(
            name: "o200k_base", pattern: .o200k, fingerprint: 0x63D7_0D61_7EB2_14B2,
            specialTokens: ["<|endoftext|>": 199999, "<|endofprompt|>": 200018]),
    ]

    /// The encoding whose vocabulary this is, if it is a known one.
    static func of(_ tokens: TokenBytes) -> TiktokenEncoding? {
        let fingerprint = tokens.fingerprint
        return known.first { $0.fingerprint == fingerprint }
    }
}
