/// The `none` kind: a model without a vocabulary. Texts are the numbers of tokens with white space between, so that it
/// can be run all the same; llama.cpp runs such models by ids alone.
struct GGUFNumbers: GGUFSegmenter {
    let count: Int
    let file: String

    var dropsFirstSpace: Bool { false }

    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding
    ) throws {
        var position = 0
        while position < text.count {
            let start = position
            while position < text.count, !Self.isSpace(text[position]) { position += 1 }
            if position > start {
                guard let id = id(of: text[start ..< position]) else {
                    throw TokenizerError.file(
                        file,
                        "has no vocabulary: byte \(offset + start) of the text begins no number of a token; expected 0 to \(count - 1), with spaces between"
                    )
                }
                encoding.append(id, offset + start ..< offset + position)
            }
            position += 1
        }
    }

    private static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || (0x09 ... 0x0D).contains(byte) }

    /// The token whose number is written so, white space around it aside; nil if there is none.
    func id(of text: some Sequence<UInt8>) -> TokenID? {
        let digits = text.drop(while: Self.isSpace).reversed().drop(while: Self.isSpace).reversed()
        guard !digits.isEmpty, digits.allSatisfy({ (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains($0) }),
            let number = Int(String(decoding: digits, as: UTF8.self)), number < count
        else { return nil }
        return TokenID(number)
    }

    static func text(of id: TokenID) -> [UInt8] { Array("\(id) ".utf8) }
}
