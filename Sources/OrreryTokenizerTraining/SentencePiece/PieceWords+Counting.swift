import OrreryTokenizers

extension PieceWords {
    /// The tokens of the text: each word's, as often as it was met. A stretch of characters that are not covered is one
    /// token, or one for each byte of "▅", which stands for them.
    func tokenCount(_ tokenizer: SentencePieceTokenizer) -> Int {
        var total = 0
        var utf8: [UInt8] = []
        for word in words {
            utf8.removeAll(keepingCapacity: true)
            for scalar in word.scalars { utf8.append(contentsOf: UTF8.encode(Unicode.Scalar(scalar) ?? "\u{FFFD}")!) }
            var (tokens, isUnknown) = (0, false)
            utf8.withUnsafeBufferPointer { text in
                tokenizer.forEachToken(ofNormalized: text) { isPiece, length in
                    if isPiece {
                        tokens += 1
                    } else if tokenizer.hasByteTokens {
                        tokens += length
                    } else if !isUnknown {
                        tokens += 1
                    }
                    isUnknown = !isPiece
                }
            }
            total += tokens * word.count
        }
        return total
    }
}
