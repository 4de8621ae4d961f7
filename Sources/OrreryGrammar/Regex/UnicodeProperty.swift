/// The sets of \p{...} that are general categories, as L, Lu or Letter (ECMA-262, table 69).
enum UnicodeProperty {
    private typealias Category = Unicode.GeneralCategory

    private static let categories: [(names: [String], categories: [Category])] = [
        (["Lu", "Uppercase_Letter"], [.uppercaseLetter]), (["Ll", "Lowercase_Letter"], [.lowercaseLetter]),
        (["Lt", "Titlecase_Letter"], [.titlecaseLetter]), (["Lm", "Modifier_Letter"], [.modifierLetter]),
        (["Lo", "Other_Letter"], [.otherLetter]),
        (
            ["L", "Letter"],
            [.uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter]
        ),
        (["Nd", "Decimal_Number", "digit"], [.decimalNumber]), (["Nl", "Letter_Number"], [.letterNumber]),
        (["No", "Other_Number"], [.otherNumber]), (["N", "Number"], [.decimalNumber, .letterNumber, .otherNumber]),
        (["M", "Mark"], [.nonspacingMark, .spacingMark, .enclosingMark]),
        (["Mn", "Nonspacing_Mark"], [.nonspacingMark]),
        (
            ["P", "Punctuation", "punct"],
            [
                .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
                .finalPunctuation, .otherPunctuation,
            ]
        ),
        (["S", "Symbol"], [.mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol]),
        (["Sc", "Currency_Symbol"], [.currencySymbol]), (["Sm", "Math_Symbol"], [.mathSymbol]),
        (["Z", "Separator"], [.spaceSeparator, .lineSeparator, .paragraphSeparator]),
        (["Zs", "Space_Separator"], [.spaceSeparator]), (["Cc", "Control", "cntrl"], [.control]),
    ]

    /// The ranges of each general category, found once.
    private static let ranges: [Category: [ClosedRange<UInt32>]] = {
        var result: [Category: [ClosedRange<UInt32>]] = [:]
        var start: UInt32 = 0
        var current = Category.control
        for value: UInt32 in 0 ... 0x10FFFF {
            let category = Unicode.Scalar(value)?.properties.generalCategory ?? .surrogate
            if category != current {
                result[current, default: []].append(start ... value - 1)
                (start, current) = (value, category)
            }
        }
        result[current, default: []].append(start ... 0x10FFFF)
        return result
    }()

    /// The set that a name stands for; nil for a property that is not a general category known here.
    static func set(_ name: String) -> ScalarSet? {
        var name = name
        for prefix in ["gc=", "General_Category="] where name.hasPrefix(prefix) { name.removeFirst(prefix.count) }
        if name == "Any" { return .all }
        if name == "ASCII" { return ScalarSet([0 ... 0x7F]) }
        guard let entry = categories.first(where: { $0.names.contains(name) }) else { return nil }
        return ScalarSet(entry.categories.flatMap { ranges[$0] ?? [] })
    }
}
