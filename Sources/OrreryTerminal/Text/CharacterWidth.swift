extension Character {
    /// The terminal columns that this character takes: 0, 1 or 2.
    ///
    /// A cluster is as wide as its base: 2 for East Asian wide and full width (Unicode Annex 11) and for emoji shown as
    /// pictures (Technical Standard 51), 0 for controls and for a mark with nothing to stand on. Ambiguous widths count
    /// as 1.
    package var displayWidth: Int {
        let first = unicodeScalars[unicodeScalars.startIndex]
        if first.value >= 0x20 && first.value < 0x7F && unicodeScalars.count == 1 { return 1 }
        let properties = first.properties
        if properties.isEmojiPresentation { return 2 }
        // U+FE0F asks for the picture of a character whose default is text.
        if properties.isEmoji, first.value > 0x7F, unicodeScalars.contains("\u{FE0F}") { return 2 }
        switch properties.generalCategory {
        case .control, .format, .nonspacingMark, .enclosingMark, .lineSeparator, .paragraphSeparator, .surrogate:
            return 0
        default: return Self.isWide(first.value) ? 2 : 1
        }
    }

    /// East Asian Width W and F, without the emoji, whose property says it already; unassigned code points inside a
    /// block of wide ones count with it.
    private static func isWide(_ value: UInt32) -> Bool {
        guard value >= 0x1100 else { return false }
        return wideRanges.contains { $0.contains(value) }
    }

    private static let wideRanges: [ClosedRange<UInt32>] = [
        0x1100 ... 0x115F,  // Hangul initial consonants
        0x2E80 ... 0x303E, 0x3041 ... 0xA4C6,  // radicals, kana, bopomofo, ideographs, Yi
        0xA960 ... 0xA97C, 0xAC00 ... 0xD7A3,  // Hangul
        0xF900 ... 0xFAFF, 0xFE10 ... 0xFE19, 0xFE30 ... 0xFE6B,  // compatibility and vertical forms
        0xFF01 ... 0xFF60, 0xFFE0 ... 0xFFE6,  // full width
        0x16FE0 ... 0x18CFF, 0x1AFF0 ... 0x1B2FB,  // Tangut, Khitan, Nushu, historic kana
        0x1F200 ... 0x1F265, 0x20000 ... 0x3FFFD,  // enclosed ideographs, the ideographic planes
    ]
}
