/// The `whitespace` kind: byte-level BPE of the words between white space, which is dropped.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_whitespace_session.
struct GGUFWhitespace: GGUFSegmenter {
    private let bytePairs: GGUFBytePairs
    private let lowercases: Bool

    init(_ vocabulary: GGUFVocabulary) throws {
        bytePairs = try GGUFBytePairs(vocabulary)
        lowercases = vocabulary.settings.lowercases
    }

    var dropsFirstSpace: Bool { false }

    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding
    ) throws {
        var word: [UInt8] = []
        /// Where each byte of the word, and its end, stands in the text.
        var places: [Int] = []
        func flush() throws {
            guard !word.isEmpty else { return }
            let first = encoding.byteRanges.count
            try word.withUnsafeBufferPointer {
                try bytePairs.segment($0, isAfterMark: false, offset: 0, into: &encoding)
            }
            if encoding.recordsByteRanges {
                for place in first ..< encoding.byteRanges.count {
                    let range = encoding.byteRanges[place]
                    encoding.byteRanges[place] = offset + places[range.lowerBound] ..< offset + places[range.upperBound]
                }
            }
            word.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
        }
        var position = 0
        while position < text.count {
            let (scalar, length): (Unicode.Scalar, Int) =
                if case .scalar(let scalar, let length) = UTF8Step(text, at: position) { (scalar, length) } else {
                    ("\u{FFFD}", 1)
                }
            if scalar.properties.isWhitespace {
                try flush()
            } else {
                let read = lowercases ? BertCharacters.llamaCpp.lowercase(of: scalar)[0] : scalar
                let bytes = Array(String(Character(read)).utf8)
                if places.isEmpty { places.append(position) }
                word += bytes
                places.removeLast()
                places += [Int](repeating: position, count: bytes.count) + [position + length]
            }
            position += length
        }
        try flush()
    }
}
