/// Writes a regular expression of Oniguruma's Ruby syntax as ICU has to see it to mean the same.
///
/// Differences that are translated: `^` and `$` stand at every line, `(?m)` lets the dot match a line break, `{1,3}+`
/// is a repeated interval and no possessive one, `\h` is a hexadecimal digit, `\v` one character, `\w`, `\s` and `\b`
/// go by other sets.
///
/// Source: Oniguruma, `doc/RE`, `doc/SYNTAX.md`; ICU User Guide, "Regular Expressions".
enum OnigurumaSyntax {
    private static let wordInClass = #"\p{Alphabetic}\p{M}\p{Nd}\p{Pc}"#
    /// Outside a class, and where `\b` looks, Oniguruma goes by a table of Latin-1 that has six numbers more.
    private static let word = wordInClass + #"\xB2\xB3\xB9\xBC-\xBE"#

    /// - Throws: `TokenizerError` naming what has no counterpart.
    static func translated(_ regex: String) throws -> String {
        var reader = Reader(regex)
        return try reader.translated()
    }

    private struct Reader {
        private let regex: String
        private let scalars: [Unicode.Scalar]
        private var position = 0
        private var result = ""

        init(_ regex: String) { (self.regex, scalars) = (regex, Array(regex.unicodeScalars)) }

        private var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

        private func unsupported(_ what: String) -> TokenizerError {
            .invalid(
                "the pattern \(TokenizerError.quoted(regex)) uses \(what), which is not known here; expected what ICU's regular expressions have too"
            )
        }

        mutating func translated() throws -> String {
            while let scalar = next {
                position += 1
                switch scalar {
                case "\\": try escape(inClass: false)
                case "[": try characterClass()
                case "^": result += #"(?:\A|(?<=\n)(?!\z))"#
                case "$": result += #"(?=\n|\z)"#
                case "(": try group()
                case "{": try interval()
                default: result.unicodeScalars.append(scalar)
                }
            }
            return result
        }

        private mutating func escape(inClass: Bool) throws {
            guard let scalar = next else { throw unsupported("a backslash at its end") }
            position += 1
            switch scalar {
            case "h": result += inClass ? "0-9A-Fa-f" : "[0-9A-Fa-f]"
            case "H": result += "[^0-9A-Fa-f]"
            case "s": result += #"\p{White_Space}"#
            case "S": result += #"\P{White_Space}"#
            case "w": result += inClass ? wordInClass : "[\(word)]"
            case "W": result += "[^\(inClass ? wordInClass : word)]"
            case "v": result += #"\x0B"#
            case "b" where inClass: result += #"\x08"#
            case "b": result += "(?:(?<=[\(word)])(?![\(word)])|(?<![\(word)])(?=[\(word)]))"
            case "B": result += "(?:(?<=[\(word)])(?=[\(word)])|(?<![\(word)])(?![\(word)]))"
            case "N": result += #"[^\n]"#
            case "O": result += "(?s:.)"
            case "p", "P": try property(scalar)
            case "K", "g", "y", "Y", "M", "C", "c": throw unsupported("\\\(scalar)")
            case "k" where next != "<": throw unsupported("\\k")
            default:
                result += "\\"
                result.unicodeScalars.append(scalar)
            }
        }

        /// `\p{^Lu}` is `\P{Lu}`.
        private mutating func property(_ letter: Unicode.Scalar) throws {
            guard next == "{" else { throw unsupported("\\\(letter) without a property") }
            position += 1
            var isNegated = letter == "P"
            if next == "^" {
                isNegated.toggle()
                position += 1
            }
            result += isNegated ? "\\P{" : "\\p{"
            while let scalar = next {
                position += 1
                result.unicodeScalars.append(scalar)
                if scalar == "}" { return }
            }
            throw unsupported("a property without end")
        }

        /// The rest of a group's opening: its flags.
        private mutating func group() throws {
            result += "("
            guard next == "?" else { return }
            position += 1
            result += "?"
            guard let kind = next else { return }
            if kind == "~" || kind == "(" || kind == "{" || kind == "@" { throw unsupported("(?\(kind)") }
            while let flag = next, flag == "-" || flag.properties.isAlphabetic, kind != "<", kind != "P" {
                position += 1
                switch flag {
                case "m": result += "s"
                case "i", "x", "-": result.unicodeScalars.append(flag)
                default: throw unsupported("the flag \(flag)")
                }
            }
        }

        /// An interval `{n,m}`, of which `{,m}` and a following `+` differ; any other brace is a brace.
        private mutating func interval() throws {
            var end = position
            while end < scalars.count, scalars[end] != "}" { end += 1 }
            let parts = String(String.UnicodeScalarView(scalars[position ..< end])).split(
                separator: ",", omittingEmptySubsequences: false)
            guard end < scalars.count, parts.count <= 2, parts.allSatisfy({ $0.allSatisfy(\.isNumber) }),
                parts.contains(where: { !$0.isEmpty })
            else {
                result += "\\{"
                return
            }
            let least = parts[0].isEmpty ? "0" : String(parts[0])
            position = end + 1
            if next == "+" {
                // One interval after another, which is as many as one likes.
                guard least == "0" || least == "1", parts.count == 2 || least == "1" else {
                    throw unsupported("an interval that is repeated")
                }
                position += 1
                result += least == "0" ? "*" : "+"
            } else {
                result += "{" + ([least] + parts.dropFirst().map(String.init)).joined(separator: ",") + "}"
            }
        }

        /// A character class, whose opening bracket has been read.
        private mutating func characterClass() throws {
            result += "["
            if next == "^" {
                result += "^"
                position += 1
            }
            if next == "]" { throw unsupported("a character class that starts with ]") }
            while let scalar = next {
                position += 1
                switch scalar {
                case "]":
                    result += "]"
                    return
                case "\\": try escape(inClass: true)
                case "[" where next == ":":
                    result += "["
                    while let part = next, part != "]" {
                        result.unicodeScalars.append(part)
                        position += 1
                    }
                    result += "]"
                    position += 1
                case "[": try characterClass()
                case "{", "}", "$", "^", "(", ")", "|", "#", " ":
                    result += "\\"
                    result.unicodeScalars.append(scalar)
                default: result.unicodeScalars.append(scalar)
                }
            }
            throw unsupported("a character class without end")
        }
    }
}
