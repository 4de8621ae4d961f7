/// The `llama` kind: byte-pair encoding by scores over the whole vocabulary, bytes for what is not a token.
///
/// Nothing is normalized. Any token may come out of a merge, those of structure included.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_spm_session and byte_to_token.
struct GGUFScoredMerges: GGUFSegmenter {
    private let merges: SentencePieceBPE
    /// The token of each byte, -1 where there is none.
    private let bytes: [TokenID]
    private let addsSpacePrefix: Bool
    private let file: String

    init(_ vocabulary: GGUFVocabulary) throws {
        merges = try SentencePieceBPE(
            vocabulary.tokens, index: vocabulary.index,
            // Compared as numbers there, where -0 is 0.
            scores: vocabulary.scores.map { $0 + 0 },
            outcomes: [SentencePieceBPE.Outcome](repeating: .piece, count: vocabulary.tokens.count),
            frozen: nil)
        bytes = (0 ..< 256).map { byte in
            let id = vocabulary.index.id(of: BytePiece.bytes(of: UInt8(byte)))
            return id != PieceIndex.missing ? id : vocabulary.index.id(of: [UInt8(byte)])
        }
        addsSpacePrefix = vocabulary.settings.addsSpacePrefix
        file = vocabulary.file
    }

    var dropsFirstSpace: Bool { addsSpacePrefix }

    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding
    ) throws {
        var escaped = NormalizedText()
        escaped.bytes.reserveCapacity(text.count + text.count / 2)
        let recordsOrigins = encoding.recordsByteRanges
        func append(_ bytes: [UInt8], _ origin: Int) {
            escaped.bytes += bytes
            if recordsOrigins { escaped.origins += repeatElement(origin, count: bytes.count) }
        }
        if addsSpacePrefix && isAfterMark { append(SentencePieceNormalizer.spaceSymbol, offset) }
        for (place, byte) in text.enumerated() {
            if byte == 0x20 {
                append(SentencePieceNormalizer.spaceSymbol, offset + place)
            } else {
                escaped.bytes.append(byte)
                if recordsOrigins { escaped.origins.append(offset + place) }
            }
        }
        if recordsOrigins { escaped.origins.append(offset + text.count) }

        var consumed = 0
        var missing: UInt8?
        escaped.bytes.withUnsafeBufferPointer { text in
            merges.segment(text, isUTF8: UTF8Step.isValid(text)) { id, length in
                func range(_ start: Int, _ end: Int) -> Range<Int> {
                    recordsOrigins ? escaped.origins[start] ..< escaped.origins[end] : 0 ..< 0
                }
                if id != SentencePieceBPE.unknown {
                    encoding.append(id, range(consumed, consumed + length))
                } else {
                    for place in consumed ..< consumed + length {
                        let token = bytes[Int(text[place])]
                        if token < 0 { missing = missing ?? text[place] }
                        encoding.append(token, range(place, place + 1))
                    }
                }
                consumed += length
            }
        }
        if let missing {
            throw TokenizerError.file(
                file, "has no token for the byte \(BytePiece.text(of: missing)), which the text needs")
        }
    }
}
