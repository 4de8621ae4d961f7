/// Case as Python's `str` methods change and test it: full mappings, and the final sigma.
extension Text {
    private func mapped(_ transform: (Int, Unicode.Scalar, [Unicode.Scalar]) -> String) -> [UInt8] {
        let scalars = scalars
        var result = ""
        for (index, scalar) in scalars.enumerated() {
            result.unicodeScalars += transform(index, scalar, scalars).unicodeScalars
        }
        return Array(result.utf8)
    }

    var uppercased: [UInt8] { mapped { _, scalar, _ in scalar.properties.uppercaseMapping } }
    var lowercased: [UInt8] { mapped(Text.lower) }
    var capitalized: [UInt8] {
        mapped { index, scalar, all in index == 0 ? scalar.properties.titlecaseMapping : Text.lower(index, scalar, all)
        }
    }
    var swappedCase: [UInt8] {
        mapped { index, scalar, all in
            scalar.properties.isUppercase
                ? Text.lower(index, scalar, all)
                : scalar.properties.isLowercase ? scalar.properties.uppercaseMapping : String(scalar)
        }
    }
    /// `str.title`: what follows a letter with case is lower case, every other letter title case.
    var titled: [UInt8] {
        var isInside = false
        return mapped { index, scalar, all in
            defer { isInside = scalar.properties.isCased }
            return isInside ? Text.lower(index, scalar, all) : scalar.properties.titlecaseMapping
        }
    }
    /// Case folding: lower case of upper case, apart from the letters for which that differs.
    var caseFolded: [UInt8] {
        mapped { _, scalar, _ in
            switch scalar.value {
            case 0x131: "ı"
            case 0x13A0 ... 0x13F5: String(scalar)
            case 0x13F8 ... 0x13FD, 0xAB70 ... 0xABBF: scalar.properties.uppercaseMapping
            default:
                String(
                    String.UnicodeScalarView(
                        scalar.properties.uppercaseMapping.unicodeScalars.flatMap {
                            Array($0.properties.lowercaseMapping.unicodeScalars)
                        }))
            }
        }
    }

    /// A sigma that ends a word is ς: cased before, not cased after, ignoring what has no case of its own (Unicode
    /// 3.13, Final_Sigma).
    private static func lower(_ index: Int, _ scalar: Unicode.Scalar, _ all: [Unicode.Scalar]) -> String {
        guard scalar == "Σ" else { return scalar.properties.lowercaseMapping }
        let before = all[..<index].last { !$0.properties.isCaseIgnorable }
        let after = all[(index + 1)...].first { !$0.properties.isCaseIgnorable }
        return before?.properties.isCased == true && after?.properties.isCased != true ? "ς" : "σ"
    }

    private var isTitlecase: (Unicode.Scalar) -> Bool { { $0.properties.generalCategory == .titlecaseLetter } }

    /// At least one letter with case, and all of those lower.
    var isLower: Bool {
        scalars.contains { $0.properties.isLowercase }
            && !scalars.contains { $0.properties.isUppercase || isTitlecase($0) }
    }
    var isUpper: Bool {
        scalars.contains { $0.properties.isUppercase }
            && !scalars.contains { $0.properties.isLowercase || isTitlecase($0) }
    }
    var isTitle: Bool {
        var (isInside, found) = (false, false)
        for scalar in scalars {
            if scalar.properties.isUppercase || isTitlecase(scalar) {
                if isInside { return false }
                (isInside, found) = (true, true)
            } else if scalar.properties.isLowercase {
                if !isInside { return false }
                found = true
            } else {
                isInside = false
            }
        }
        return found
    }

    /// All code points satisfy `condition`, and there is one.
    func all(_ condition: (Unicode.Scalar) -> Bool) -> Bool { !isEmpty && scalars.allSatisfy(condition) }
}

extension Unicode.Scalar {
    var isPythonAlpha: Bool {
        switch properties.generalCategory {
        case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: true
        default: false
        }
    }
    var isPythonDecimal: Bool { properties.numericType == .decimal }
    var isPythonDigit: Bool { properties.numericType == .decimal || properties.numericType == .digit }
    var isPythonNumeric: Bool { properties.numericType != nil }
    /// What `repr` shows as it is.
    var isPythonPrintable: Bool {
        switch properties.generalCategory {
        case .control, .format, .surrogate, .privateUse, .unassigned, .lineSeparator, .paragraphSeparator: false
        case .spaceSeparator: self == " "
        default: true
        }
    }
}
