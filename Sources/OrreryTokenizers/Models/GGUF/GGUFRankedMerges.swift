/// The `gemma4` kind, and `gpt2` kinds whose pre-tokenizer is like it: merges by rank over "▁" text, line by line, with
/// bytes for what is not a token.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_bpe with LLAMA_VOCAB_PRE_TYPE_GEMMA4; `src/unicode.cpp`,
/// unicode_regex_split, which reads the text as code points and so mends damaged UTF-8.
struct GGUFRankedMerges: GGUFSegmenter {
    private let merges: RankedMerges
    private let index: PieceIndex
    private let bytes: [TokenID]
    /// Whether line breaks that are a token together are that token, whatever the merges say.
    private let joinsBreaks: Bool

    init(_ vocabulary: GGUFVocabulary) throws {
        guard !vocabulary.merges.isEmpty else {
            throw TokenizerError.file(
                vocabulary.file, "field \"\(GGUFKeys.merges)\": expected an array of strings, found no such key")
        }
        merges = try RankedMerges(vocabulary.tokens, index: vocabulary.index, merges: vocabulary.merges)
        index = vocabulary.index
        joinsBreaks = vocabulary.preTokenizer != "sarvam-moe"
        bytes = (0 ..< 256).map { vocabulary.index.id(of: BytePiece.bytes(of: UInt8($0))) }
    }

    var dropsFirstSpace: Bool { false }

    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding
    ) throws {
        let escaped = Self.escaped(text, recordsOrigins: encoding.recordsByteRanges)
        escaped.bytes.withUnsafeBufferPointer { text in
            var consumed = 0
            func append(_ id: TokenID, _ length: Int) {
                if id >= 0 {
                    let range =
                        encoding.recordsByteRanges
                        ? offset + escaped.origins[consumed] ..< offset + escaped.origins[consumed + length] : 0 ..< 0
                    encoding.append(id, range)
                }
                consumed += length
            }
            forEachSymbol(of: text) { id, length in
                if id >= 0 { return append(id, length) }
                // A byte without token is left out there.
                for byte in text[consumed ..< consumed + length] { append(bytes[Int(byte)], 1) }
            }
        }
    }

    /// What two neighbours become and, as its score, their place in the list without sign; for replays.
    func pair(_ joint: ArraySlice<UInt8>, _ cut: Int) -> ScoredReplay.Piece? {
        merges.merge(joint[..<cut], joint[cut...]).map { ($0.token ?? MergeTrace.noToken, -Float($0.rank)) }
    }

    /// Calls `emit` with each token and its length, and with -1 and the length of what is none.
    private func forEachSymbol(of text: UnsafeBufferPointer<UInt8>, _ emit: (TokenID, Int) -> Void) {
        let scratch = MergeScratch()
        var cache = RepeatedWords(textLength: text.count)
        var start = 0
        while start < text.count {
            let isBreak = text[start] == UInt8(ascii: "\n")
            var end = start + 1
            while end < text.count, (text[end] == UInt8(ascii: "\n")) == isBreak { end += 1 }
            let line = UnsafeBufferPointer(rebasing: text[start ..< end])
            let whole = isBreak && joinsBreaks ? index.id(of: line) : PieceIndex.missing
            if whole != PieceIndex.missing {
                emit(whole, line.count)
            } else {
                var wordStart = 0
                while wordStart < line.count {
                    let wordEnd = merges.cuts.endOfWord(line, from: wordStart)
                    let word = UnsafeBufferPointer(rebasing: line[wordStart ..< wordEnd])
                    let tokens = cache.range(of: word, at: start + wordStart, in: text) { tokens in
                        merges.segment(word, scratch) { tokens.append(($0 ?? -1, Int32($2 - $1))) }
                    }
                    for place in tokens { emit(cache.tokens[place].id, Int(cache.tokens[place].length)) }
                    wordStart = wordEnd
                }
            }
            start = end
        }
    }

    /// The text with "▁" for spaces and every character written the proper way.
    private static func escaped(_ text: UnsafeBufferPointer<UInt8>, recordsOrigins: Bool) -> NormalizedText {
        var output = NormalizedText()
        output.bytes.reserveCapacity(text.count + text.count / 2)
        var position = 0
        while position < text.count {
            let (bytes, length) = character(of: text, at: position)
            output.bytes += bytes
            if recordsOrigins { output.origins += repeatElement(position, count: bytes.count) }
            position += length
        }
        if recordsOrigins { output.origins.append(position) }
        return output
    }

    private static func character(
        of text: UnsafeBufferPointer<UInt8>, at position: Int
    ) -> (bytes: [UInt8], length: Int) {
        if text[position] == 0x20 { return (SentencePieceNormalizer.spaceSymbol, 1) }
        if case .scalar(_, let length) = UTF8Step(text, at: position) {
            return (Array(text[position ..< position + length]), length)
        }
        guard let (value, length) = LaxUTF8.character(of: text, at: position), value <= 0x10FFFF else {
            return ([0xEF, 0xBF, 0xBD], 1)
        }
        return (LaxUTF8.bytes(of: value), length)
    }
}
