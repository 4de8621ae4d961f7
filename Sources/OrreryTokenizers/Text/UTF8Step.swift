/// What stands at one position of bytes that should be UTF-8.
///
/// Follows table 3-7 of the Unicode standard (well-formed UTF-8 byte sequences). An ill-formed part is cut as the
/// standard recommends (section 3.9, "substitution of maximal subparts"), which is how Swift, Rust and Python replace
/// it too.
enum UTF8Step: Equatable {
    /// A character of `length` bytes.
    case scalar(Unicode.Scalar, length: Int)
    /// The bytes end inside what may become a character.
    case incomplete
    /// `length` bytes that no further byte can make a character of.
    case invalid(length: Int)

    @inline(__always)
    init(_ utf8: UnsafeBufferPointer<UInt8>, at position: Int) {
        let first = utf8[position]
        if first < 0x80 {
            self = .scalar(Unicode.Scalar(first), length: 1)
        } else {
            self.init(multibyte: utf8, at: position)
        }
    }

    private init(multibyte utf8: UnsafeBufferPointer<UInt8>, at position: Int) {
        let first = utf8[position]
        let length: Int
        // The second byte's range excludes overlong forms, surrogates and what lies beyond U+10FFFF.
        var second: ClosedRange<UInt8> = 0x80 ... 0xBF
        switch first {
        case 0xC2 ... 0xDF: length = 2
        case 0xE0: (length, second) = (3, 0xA0 ... 0xBF)
        case 0xED: (length, second) = (3, 0x80 ... 0x9F)
        case 0xE1 ... 0xEF: length = 3
        case 0xF0: (length, second) = (4, 0x90 ... 0xBF)
        case 0xF1 ... 0xF3: length = 4
        case 0xF4: (length, second) = (4, 0x80 ... 0x8F)
        default:
            self = .invalid(length: 1)
            return
        }
        var value = UInt32(first) & (0xFF >> UInt32(length + 1))
        for offset in 1 ..< length {
            guard position + offset < utf8.count else {
                self = .incomplete
                return
            }
            let byte = utf8[position + offset]
            guard (offset == 1 ? second : 0x80 ... 0xBF).contains(byte) else {
                self = .invalid(length: offset)
                return
            }
            value = value << 6 | UInt32(byte & 0x3F)
        }
        self = .scalar(Unicode.Scalar(value)!, length: length)
    }
}

extension UTF8Step {
    /// Whether all of `utf8` is characters.
    static func isValid(_ utf8: UnsafeBufferPointer<UInt8>) -> Bool {
        var position = 0
        while position < utf8.count {
            guard case .scalar(_, let length) = UTF8Step(utf8, at: position) else { return false }
            position += length
        }
        return true
    }
}

/// The length of a character by its first byte alone, as sentencepiece and llama.cpp count: a byte that cannot start
/// one counts as one character (`OneCharLen` in sentencepiece's `util.h`, `unicode_len_utf8` in llama.cpp's
/// `unicode.cpp`).
@inline(__always)
func lengthOfCharacter(startingWith byte: UInt8) -> Int {
    // Two bits for each value of the upper four, the length less one.
    Int(0xE500_0000 >> (UInt32(byte >> 4) * 2) & 3) + 1
}

extension UnsafeBufferPointer<UInt8> {
    /// The number of bytes before the first that is not well-formed UTF-8; all of them if there is none.
    package var wellFormedPrefixCount: Int {
        var position = 0
        while position < count {
            let rest = count - position
            // Eight bytes of ASCII at a time.
            if rest >= 8,
                UnsafeRawPointer(baseAddress! + position).loadUnaligned(as: UInt64.self) & 0x8080_8080_8080_8080 == 0
            {
                position += 8
            } else if case .scalar(_, let length) = UTF8Step(self, at: position) {
                position += length
            } else {
                return position
            }
        }
        return count
    }
}

/// UTF-8 as llama.cpp reads it: told by the first bits of each byte alone, so that overlong forms and surrogates pass.
///
/// Source: llama.cpp, `src/unicode.cpp`, unicode_cpt_from_utf8 and unicode_cpt_to_utf8.
enum LaxUTF8 {
    /// The code point at `position` and its length, or nil where the bits are wrong.
    static func character(of text: UnsafeBufferPointer<UInt8>, at position: Int) -> (value: UInt32, length: Int)? {
        let first = text[position]
        if first < 0x80 { return (UInt32(first), 1) }
        let length = lengthOfCharacter(startingWith: first)
        guard (0xC0 ..< 0xF8).contains(first), position + length <= text.count else { return nil }
        var value = UInt32(first) & (0xFF >> UInt32(length + 1))
        for place in position + 1 ..< position + length {
            guard text[place] & 0xC0 == 0x80 else { return nil }
            value = value << 6 | UInt32(text[place] & 0x3F)
        }
        return (value, length)
    }

    /// The shortest form of a code point, surrogates included.
    static func bytes(of value: UInt32) -> [UInt8] {
        func trail(_ shift: UInt32) -> UInt8 { 0x80 | UInt8(value >> shift & 0x3F) }
        switch value {
        case 0 ..< 0x80: return [UInt8(value)]
        case 0x80 ..< 0x800: return [0xC0 | UInt8(value >> 6), trail(0)]
        case 0x800 ..< 0x10000: return [0xE0 | UInt8(value >> 12), trail(6), trail(0)]
        default: return [0xF0 | UInt8(value >> 18 & 7), trail(12), trail(6), trail(0)]
        }
    }
}
