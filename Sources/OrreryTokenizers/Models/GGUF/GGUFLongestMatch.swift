/// The `rwkv` kind: at each place the longest token that the text continues with. Tokens are any bytes, written with
/// escapes.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_rwkv_session and llama_unescape_rwkv_token.
struct GGUFLongestMatch: GGUFSegmenter {
    private let trie: DoubleArrayTrie
    /// The token of the byte 0, which the trie can't hold. Longer tokens with it are never found.
    private let zero: TokenID?
    private let unknown: TokenID?
    private let file: String

    init(_ vocabulary: GGUFVocabulary) throws {
        let tokens = PieceTable(vocabulary.tokens.map { Self.bytes(of: $0) })
        trie = DoubleArrayTrieBuilder.trie(
            of: tokens, ids: tokens.indices.filter { !tokens[$0].isEmpty && !tokens[$0].contains(0) })
        zero = tokens.indices.first { tokens[$0].elementsEqual([0]) }.map { TokenID($0) }
        (unknown, file) = (vocabulary.special.unknown, vocabulary.file)
    }

    var dropsFirstSpace: Bool { false }

    func segment(
        _ text: UnsafeBufferPointer<UInt8>, isAfterMark: Bool, offset: Int, into encoding: inout Encoding
    ) throws {
        try trie.withWalker { walker in
            var start = 0
            while start < text.count {
                var node = DoubleArrayTrie.Walker.root, place = start, found: (id: TokenID, end: Int)?
                while place < text.count, text[place] != 0, walker.step(text[place], from: &node) {
                    place += 1
                    let id = walker.value(at: node)
                    if id >= 0 { found = (TokenID(id), place) }
                }
                if text[start] == 0, let zero { found = (zero, start + 1) }
                guard let token = found ?? unknown.map({ ($0, start + 1) }) else {
                    throw TokenizerError.file(
                        file, "has no token for the byte \(BytePiece.text(of: text[start])), which the text needs")
                }
                encoding.append(token.id, offset + start ..< offset + token.end)
                start = token.end
            }
        }
    }

    /// What an escaped token stands for.
    static func bytes(of token: some Sequence<UInt8>) -> [UInt8] {
        var bytes: [UInt8] = [], isEscaped = false, digits = 0, value: UInt8 = 0
        for byte in token {
            if digits > 0 {
                // As there: what is not a digit counts as one.
                value =
                    value << 4
                    &+ (byte >= UInt8(ascii: "a") ? byte &- UInt8(ascii: "a") &+ 10 : byte &- UInt8(ascii: "0"))
                digits -= 1
                if digits == 0 { bytes.append(value) }
            } else if isEscaped {
                isEscaped = false
                switch byte {
                case UInt8(ascii: "t"): bytes.append(0x09)
                case UInt8(ascii: "n"): bytes.append(0x0A)
                case UInt8(ascii: "r"): bytes.append(0x0D)
                case UInt8(ascii: "x"): (digits, value) = (2, 0)
                default: bytes.append(byte)
                }
            } else if byte == UInt8(ascii: "\\") {
                isEscaped = true
            } else {
                bytes.append(byte)
            }
        }
        return bytes
    }

    /// The bytes as a token of such a vocabulary: printable ASCII as it is, all else by number.
    static func spelling(of bytes: some Sequence<UInt8>) -> [UInt8] {
        let digits = Array("0123456789abcdef".utf8)
        return bytes.flatMap { byte -> [UInt8] in
            if byte == UInt8(ascii: "\\") { return [byte, byte] }
            if (0x20 ... 0x7E).contains(byte) { return [byte] }
            return [UInt8(ascii: "\\"), UInt8(ascii: "x"), digits[Int(byte >> 4)], digits[Int(byte & 15)]]
        }
    }
}
