/// The `gpt2` kind: byte-level byte-pair encoding, with the pattern that `tokenizer.ggml.pre` names.
///
/// Any token may come out of a merge, marks of structure included. A list of merges that makes strings which are not
/// tokens, and a vocabulary that lacks bytes, are for `GGUFSpelledPairs`, which is slower.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_bpe. One thing differs from there: bytes that are not UTF-8
/// keep their value, where llama.cpp makes each U+FFFD.
struct GGUFBytePairs: GGUFSegmenter {
    let splitter: WordSplitter
    /// How the file's name for it cuts texts.
    let preTokenizer: GGUFPreTokenizer
    let model: BytePairModel
    /// What was passed over in the file, a line each.
    let warnings: [String]
    private let spelled: GGUFSpelledPairs?
    /// Whether all merges are of tokens, so that only texts with a byte that is missing have to be spelled.
    private let mergesTokens: Bool
    /// Whether a byte has no token.
    private let isMissing: [Bool]
    private let encoders: WorkspacePool<BytePairEncoder>

    /// Whether a byte of UTF-8 has no token.
    var lacksBytes: Bool { isMissing.indices.contains { isMissing[$0] && $0 != 0xC0 && $0 != 0xC1 && $0 < 0xF5 } }

    /// The pattern by the name that other formats know, if there is one.
    var pattern: SplitPattern? { preTokenizer.pattern }

    var dropsFirstSpace: Bool { false }

    init(_ vocabulary: GGUFVocabulary) throws {
        var pieces = ByteLevelVocabulary(file: vocabulary.file)
        for id in vocabulary.tokens.indices { try pieces.add(vocabulary.tokens[id], id: id) }
        try pieces.finish()
        // A merge of text outside the alphabet never happens; one of strings that are not tokens keeps its letters from
        // other merges.
        var unused = 0, strangers = 0
        for merge in vocabulary.merges {
            let parts = merge.split(separator: 0x20, omittingEmptySubsequences: false)
            guard parts.count == 2, ByteLevelVocabulary.isSpelled(parts[0]), ByteLevelVocabulary.isSpelled(parts[1])
            else {
                unused += 1
                continue
            }
            if try !pieces.addMergeIfKnown(parts[0], parts[1]) { strangers += 1 }
        }
        model = try pieces.model(takesWholeWords: vocabulary.settings.ignoresMerges, repeated: .first)
        let bytes = model.rules.byteTokens
        let isMissing = (0 ..< 256).map { bytes[$0] == Merging.noToken }
        self.isMissing = isMissing
        mergesTokens = strangers == 0
        spelled = strangers > 0 || isMissing.contains(true) ? try GGUFSpelledPairs(vocabulary) : nil
        // Thirteen values are in no UTF-8.
        let missing = isMissing.indices.filter { isMissing[$0] && $0 != 0xC0 && $0 != 0xC1 && $0 < 0xF5 }
        preTokenizer = try Self.preTokenizer(vocabulary)
        splitter = preTokenizer.makeSplitter()
        encoders = WorkspacePool { [model] in BytePairEncoder(model) }

        let merges = "\(vocabulary.file): field \"\(GGUFKeys.merges)\""
        var warnings: [String] = []
        if unused > 0 {
            warnings.append(
                "\(merges) has \(unused) that are not two texts of GPT-2's byte alphabet; they are never made")
        }
        if strangers > 0 {
            warnings.append(
                "\(merges) has \(strangers) whose parts or result are not tokens; their text is spelled in single bytes"
            )
        }
        if !missing.isEmpty {
            let some =
                missing.prefix(8).map { BytePiece.text(of: UInt8($0)) }.joined(separator: ", ")
                + (missing.count > 8 ? ", ..." : "")
            warnings.append(
                "\(vocabulary.file): field \"\(GGUFKeys.tokens)\" has no token for \(missing.count) of the bytes of UTF-8 (\(some)); they are left out of texts"
            )
        }
        self.warnings = warnings
    }

    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding
    ) throws {
        guard text.count > 0 else { return }
        if let spelled, !mergesTokens || text.contains(where: { isMissing[Int($0)] }) {
            return spelled.segment(text, ends: try splitter.wordEnds(of: text), offset: offset, into: &encoding)
        }
        let first = encoding.ids.count
        try encoders.withWorkspace { try $0.encode(text, splitter, into: &encoding.ids) }
        guard encoding.recordsByteRanges else { return }
        var start = offset
        for id in encoding.ids[first...] {
            encoding.byteRanges.append(start ..< start + model.tokens.length(of: Int(id)))
            start = encoding.byteRanges.last!.upperBound
        }
    }

    /// By llama.cpp's list of pre-tokenizers; files without the key are cut its default way.
    private static func preTokenizer(_ vocabulary: GGUFVocabulary) throws -> GGUFPreTokenizer {
        let name = vocabulary.preTokenizer ?? "default"
        guard let found = GGUFPreTokenizer.named(name) else {
            let known = GGUFPreTokenizer.all.flatMap(\.names).sorted().joined(separator: ", ")
            throw TokenizerError.file(
                vocabulary.file,
                "field \"tokenizer.ggml.pre\": \(TokenizerError.quoted(name)) is not known here; expected one of \(known)"
            )
        }
        return found
    }
}
