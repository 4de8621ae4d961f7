import Foundation

/// A regular expression of llama.cpp's, run by Foundation's engine on what llama.cpp's own engine sees.
///
/// That engine, std::regex, knows no Unicode. So llama.cpp gives each character beyond ASCII one of seven stand-ins,
/// for letters, numbers, punctuation, marks, symbols, white space and the rest, and spells `\p{L}` as `[A-Za-z]` and
/// the stand-in; every kind of letter is that of all. Patterns that list characters instead see the text itself, but
/// white space beyond ASCII as U+000B. Doing the same has a second merit: the result does not depend on Foundation's
/// version of Unicode.
///
/// Source: llama.cpp, `src/unicode.cpp`, unicode_regex_split.
///
/// `@unchecked Sendable`: NSRegularExpression does not change, and is documented to be used from several threads.
struct CollapsedPattern: @unchecked Sendable {
    private let expression: NSRegularExpression
    private let collapses: Bool
    /// As llama.cpp writes it.
    let source: String

    /// - Parameter pattern: one of those listed in `GGUFPreTokenizer`.
    init(_ pattern: String) {
        source = pattern
        collapses = pattern.contains("\\p{")
        expression = try! NSRegularExpression(pattern: Self.translated(pattern))
    }

    /// Cuts each of the parts that end at `ends`: matches stand alone, and so does what is between them.
    ///
    /// - Throws: `TokenizerError` if the engine gives up, which it does when it runs out of room to backtrack.
    func cut(_ utf8: UnsafeBufferPointer<UInt8>, _ ends: [Int]) throws -> [Int] {
        var result: [Int] = []
        var units: [UInt16] = []
        // The place of each unit in the text, and at last the end.
        var places: [Int] = []
        var start = 0
        for end in ends {
            units.removeAll(keepingCapacity: true)
            places.removeAll(keepingCapacity: true)
            read(UnsafeBufferPointer(rebasing: utf8[start ..< end])) { place, unit in
                units.append(unit)
                places.append(start + place)
            }
            places.append(end)
            try appendCuts(of: units, places, to: &result)
            start = end
        }
        return result
    }

    private func appendCuts(of units: [UInt16], _ places: [Int], to result: inout [Int]) throws {
        let text = NSString(characters: units, length: units.count)
        var matches: [NSRange] = []
        var failed = false
        expression.enumerateMatches(
            in: text as String, options: [.reportCompletion], range: NSRange(location: 0, length: units.count)
        ) { match, flags, _ in
            if flags.contains(.internalError) { failed = true }
            if let range = match?.range { matches.append(range) }
        }
        if failed {
            throw TokenizerError.invalid(
                "a word of the text needs too much room to be found by this vocabulary's pattern; expected shorter ones"
            )
        }
        var last = 0
        for unit in matches.lazy.flatMap({ [$0.location, $0.location + $0.length] }) where unit > last {
            result.append(places[unit])
            last = unit
        }
        if last < units.count { result.append(places[units.count]) }
    }

    private func read(_ part: UnsafeBufferPointer<UInt8>, _ body: (Int, UInt16) -> Void) {
        var position = 0
        while position < part.count {
            switch UTF8Step(part, at: position) {
            case .scalar(let scalar, let length):
                append(scalar, at: position, body)
                position += length
            case .incomplete:
                body(position, collapses ? StandIn.other : 0xFFFD)
                position = part.count
            case .invalid(let length):
                body(position, collapses ? StandIn.other : 0xFFFD)
                position += length
            }
        }
    }

    private func append(_ scalar: Unicode.Scalar, at position: Int, _ body: (Int, UInt16) -> Void) {
        if scalar.value < 0x80 { return body(position, UInt16(scalar.value)) }
        if CharacterClassTable.llamaCpp.base[Int(scalar.value)].intersects(.space) {
            return body(position, StandIn.space)
        }
        if collapses { return body(position, StandIn.of(scalar)) }
        for unit in UTF16.encode(scalar)! { body(position, unit) }
    }

    /// What stands for characters beyond ASCII.
    private enum StandIn {
        static let space: UInt16 = 0x0B
        static let other: UInt16 = 0xD0

        static func of(_ scalar: Unicode.Scalar) -> UInt16 {
            if UnicodeCategory.addedInVersion16.contains(where: { $0.contains(Int(scalar.value)) }) { return other }
            return switch UnicodeCategory(scalar) {
            case .decimalNumber, .letterNumber, .otherNumber: 0xD1
            case .uppercaseLetter, .lowercaseLetter, .titlecaseLetter, .modifierLetter, .otherLetter: 0xD2
            case .connectorPunctuation, .dashPunctuation, .openPunctuation, .closePunctuation, .initialPunctuation,
                .finalPunctuation, .otherPunctuation:
                0xD3
            case .nonspacingMark, .spacingMark, .enclosingMark: 0xD4
            case .mathSymbol, .currencySymbol, .modifierSymbol, .otherSymbol: 0xD5
            default: other
            }
        }
    }

    /// What `\p{N}` and so on stand for, inside brackets.
    private static let properties = [
        "N": "0-9\u{D1}", "L": "A-Za-z\u{D2}", "P": "!-#%-*,-/:;?@\\[-\\]_\\{\\}\u{D3}", "M": "\u{D4}",
        "S": "$+<=>^`|~\u{D5}",
    ]

    /// The pattern as ICU has to see it: with what properties and `\s` stand for spelled out, and `$` as the very end.
    private static func translated(_ pattern: String) -> String {
        var result = ""
        var isInside = false
        var rest = Substring(pattern)
        func add(_ members: String) { result += isInside ? members : "[\(members)]" }
        while let character = rest.popFirst() {
            switch character {
            case "\\":
                switch rest.popFirst() {
                case "p":
                    add(properties[String(rest.dropFirst().first!)]!)
                    rest = rest[rest.index(after: rest.firstIndex(of: "}")!)...]
                case "s": add("\\t-\\r ")
                case "S": add("^\\t-\\r ")
                case "d": add("0-9")
                case let escaped: result += "\\\(escaped!)"
                }
            case "[":
                isInside = true
                result += "["
            case "]":
                isInside = false
                result += "]"
            case "$" where !isInside: result += "\\z"
            case "&" where isInside: result += "\\&"
            default: result.append(character)
            }
        }
        return result
    }
}
