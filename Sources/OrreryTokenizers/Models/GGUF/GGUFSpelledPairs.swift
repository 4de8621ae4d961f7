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
        let scratch = MergeScratch()
        var start = 0
        for end in ends {
            let spelling = Array(ByteAlphabet.spelling(of: text[start ..< end]).utf8)
            var position = offset + start
            spelling.withUnsafeBufferPointer { word in
                if takesWholeWords, let whole = merges.token(word) {
                    return encoding.append(whole, position ..< offset + end)
                }
                merges.segment(word, scratch) { token, start, end in
                    // Each character of the alphabet stands for a byte.
                    let letters = word[start ..< end].filter { $0 & 0xC0 != 0x80 }
                    if let token {
                        encoding.append(token, position ..< position + letters.count)
                        position += letters.count
                        return
                    }
                    for byte in letters {
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
