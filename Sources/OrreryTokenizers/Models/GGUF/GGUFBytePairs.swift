/// The `gpt2` kind: byte-level byte-pair encoding, with the pattern that `tokenizer.ggml.pre` names.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_bpe. One thing differs from there: bytes that are not UTF-8 keep
/// their value, where llama.cpp makes each U+FFFD.
struct GGUFBytePairs: GGUFSegmenter {
    let splitter: WordSplitter
    /// The pattern by the name that other formats know, if there is one.
    let pattern: SplitPattern?
    let model: BytePairModel
    private let encoders: EncoderPool
    private var lengths: TokenBytes { model.tokens }

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
        model = try pieces.model(takesWholeWords: vocabulary.settings.ignoresMerges)
        let preTokenizer = try Self.preTokenizer(vocabulary)
        splitter = preTokenizer.makeSplitter()
        pattern = preTokenizer.pattern
        encoders = EncoderPool(model)
    }

    func segment(_ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding) throws {
        guard text.count > 0 else { return }
        let first = encoding.ids.count
        try encoders.withEncoder { try $0.encode(text, splitter, into: &encoding.ids) }
        guard encoding.recordsByteRanges else { return }
        var start = offset
        for id in encoding.ids[first...] {
            encoding.byteRanges.append(start..<start + lengths.length(of: Int(id)))
            start = encoding.byteRanges.last!.upperBound
        }
    }

    /// By llama.cpp's list of pre-tokenizers; files without the key are cut its default way.
    private static func preTokenizer(_ vocabulary: GGUFVocabulary) throws -> GGUFPreTokenizer {
        let name = vocabulary.preTokenizer ?? "default"
        guard let found = GGUFPreTokenizer.named(name) else {
            let known = GGUFPreTokenizer.all.flatMap(\.names).sorted().joined(separator: ", ")
            throw TokenizerError.file(
                vocabulary.file, "field \"tokenizer.ggml.pre\": \(TokenizerError.quoted(name)) is not known here; expected one of \(known)")
        }
        return found
    }
}
