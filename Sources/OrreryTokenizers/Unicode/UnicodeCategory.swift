/// The general category of a code point (Unicode standard, section 4.5), from the project's own table.
///
/// Swift's `Unicode.GeneralCategory` follows the Unicode version of the toolchain; ids must not change with the
/// toolchain, so tokenizers ask here.
enum UnicodeCategory: UInt8, CaseIterable {
    case uppercaseLetter, lowercaseLetter, titlecaseLetter, modifierLetter, otherLetter
    case nonspacingMark, spacingMark, enclosingMark
    case decimalNumber, letterNumber, otherNumber
    case connectorPunctuation, dashPunctuation, openPunctuation, closePunctuation, initialPunctuation, finalPunctuation,
        otherPunctuation
    case mathSymbol, currencySymbol, modifierSymbol, otherSymbol
    case spaceSeparator, lineSeparator, paragraphSeparator
    case control, format, surrogate, privateUse, unassigned

    /// The category of one scalar, by binary search. Inner loops use `CharacterClassTable`.
    init(_ scalar: Unicode.Scalar) {
        var (low, high) = (0, Self.runs.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Self.runs[middle] >> 5 <= scalar.value { low = middle } else { high = middle }
        }
        self = Self.category(ofRun: Self.runs[low])
    }

    /// Calls `body` with every run of code points of one category, in order.
    static func forEachRun(_ body: (ClosedRange<UInt32>, UnicodeCategory) -> Void) {
        for (index, run) in runs.enumerated() {
            let end = index + 1 < runs.count ? runs[index + 1] >> 5 : 0x110000
            body(run >> 5 ... end - 1, category(ofRun: run))
        }
    }

    private static func category(ofRun run: UInt32) -> UnicodeCategory {
        UnicodeCategory(rawValue: UInt8(run & 31))!
    }
}
