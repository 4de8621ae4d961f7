/// Which side of its column a text keeps to.
public enum Alignment: Sendable {
    case left, right, center
}

/// Text measured in terminal columns, escape sequences taking none.
public enum TextLayout {
    /// The columns that the text takes on one line.
    public static func width(of text: String) -> Int {
        var escape = EscapeSkipper()
        return text.reduce(0) { $0 + (escape.swallows($1) ? 0 : $1.displayWidth) }
    }

    /// The text cut to at most `width` columns, its end replaced by the ellipsis where something was cut.
    public static func truncated(_ text: String, to width: Int, ellipsis: String = "…") -> String {
        guard width > 0 else { return "" }
        guard self.width(of: text) > width else { return text }
        let mark = self.width(of: ellipsis) <= width ? ellipsis : ""
        let room = width - self.width(of: mark)
        var escape = EscapeSkipper(), kept = "", used = 0
        for character in text {
            if escape.swallows(character) {
                kept.append(character)
                continue
            }
            let columns = character.displayWidth
            if used + columns > room { break }
            kept.append(character)
            used += columns
        }
        return kept + mark + (escape.sawAny ? "\u{1B}[0m" : "")
    }

    /// The end of the text in at most `width` columns, its start replaced by the ellipsis where something was cut. The
    /// text has no escape sequences.
    static func truncatedStart(_ text: String, to width: Int, ellipsis: String = "…") -> String {
        guard self.width(of: text) > width else { return text }
        let room = max(0, width - self.width(of: ellipsis))
        var kept = text[...]
        while self.width(of: String(kept)) > room { kept.removeFirst() }
        return truncated(ellipsis + kept, to: width, ellipsis: "")
    }

    /// The text in lines of at most `width` columns, broken at spaces, though not between a number and its unit; a word
    /// that is wider has a line of its own. Lines after the first are indented.
    public static func wrapped(_ text: String, to width: Int, indent: Int = 2) -> String {
        var lines: [String] = [], line = "", hasWord = false
        for word in unbreakable(text.split(separator: " ", omittingEmptySubsequences: false)) {
            if hasWord, self.width(of: line) + 1 + self.width(of: word) > width {
                lines.append(line)
                (line, hasWord) = (spaces(indent), false)
            }
            line += (hasWord ? " " : "") + word
            hasWord = true
        }
        return (lines + [line]).joined(separator: "\n")
    }

    /// The words, a number together with its unit: `4.1 s`, `1 m 32 s`, `256 tokens`.
    private static func unbreakable(_ words: [Substring]) -> [String] {
        func isNumber(_ word: Substring) -> Bool {
            word.first?.isNumber == true && word.last?.isNumber == true
                && word.allSatisfy { $0.isNumber || ".,/e-".contains($0) }
        }
        var parts: [String] = []
        for (index, word) in words.enumerated() {
            let before = index > 0 ? words[index - 1] : "", first = index > 1 ? words[index - 2] : ""
            let isUnit = isNumber(before) && word.first?.isLetter == true
            // The second half of a duration.
            let isRest = isNumber(word) && ["d", "h", "m"].contains(before) && isNumber(first)
            if isUnit || isRest { parts[parts.count - 1] += " " + word } else { parts.append(String(word)) }
        }
        return parts
    }

    /// The text with spaces up to `width` columns; unchanged where it is wider.
    public static func padded(_ text: String, to width: Int, _ alignment: Alignment = .left) -> String {
        let missing = max(0, width - self.width(of: text))
        let before =
            switch alignment {
            case .left: 0
            case .right: missing
            case .center: missing / 2
            }
        return spaces(before) + text + spaces(missing - before)
    }

    /// Cut or padded to exactly `width` columns.
    static func fitted(_ text: String, to width: Int, _ alignment: Alignment = .left, ellipsis: String = "…") -> String
    {
        padded(truncated(text, to: width, ellipsis: ellipsis), to: width, alignment)
    }

    static func spaces(_ count: Int) -> String {
        String(repeating: " ", count: max(0, count))
    }

    static func trimmedEnd(_ text: String) -> String {
        var text = text
        while text.last == " " { text.removeLast() }
        return text
    }
}

/// Recognises control sequences: ESC [ parameters final byte (ECMA-48, 5.4).
private struct EscapeSkipper {
    private enum State { case text, escape, sequence }
    private var state = State.text
    private(set) var sawAny = false

    /// Whether the character belongs to an escape sequence.
    mutating func swallows(_ character: Character) -> Bool {
        let value = character.unicodeScalars.first!.value
        switch state {
        case .text:
            guard value == 0x1B else { return false }
            state = .escape
            sawAny = true
        case .escape:
            state = value == 0x5B ? .sequence : .text
        case .sequence:
            if (0x40 ... 0x7E).contains(value) { state = .text }
        }
        return true
    }
}
