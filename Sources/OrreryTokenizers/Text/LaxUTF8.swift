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
