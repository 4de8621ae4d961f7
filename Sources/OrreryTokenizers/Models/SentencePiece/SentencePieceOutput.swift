/// Turns the pieces of a normalized text into tokens: unknown ones into bytes or, with their unknown neighbours, into
/// one token.
///
/// Source: sentencepiece, `src/sentencepiece_processor.cc`, PopulateSentencePieceText.
struct SentencePieceOutput {
    private let origins: [Int]
    private let offset: Int
    private let bytes: [TokenID]?
    private let unknown: TokenID
    private let recordsByteRanges: Bool
    private(set) var encoding: Encoding
    private var consumed = 0
    private var isAfterUnknown = false

    /// - Parameters:
    ///   - origins: of the normalized text's bytes, if ranges are recorded.
    ///   - offset: where the text stands in the one that ranges count in.
    init(tokenizer: SentencePieceTokenizer, origins: [Int], offset: Int, _ encoding: Encoding) {
        (self.origins, self.offset, self.encoding) = (origins, offset, encoding)
        bytes = tokenizer.roles.bytes
        unknown = tokenizer.roles.unknown ?? SentencePieceSegmenter.unknown
        recordsByteRanges = encoding.recordsByteRanges
    }

    /// Appends what the model emits for the next `length` bytes of `text`.
    mutating func append(_ id: TokenID, length: Int, of text: UnsafeBufferPointer<UInt8>) {
        let isUnknown = id == SentencePieceSegmenter.unknown
        let range = recordsByteRanges ? offset + origins[consumed] ..< offset + origins[consumed + length] : 0 ..< 0
        if !isUnknown {
            encoding.append(id, range)
        } else if let bytes {
            for place in consumed ..< consumed + length {
                let isLast = place == consumed + length - 1
                encoding.append(bytes[Int(text[place])], isLast ? range : range.lowerBound ..< range.lowerBound)
            }
        } else if isAfterUnknown {
            if recordsByteRanges {
                let last = encoding.byteRanges.count - 1
                encoding.byteRanges[last] = encoding.byteRanges[last].lowerBound ..< range.upperBound
            }
        } else {
            encoding.append(unknown, range)
        }
        isAfterUnknown = isUnknown
        consumed += length
    }
}
