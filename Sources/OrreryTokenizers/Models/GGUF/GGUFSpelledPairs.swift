/// Byte-level merges over text spelled in GPT-2's alphabet, for lists that make strings which are not tokens, and
/// vocabularies that lack bytes.
///
/// A string that is not a token becomes the tokens of its single bytes of ASCII; other bytes, and those without a
/// token, are left out.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_bpe_session::tokenize.
struct GGUFSpelledPairs: Sendable {
    private let merges: RankedMerges
    private let takesWholeWords: Bool
    /// The token of each byte of ASCII; -1 where there is none.
    private let bytes: [TokenID]

    init(_ vocabulary: GGUFVocabulary) throws {
        merges = try RankedMerges(vocabulary.tokens, index: vocabulary.index, merges: vocabulary.merges)
        takesWholeWords = vocabulary.settings.ignoresMerges
        bytes = (0 ..< 0x80).map { vocabulary.index.id(of: CollectionOfOne(UInt8($0))) }
    }

    /// Appends the tokens of the words that end at `ends`.
    func segment(_ text: UnsafeBufferPointer<UInt8>, ends: [Int], offset: Int, into encoding: inout Encoding) {
        var workspace = MergeWorkspace()
        var start = 0
        for end in ends {
            let spelling = Array(ByteAlphabet.spelling(of: text[start ..< end]).utf8)
            var position = offset + start
            spelling.withUnsafeBufferPointer { word in
                let whole = merges.symbol(word)
                if takesWholeWords, merges.isToken(whole) { return encoding.append(whole, position ..< offset + end) }
                merges.segment(word, &workspace)
                var consumed = 0
                workspace.forEachSymbol { symbol in
                    let part = word[consumed ..< consumed + Int(symbol.length)]
                    consumed = part.endIndex
                    // Each character of the alphabet stands for a byte.
                    let length = part.count { $0 & 0xC0 != 0x80 }
                    if merges.isToken(symbol.id) {
                        encoding.append(symbol.id, position ..< position + length)
                        position += length
                        return
                    }
                    for byte in part where byte & 0xC0 != 0x80 {
                        if byte < 0x80, bytes[Int(byte)] >= 0 {
                            encoding.append(bytes[Int(byte)], position ..< position + 1)
                        }
                        position += 1
                    }
                }
            }
            start = end
        }
    }
}
