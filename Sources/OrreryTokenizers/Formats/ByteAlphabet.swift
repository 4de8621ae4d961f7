/// GPT-2's alphabet of printable stand-ins for the 256 bytes, in which byte-level vocabularies are written.
///
/// The printable bytes of Latin-1 stand for themselves, the other 68 for U+0100 on, in order: the space becomes "Ġ"
/// (`bytes_to_unicode` in openai/gpt-2, `src/encoder.py`).
package enum ByteAlphabet {
    /// The stand-in of each byte.
    package static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0 ..< 256).map { byte in
            switch byte {
            case 0x21 ... 0x7E, 0xA1 ... 0xAC, 0xAE ... 0xFF:
                return Unicode.Scalar(UInt8(byte))
            default:
                defer { next += 1 }
                return Unicode.Scalar(next)!
            }
        }
    }()

    /// The byte that each scalar below U+0144 stands for; nil for those that stand for none.
    static let bytes: [UInt8?] = {
        var bytes = [UInt8?](repeating: nil, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { bytes[Int(scalar.value)] = UInt8(byte) }
        return bytes
    }()

    /// The byte that `scalar` stands for.
    static func byte(for scalar: Unicode.Scalar) -> UInt8? {
        scalar.value < bytes.count ? bytes[Int(scalar.value)] : nil
    }

    /// Appends the bytes that a piece stands for, given as UTF-8; false, and nothing is appended, if it is not all in
    /// the alphabet.
    package static func append(_ piece: some Collection<UInt8>, to result: inout [UInt8]) -> Bool {
        let start = result.count
        var lead: UInt8 = 0
        for byte in piece {
            // Stand-ins are below U+0144: one byte, or two of which the first is 0xC2 to 0xC5.
            let code: Int
            if lead == 0 && byte >= 0xC2 && byte <= 0xC5 {
                lead = byte
                continue
            } else if lead != 0 {
                code = byte & 0xC0 == 0x80 ? Int(lead & 0x1F) << 6 | Int(byte & 0x3F) : bytes.count
                lead = 0
            } else {
                code = byte < 0x80 ? Int(byte) : bytes.count
            }
            guard code < bytes.count, let value = bytes[code] else {
                result.removeSubrange(start...)
                return false
            }
            result.append(value)
        }
        if lead != 0 { result.removeSubrange(start...) }
        return lead == 0
    }

    /// A token's bytes, spelled in the alphabet.
    package static func spelling(of bytes: some Sequence<UInt8>) -> String {
        var result = String.UnicodeScalarView()
        for byte in bytes { result.append(scalars[Int(byte)]) }
        return String(result)
    }

    /// Whether tokenizers' ByteLevel decoder would read a special token of this text as other bytes: it takes any token
    /// written wholly in the alphabet for bytes, which only plain ASCII survives.
    static func wouldDecodeDifferently(_ content: String) -> Bool {
        content.unicodeScalars.allSatisfy { byte(for: $0) != nil } && content.utf8.contains { $0 >= 0x80 }
    }
}
