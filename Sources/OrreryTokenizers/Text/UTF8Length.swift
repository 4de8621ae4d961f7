/// The length of a character by its first byte alone, as sentencepiece and llama.cpp count: a byte that cannot start
/// one counts as one character (`OneCharLen` in sentencepiece's `util.h`, `unicode_len_utf8` in llama.cpp's
/// `unicode.cpp`).
@inline(__always)
func lengthOfCharacter(startingWith byte: UInt8) -> Int {
    // Two bits for each value of the upper four, the length less one.
    Int(0xE500_0000 >> (UInt32(byte >> 4) * 2) & 3) + 1
}
