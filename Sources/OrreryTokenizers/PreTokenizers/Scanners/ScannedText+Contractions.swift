/// Which letters a contraction may be spelled with.
enum ContractionLetters {
    case lowercase
    /// Both cases of ASCII: what llama.cpp's patterns list.
    case anyCase
    /// `(?i:...)` in Unicode mode, where U+017F "ſ" is a case of "s" (CaseFolding.txt).
    case anyCaseFolded
}

extension ScannedText {
    /// The end of an English contraction at `start`, one of 's 't 'm 'd 'll 've 're, or nil.
    @inline(__always)
    func endOfContraction(at start: Int, _ letters: ContractionLetters) -> Int? {
        guard start + 1 < count, bytes[start] == UInt8(ascii: "'") else { return nil }
        return endOfContraction(afterApostrophe: start + 1, letters)
    }

    private func endOfContraction(afterApostrophe position: Int, _ letters: ContractionLetters) -> Int? {
        // Bit 5 set is a letter's lower case; what is not a letter does not become one of these.
        let fold: UInt8 = letters == .lowercase ? 0 : 0x20
        let first = bytes[position] | fold
        let second = position + 1 < count ? bytes[position + 1] | fold : 0
        switch (first, second) {
        case (UInt8(ascii: "s"), _), (UInt8(ascii: "t"), _), (UInt8(ascii: "m"), _), (UInt8(ascii: "d"), _):
            return position + 1
        case (UInt8(ascii: "l"), UInt8(ascii: "l")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "r"), UInt8(ascii: "e")):
            return position + 2
        default:
            let isLongS =
                letters == .anyCaseFolded && bytes[position] == 0xC5 && position + 1 < count
                && bytes[position + 1] == 0xBF
            return isLongS ? position + 2 : nil
        }
    }
}
