/// The `gpt2` kind: byte-level byte-pair encoding, with the pattern that `tokenizer.ggml.pre` names.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_bpe. Two things differ from there: characters are those of Unicode 16.0, not
/// 15.1, and bytes that are not UTF-8 keep their value, where llama.cpp makes each U+FFFD.
struct GGUFBytePairs: GGUFSegmenter {
    private let splitter: WordSplitter
    private let encoders: EncoderPool
    private let lengths: TokenBytes

    var dropsFirstSpace: Bool { false }

    init(_ vocabulary: GGUFVocabulary) throws {
        var pieces = ByteLevelVocabulary(file: vocabulary.file)
        for id in vocabulary.tokens.indices where vocabulary.attributes[id].isDisjoint(with: [.control, .userDefined, .unknown]) {
            try pieces.add(vocabulary.tokens[id], id: id)
        }
        try pieces.finish()
        for merge in vocabulary.merges {
            let parts = merge.split(separator: 0x20, omittingEmptySubsequences: false)
            guard parts.count == 2 else {
                throw TokenizerError.file(vocabulary.file, "field \"tokenizer.ggml.merges\": expected two pieces with a space between, found \(TokenizerError.quoted(String(decoding: merge, as: UTF8.self)))")
            }
            try pieces.addMerge(parts[0], parts[1])
        }
        let model = try pieces.model(takesWholeWords: vocabulary.settings.ignoresMerges)
        splitter = try WordSplitter(Self.pattern(vocabulary))
        encoders = EncoderPool(model)
        lengths = model.tokens
    }

    func segment(_ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding) throws {
        guard text.count > 0 else { return }
        let first = encoding.ids.count
        try encoders.withEncoder { try $0.encode(ScannedText(text), splitter, into: &encoding.ids) }
        guard encoding.recordsByteRanges else { return }
        var start = offset
        for id in encoding.ids[first...] {
            encoding.byteRanges.append(start..<start + lengths.length(of: Int(id)))
            start = encoding.byteRanges.last!.upperBound
        }
    }

    /// By llama.cpp's list of pre-tokenizers.
    private static func pattern(_ vocabulary: GGUFVocabulary) throws -> SplitPattern {
        let pre = vocabulary.preTokenizer ?? "gpt-2"
        switch pre {
        case "gpt-2", "phi-2", "jina-es", "jina-de", "gigachat", "jina-v2-es", "jina-v2-de", "a.x-4.0", "mellum", "modern-bert", "jina-v1-en", "jina-v2-code",
            "roberta-bpe", "exaone4", "mpt", "olmo":
            return .gpt2
        case "llama3", "llama-v3", "llama-bpe", "falcon3", "falcon-h1", "pixtral", "midm-2.0", "lfm2", "jina-v5-nano", "dbrx", "smaug-bpe": return .llama3
        case "qwen2", "deepseek-r1-qwen", "kormo", "f2llmv2", "stablelm2", "hunyuan", "megrez", "solar-open": return .qwen2
        case "gpt-4o", "llama4", "kanana2", "talkie": return .o200k
        default:
            throw TokenizerError.file(
                vocabulary.file, "field \"tokenizer.ggml.pre\": expected gpt-2, llama-bpe, qwen2, gpt-4o or one that cuts words alike, found \(TokenizerError.quoted(pre))")
        }
    }
}
