/// What tiktoken knows about a vocabulary and its file does not say: the pattern and the special tokens
/// (`tiktoken_ext/openai_public.py`).
struct TiktokenEncoding: Sendable {
    let name: String
    let pattern: SplitPattern
    /// `TokenBytes.fingerprint` of the vocabulary, found from the files whose SHA-256 tiktoken gives.
    let fingerprint: UInt64
    let specialTokens: [(content: String, id: TokenID)]

    /// The encodings that are taken unless another is asked for: one for each vocabulary.
    static let known = [
        TiktokenEncoding(
            name: "r50k_base", pattern: .gpt2, fingerprint: 0x53ED_E5A1_3D1D_B903,
            specialTokens: [("<|endoftext|>", 50256)]),
        TiktokenEncoding(
            name: "p50k_base", pattern: .gpt2, fingerprint: p50k, specialTokens: [("<|endoftext|>", 50256)]),
        TiktokenEncoding(
            name: "cl100k_base", pattern: .cl100k, fingerprint: 0x2082_1837_7344_233F,
            specialTokens: [
                ("<|endoftext|>", 100257), ("<|fim_prefix|>", 100258), ("<|fim_middle|>", 100259),
                ("<|fim_suffix|>", 100260),
                ("<|endofprompt|>", 100276),
            ]),
        TiktokenEncoding(
            name: "o200k_base", pattern: .o200k, fingerprint: o200k,
            specialTokens: [("<|endoftext|>", 199999), ("<|endofprompt|>", 200018)]),
    ]

    /// Encodings with the vocabulary of another and more special tokens.
    private static let extensions = [
        TiktokenEncoding(
            name: "p50k_edit", pattern: .gpt2, fingerprint: p50k,
            specialTokens: [
                ("<|endoftext|>", 50256), ("<|fim_prefix|>", 50281), ("<|fim_middle|>", 50282),
                ("<|fim_suffix|>", 50283),
            ]),
        TiktokenEncoding(name: "o200k_harmony", pattern: .o200k, fingerprint: o200k, specialTokens: harmony),
    ]

    private static let p50k: UInt64 = 0xBDE1_AAD7_C03B_BDE2
    private static let o200k: UInt64 = 0x63D7_0D61_7EB2_14B2

    /// Those of gpt-oss. tiktoken has a second name for 200018, `<|reserved_200018|>`; a token has one here, as in
    /// gpt-oss's tokenizer.json.
    private static let harmony: [(content: String, id: TokenID)] = {
        let named: [TokenID: String] = [
            199998: "<|startoftext|>", 199999: "<|endoftext|>", 200002: "<|return|>", 200003: "<|constrain|>",
            200005: "<|channel|>",
            200006: "<|start|>", 200007: "<|end|>", 200008: "<|message|>", 200012: "<|call|>",
            200018: "<|endofprompt|>",
        ]
        return (199998 ..< 201088).map { id in (named[id] ?? "<|reserved_\(id)|>", id) }
    }()

    /// The encoding whose vocabulary this is, if it is a known one.
    static func of(_ tokens: TokenBytes) -> TiktokenEncoding? {
        let fingerprint = tokens.fingerprint
        return known.first { $0.fingerprint == fingerprint }
    }

    /// The encoding called `name`, for the vocabulary of a file.
    ///
    /// - Throws: `TokenizerError` if there is none of this name, or its vocabulary is another.
    static func named(_ name: String, of tokens: TokenBytes, path: String) throws -> TiktokenEncoding {
        let all = known + extensions
        guard let found = all.first(where: { $0.name == name }) else {
            throw TokenizerError.invalid(
                "the encoding \(TokenizerError.quoted(name)) is not known; expected \(all.map(\.name).joined(separator: ", "))"
            )
        }
        let fingerprint = tokens.fingerprint
        guard fingerprint == found.fingerprint else {
            let own = known.first { $0.fingerprint == fingerprint }?.name ?? "none that is known"
            let wanted = known.first { $0.fingerprint == found.fingerprint }?.name ?? name
            throw TokenizerError.file(
                path,
                "the vocabulary is \(own == "none that is known" ? own : "that of \(own)"); expected that of \(wanted), which the encoding \(name) has"
            )
        }
        return found
    }
}
