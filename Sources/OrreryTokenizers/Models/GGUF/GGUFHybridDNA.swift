/// The `hybriddna` kind: byte-level BPE, and between `<dna>` and `</dna>` tokens of six letters.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_hybriddna_session.
struct GGUFHybridDNA: GGUFSegmenter {
    /// U+E000, which ends the names of the tokens of six letters: words may be spelled alike.
    static let mark: [UInt8] = [0xEE, 0x80, 0x80]
    private static let (opening, closing) = (Array("<dna>".utf8), Array("</dna>".utf8))
    private static let length = 6

    private let bytePairs: GGUFBytePairs
    private let index: PieceIndex
    /// The tokens of the two marks, and the one for letters that are no token; nil where the vocabulary lacks one of
    /// them, and all is BPE.
    private let tokens: (begin: TokenID, end: TokenID, unknown: TokenID)?

    init(_ vocabulary: GGUFVocabulary) throws {
        bytePairs = try GGUFBytePairs(vocabulary)
        index = vocabulary.index
        let ids = [Self.opening, Self.closing, Array("<oov>".utf8)].map { vocabulary.index.id(of: $0) }
        tokens = ids.contains(PieceIndex.missing) ? nil : (ids[0], ids[1], ids[2])
    }

    var dropsFirstSpace: Bool { false }

    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding
    ) throws {
        guard let tokens else {
            return try bytePairs.segment(text, isAfterMark: isAfterMark, offset: offset, into: &encoding)
        }
        func words(_ range: Range<Int>) throws {
            guard !range.isEmpty else { return }
            try bytePairs.segment(
                UnsafeBufferPointer(rebasing: text[range]), isAfterMark: false, offset: offset + range.lowerBound,
                into: &encoding)
        }
        var position = 0
        while position < text.count {
            guard let start = Self.place(of: Self.opening, in: text, from: position) else {
                return try words(position ..< text.count)
            }
            try words(position ..< start)
            let first = start + Self.opening.count
            encoding.append(tokens.begin, offset + start ..< offset + first)
            let end = Self.place(of: Self.closing, in: text, from: first)
            letters(text, first ..< (end ?? text.count), offset, tokens.unknown, &encoding)
            guard let end else { return }
            position = end + Self.closing.count
            encoding.append(tokens.end, offset + end ..< offset + position)
        }
    }

    /// Tokens of six letters, capitals all; the last is filled up with A.
    private func letters(
        _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ offset: Int, _ unknown: TokenID,
        _ encoding: inout Encoding
    ) {
        for start in stride(from: range.lowerBound, to: range.upperBound, by: Self.length) {
            let end = min(start + Self.length, range.upperBound)
            var name = text[start ..< end].map { (UInt8(ascii: "a") ... UInt8(ascii: "z")).contains($0) ? $0 - 32 : $0 }
            name += [UInt8](repeating: UInt8(ascii: "A"), count: Self.length - name.count) + Self.mark
            let id = index.id(of: name)
            encoding.append(id == PieceIndex.missing ? unknown : id, offset + start ..< offset + end)
        }
    }

    private static func place(of pattern: [UInt8], in text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int? {
        var place = start
        while place + pattern.count <= text.count {
            if text[place] == pattern[0], text[place ..< place + pattern.count].elementsEqual(pattern) { return place }
            place += 1
        }
        return nil
    }

    /// What a token of letters reads as: its name without the mark. nil for other tokens.
    static func letters(of token: ArraySlice<UInt8>, _ id: TokenID, in vocabulary: GGUFVocabulary) -> [UInt8]? {
        let unknown = vocabulary.index.id(of: Array("<oov>".utf8))
        guard unknown != PieceIndex.missing, id > unknown, token.count > mark.count,
            token.suffix(mark.count).elementsEqual(mark)
        else { return nil }
        return Array(token.dropLast(mark.count))
    }
}
