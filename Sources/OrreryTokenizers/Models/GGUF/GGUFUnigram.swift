/// The `t5` kind: the most probable pieces, after a normalization that is nearly sentencepiece's.
///
/// Sums are in double precision, and user-defined tokens have the score 0 instead of a bonus.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_ugm and llm_tokenizer_ugm_session::tokenize.
struct GGUFUnigram: GGUFSegmenter {
    private let lattice: UnigramLattice<Double>
    private let normalizer: GGUFUnigramNormalizer
    private let unknown: TokenID
    private let addsSpacePrefix: Bool

    init(_ vocabulary: GGUFVocabulary) throws {
        unknown = try vocabulary.required(\.unknown, "unknown_token_id")
        addsSpacePrefix = vocabulary.settings.addsSpacePrefix
        let types = vocabulary.types
        let ids = types.indices.filter { !types[$0].isDisjoint(with: [.normal, .userDefined, .unused]) }
        let least = types.indices.filter { types[$0].contains(.normal) }.map { vocabulary.scores[$0] }.min()
        lattice = UnigramLattice(
            trie: DoubleArrayTrieBuilder.trie(of: vocabulary.tokens, ids: ids),
            scores: types.indices.map { types[$0].contains(.userDefined) ? 0 : Double(vocabulary.scores[$0]) },
            unknownScore: Double((least ?? .greatestFiniteMagnitude) - 10), resetThreshold: nil)
        normalizer = try TokenizerError.naming(vocabulary.file) { try GGUFUnigramNormalizer(vocabulary) }
    }

    var dropsFirstSpace: Bool { addsSpacePrefix }

    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding
    ) throws {
        let normalized = normalizer.normalize(text, recordsOrigins: encoding.recordsByteRanges)
        var consumed = 0
        var isAfterUnknown = false
        normalized.bytes.withUnsafeBufferPointer { text in
            lattice.segment(text) { id, length in
                let range =
                    encoding.recordsByteRanges
                    ? offset + normalized.origins[consumed] ..< offset + normalized.origins[consumed + length] : 0 ..< 0
                let isUnknown = id == UnigramLattice<Double>.unknown || id == unknown
                if isUnknown && isAfterUnknown {
                    if let last = encoding.byteRanges.popLast() {
                        encoding.byteRanges.append(last.lowerBound ..< range.upperBound)
                    }
                } else {
                    encoding.append(isUnknown ? unknown : id, range)
                }
                isAfterUnknown = isUnknown
                consumed += length
            }
        }
    }
}
