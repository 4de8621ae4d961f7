/// The `bert` kind: WordPiece over a vocabulary in which words start with "▁".
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_wpm_session.
struct GGUFWordPiece: GGUFSegmenter {
    private let pieces: WordPieces
    private let rules: BertRules
    private let unknown: TokenID

    init(_ vocabulary: GGUFVocabulary) throws {
        unknown = try vocabulary.required(\.unknown, "unknown_token_id")
        rules = .llamaCpp(stripsAccents: vocabulary.settings.stripsAccents, lowercases: vocabulary.settings.lowercases)
        let trie = WordPieces.trie(of: vocabulary.tokens)
        pieces = WordPieces(starts: trie, rests: trie)
    }

    var dropsFirstSpace: Bool { true }

    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding
    ) throws {
        let space = SentencePieceNormalizer.spaceSymbol
        var words = BertWords(rules, recordsSources: encoding.recordsByteRanges)
        var found: [(id: TokenID, length: Int)] = []
        words.forEachWord(of: text) { word in
            found.removeAll(keepingCapacity: true)
            let bytes = space + word.bytes
            guard bytes.withUnsafeBufferPointer({ pieces.append($0, to: &found) }) else {
                let range =
                    (word.sources.first?.lowerBound ?? 0) + offset ..< (word.sources.last?.upperBound ?? 0) + offset
                encoding.append(unknown, range)
                return
            }
            var consumed = -space.count
            for (id, length) in found {
                let start = max(consumed, 0)
                consumed += length
                let end = max(consumed, 0)
                if encoding.recordsByteRanges {
                    let first =
                        start < word.sources.count ? word.sources[start].lowerBound : word.sources[start - 1].upperBound
                    encoding.append(
                        id, first + offset ..< (end > start ? word.sources[end - 1].upperBound : first) + offset)
                } else {
                    encoding.append(id, 0 ..< 0)
                }
            }
        }
    }
}
