/// A token's bytes as text that can be seen: blanks get a mark, and what has no glyph is written as its bytes.
///
/// A token may end in the middle of a character, and may hold any control character: what comes out of here is safe to
/// write to a terminal, and takes one line.
public enum TokenText {
    /// `·` for a space, `⏎` for a newline, `→` for a tab, `\xNN` for a control, a format character or a byte of a
    /// broken character. In ASCII: `_`, `\n`, `\t`, and `\xNN` for every byte above 0x7F.
    public static func visible(_ bytes: some Sequence<UInt8>, isUnicode: Bool = true) -> String {
        var parser = Unicode.UTF8.ForwardParser(), iterator = Array(bytes).makeIterator()
        // The parser says how many bytes were wrong but not which; `rest` keeps them.
        var rest = Array(bytes)[...]
        var result = ""
        while !rest.isEmpty {
            let count: Int
            switch parser.parseScalar(from: &iterator) {
            case .valid(let encoded):
                count = encoded.count
                let scalar = Unicode.UTF8.decode(encoded)
                let joins = scalar == "\u{200D}" && !result.isEmpty && rest.count > count
                result +=
                    glyph(of: scalar, isUnicode: isUnicode, isFirst: result.isEmpty, joins: joins)
                    ?? hex(rest.prefix(count))
            case .error(let length):
                count = length
                result += hex(rest.prefix(count))
            case .emptyInput:
                count = rest.count
            }
            rest = rest.dropFirst(count)
        }
        return result
    }

    /// The same for text that is whole.
    public static func visible(_ text: String, isUnicode: Bool = true) -> String {
        visible(text.utf8, isUnicode: isUnicode)
    }

    /// A label on one line: controls as `\xNN`, newlines and tabs as their marks, spaces as they are.
    static func label(_ text: String, isUnicode: Bool) -> String {
        guard text.unicodeScalars.contains(where: { needsEscape($0) || (!isUnicode && $0.value > 0x7E) }) else {
            return text
        }
        return text.split(separator: " ", omittingEmptySubsequences: false)
            .map { visible(String($0), isUnicode: isUnicode) }.joined(separator: " ")
    }

    /// nil where the scalar has to be written as bytes.
    private static func glyph(of scalar: Unicode.Scalar, isUnicode: Bool, isFirst: Bool, joins: Bool) -> String? {
        switch scalar {
        case " ": return isUnicode ? "·" : "_"
        case "\n": return isUnicode ? "⏎" : "\\n"
        case "\t": return isUnicode ? "→" : "\\t"
        default: break
        }
        if scalar.value > 0x7E && !isUnicode { return nil }
        if needsEscape(scalar) { return joins ? String(scalar) : nil }
        // A mark without its letter would sit on whatever was printed before: U+25CC stands in for the letter.
        let isMark =
            scalar.properties.generalCategory == .nonspacingMark || scalar.properties.generalCategory == .enclosingMark
        return isFirst && isMark ? "\u{25CC}" + String(scalar) : String(scalar)
    }

    private static func needsEscape(_ scalar: Unicode.Scalar) -> Bool {
        if (0x20 ..< 0x7F).contains(scalar.value) { return false }
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator, .surrogate, .privateUse, .unassigned: return true
        default: return false
        }
    }

    private static func hex(_ bytes: some Sequence<UInt8>) -> String {
        bytes.map { byte in
            let digits = String(byte, radix: 16, uppercase: true)
            return "\\x" + (byte < 16 ? "0" : "") + digits
        }.joined()
    }
}
