/// What llama.cpp does to a text of a `t5` vocabulary: sentencepiece's normalization written anew, with differences of
/// its own.
///
/// A space stands before each word where spaces are merged, even with no space wanted at the start; text that begins
/// like a user-defined token passes as far as it agrees with one, whether or not it is one; and UTF-8 is judged by its
/// first bits alone.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_ugm_session::normalize and normalize_prefix.
struct GGUFUnigramNormalizer: Sendable {
    private static let replacementCharacter: [UInt8] = [0xEF, 0xBF, 0xBD]

    private let map: CharacterMap?
    private let symbols: DoubleArrayTrie?
    private let addsSpacePrefix: Bool
    private let mergesSpaces: Bool

    init(_ vocabulary: GGUFVocabulary) throws {
        map = try vocabulary.characterMap.isEmpty ? nil : CharacterMap(compiled: vocabulary.characterMap)
        let ids = vocabulary.types.indices.filter { vocabulary.types[$0].contains(.userDefined) }
        symbols = ids.isEmpty ? nil : DoubleArrayTrieBuilder.trie(of: vocabulary.tokens, ids: ids)
        addsSpacePrefix = vocabulary.settings.addsSpacePrefix
        mergesSpaces = vocabulary.settings.removesExtraWhitespaces
    }

    func normalize(_ text: UnsafeBufferPointer<UInt8>, recordsOrigins: Bool) -> NormalizedText {
        var output = NormalizedText()
        output.bytes.reserveCapacity(text.count + text.count / 2)
        var position = 0
        var hasSpaceBefore = false
        var isInWord = false
        func append(_ bytes: [UInt8]) {
            output.bytes += bytes
            if recordsOrigins { output.origins += repeatElement(position, count: bytes.count) }
        }
        while position < text.count {
            let (bytes, length) = piece(of: text, at: position)
            for byte in bytes {
                if byte == 0x20 {
                    isInWord = false
                    if !mergesSpaces { append(SentencePieceNormalizer.spaceSymbol) }
                } else {
                    if !isInWord {
                        isInWord = true
                        if (addsSpacePrefix && !hasSpaceBefore) || mergesSpaces {
                            append(SentencePieceNormalizer.spaceSymbol)
                            hasSpaceBefore = true
                        }
                    }
                    append([byte])
                }
            }
            position += length
        }
        if recordsOrigins { output.origins.append(position) }
        return output
    }

    /// What is read at `position`, and how many bytes of the text that takes.
    private func piece(of text: UnsafeBufferPointer<UInt8>, at position: Int) -> (bytes: ArraySlice<UInt8>, length: Int)
    {
        func source(_ length: Int) -> (ArraySlice<UInt8>, Int) {
            (Array(text[position ..< position + length])[...], length)
        }
        if let symbols {
            let length = symbols.withWalker { $0.depth(of: text, from: position) }
            if length > 0 { return source(length) }
        }
        if let map, let rule = map.trie.withWalker({ map.rule($0, for: text, from: position) }) {
            return (map.replacements[rule.replacement...].prefix { $0 != 0 }, rule.length)
        }
        guard let (_, length) = LaxUTF8.character(of: text, at: position) else {
            return (Self.replacementCharacter[...], 1)
        }
        return source(length)
    }
}
