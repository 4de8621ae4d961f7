/// What a quoted string stands for: jinja2 has Python's `unicode-escape` codec decode it, after everything beyond ASCII
/// became an escape itself.
enum StringLiteral {
    /// - Parameter body: the bytes between the quotes.
    static func value(_ body: ArraySlice<UInt8>, at: Int) throws -> String {
        guard body.contains(UInt8(ascii: "\\")) else { return String(decoding: body, as: UTF8.self) }
        let ascii = escaped(body)
        var (result, index) = (String.UnicodeScalarView(), 0)
        while index < ascii.count {
            guard ascii[index] == UInt8(ascii: "\\") else {
                result.append(Unicode.Scalar(ascii[index]))
                index += 1
                continue
            }
            guard index + 1 < ascii.count else { throw Failure.syntax("a string that ends inside an escape", at: at) }
            let letter = ascii[index + 1]
            index += 2
            switch letter {
            case UInt8(ascii: "\n"): break
            case UInt8(ascii: "x"): result.append(try hexadecimal(ascii, &index, 2, at))
            case UInt8(ascii: "u"): result.append(try hexadecimal(ascii, &index, 4, at))
            case UInt8(ascii: "U"): result.append(try hexadecimal(ascii, &index, 8, at))
            case UInt8(ascii: "0") ... UInt8(ascii: "7"): result.append(octal(ascii, &index, first: letter))
            case UInt8(ascii: "N"): throw Failure.syntax("the escape \\N is not supported", at: at)
            default:
                if let scalar = simple[letter] {
                    result.append(scalar)
                } else {
                    result.append("\\")
                    result.append(Unicode.Scalar(letter))
                }
            }
        }
        return String(result)
    }

    private static let simple: [UInt8: Unicode.Scalar] = [
        UInt8(ascii: "\\"): "\\", UInt8(ascii: "'"): "'", UInt8(ascii: "\""): "\"", UInt8(ascii: "a"): "\u{7}",
        UInt8(ascii: "b"): "\u{8}",
        UInt8(ascii: "f"): "\u{C}", UInt8(ascii: "n"): "\n", UInt8(ascii: "r"): "\r", UInt8(ascii: "t"): "\t",
        UInt8(ascii: "v"): "\u{B}",
    ]

    private static func escaped(_ body: ArraySlice<UInt8>) -> [UInt8] {
        String(decoding: body, as: UTF8.self).unicodeScalars.flatMap { scalar -> [UInt8] in
            if scalar.isASCII { return [UInt8(scalar.value)] }
            let digits = String(scalar.value, radix: 16)
            let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
            return Array("\\\(letter)\(String(repeating: "0", count: width - digits.count))\(digits)".utf8)
        }
    }

    private static func hexadecimal(
        _ ascii: [UInt8], _ index: inout Int, _ width: Int, _ at: Int
    ) throws -> Unicode.Scalar {
        guard index + width <= ascii.count,
            ascii[index ..< index + width].allSatisfy({
                $0.isDigit || UInt8(ascii: "a") ... UInt8(ascii: "f") ~= $0 | 0x20
            }),
            let value = UInt32(String(decoding: ascii[index ..< index + width], as: UTF8.self), radix: 16)
        else { throw Failure.syntax("an escape without its \(width) hexadecimal digits", at: at) }
        guard let scalar = Unicode.Scalar(value) else {
            throw Failure.syntax(
                "the escape of U+\(String(value, radix: 16, uppercase: true)), which is not a character", at: at)
        }
        index += width
        return scalar
    }

    private static func octal(_ ascii: [UInt8], _ index: inout Int, first: UInt8) -> Unicode.Scalar {
        var (value, digits) = (UInt32(first - UInt8(ascii: "0")), 1)
        while digits < 3, index < ascii.count, UInt8(ascii: "0") ... UInt8(ascii: "7") ~= ascii[index] {
            value = value * 8 + UInt32(ascii[index] - UInt8(ascii: "0"))
            (index, digits) = (index + 1, digits + 1)
        }
        return Unicode.Scalar(value) ?? " "
    }
}
