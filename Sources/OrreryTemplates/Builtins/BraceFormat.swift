extension Interpreter {
    /// `str.format`: the sandbox's, which looks attributes up as templates do.
    func braceFormat(_ format: Text, _ arguments: CallArguments) throws -> Text {
        var formatter = BraceFormatter(interpreter: self, arguments: arguments, isMarkup: format.isMarkup)
        return try formatter.run(format.utf8, depth: 2).text()
    }
}

private struct BraceFormatter {
    let interpreter: Interpreter
    let arguments: CallArguments
    /// The next number of `{}`; nil once a field was numbered by hand.
    private var automatic: Int? = 0
    private var isManual = false

    /// Whether values are escaped.
    private let isMarkup: Bool

    init(interpreter: Interpreter, arguments: CallArguments, isMarkup: Bool) {
        (self.interpreter, self.arguments, self.isMarkup) = (interpreter, arguments, isMarkup)
    }

    mutating func run(_ format: [UInt8], depth: Int) throws -> Writer {
        guard depth > 0 else { throw Failure.runtime("Max string recursion exceeded") }
        var (writer, index) = (Writer(interpreter.meter), 0)
        let (open, close) = (UInt8(ascii: "{"), UInt8(ascii: "}"))
        while index < format.count {
            let byte = format[index]
            if byte == open || byte == close {
                if index + 1 < format.count, format[index + 1] == byte {
                    try writer.append([byte])
                    index += 2
                    continue
                }
                guard byte == open else { throw Failure.runtime("Single '}' encountered in format string") }
                let end = try fieldEnd(format, index + 1)
                let (bytes, isForeign) = try field(Array(format[index + 1 ..< end]), depth: depth)
                try writer.append(bytes, isForeign: isForeign)
                index = end + 1
            } else {
                let start = index
                while index < format.count, format[index] != open, format[index] != close { index += 1 }
                try writer.append(format[start ..< index])
            }
        }
        return writer
    }

    private func fieldEnd(_ format: [UInt8], _ start: Int) throws -> Int {
        var (depth, index) = (1, start)
        while index < format.count {
            if format[index] == UInt8(ascii: "{") { depth += 1 }
            if format[index] == UInt8(ascii: "}") { depth -= 1 }
            if depth == 0 { return index }
            index += 1
        }
        throw Failure.runtime(
            start == format.count ? "Single '{' encountered in format string" : "expected '}' before end of string")
    }

    private mutating func field(_ field: [UInt8], depth: Int) throws -> (bytes: [UInt8], isForeign: Bool) {
        // The name ends at ! or :, which may stand inside brackets.
        var (end, isInBrackets) = (0, false)
        while end < field.count {
            let byte = field[end]
            if byte == UInt8(ascii: "[") { isInBrackets = true }
            if byte == UInt8(ascii: "]") { isInBrackets = false }
            if !isInBrackets, byte == UInt8(ascii: "!") || byte == UInt8(ascii: ":") { break }
            end += 1
        }
        let name = Array(field[..<end])
        var conversion: UInt8?
        if end < field.count, field[end] == UInt8(ascii: "!") {
            guard end + 1 < field.count else {
                throw Failure.runtime("end of string while looking for conversion specifier")
            }
            conversion = field[end + 1]
            end += 2
            guard end == field.count || field[end] == UInt8(ascii: ":") else {
                throw Failure.runtime("expected ':' after conversion specifier")
            }
        }
        var value = try lookUp(name)
        let spec = end < field.count ? try run(Array(field[(end + 1)...]), depth: depth - 1).bytes : []
        switch conversion {
        case nil: break
        case UInt8(ascii: "s"): value = .text(try interpreter.string(value))
        case UInt8(ascii: "r"): value = .text(try interpreter.repr(value))
        case UInt8(ascii: "a"):
            value = try interpreter.text(JSONText.escapedBeyondASCII(try interpreter.repr(value).utf8))
        default: throw Failure.runtime("Unknown conversion specifier \(Character(Unicode.Scalar(conversion ?? 0)))")
        }
        let bytes = try interpreter.format(value, spec)
        return (
            isMarkup && value.text?.isMarkup != true ? MarkupText.escaped(bytes) : bytes,
            try interpreter.string(value).isForeign
        )
    }

    private mutating func lookUp(_ name: [UInt8]) throws -> Value {
        var index = name.firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? name.count
        let first = String(decoding: name[..<index], as: UTF8.self)
        var value = try argument(first)
        while index < name.count {
            if name[index] == UInt8(ascii: ".") {
                let end =
                    name[(index + 1)...].firstIndex { $0 == UInt8(ascii: ".") || $0 == UInt8(ascii: "[") } ?? name.count
                guard end > index + 1 else { throw Failure.runtime("Empty attribute in format string") }
                value = try interpreter.attribute(String(decoding: name[index + 1 ..< end], as: UTF8.self), of: value)
                index = end
            } else {
                guard name[index] == UInt8(ascii: "["), let end = name[index...].firstIndex(of: UInt8(ascii: "]"))
                else {
                    throw Failure.runtime(
                        name[index] == UInt8(ascii: "[")
                            ? "Missing ']' in format string"
                            : "Only '.' or '[' may follow ']' in format field specifier")
                }
                guard end > index + 1 else { throw Failure.runtime("Empty attribute in format string") }
                let key = String(decoding: name[index + 1 ..< end], as: UTF8.self)
                value = try interpreter.item(
                    key.allSatisfy { $0.isASCII && $0.isNumber } ? .int(Int(key) ?? .max) : .text(Text(key)), of: value)
                index = end + 1
            }
        }
        return value
    }

    private mutating func argument(_ name: String) throws -> Value {
        if name.isEmpty {
            guard !isManual, let number = automatic else {
                throw Failure.runtime("cannot switch from manual field specification to automatic field numbering")
            }
            automatic = number + 1
            return try positional(number)
        }
        if name.allSatisfy({ $0.isASCII && $0.isNumber }) {
            guard automatic == 0 || isManual else {
                throw Failure.runtime("cannot switch from automatic field numbering to manual field specification")
            }
            isManual = true
            return try positional(Int(name) ?? .max)
        }
        guard let value = arguments.named.first(where: { $0.name == name })?.value else {
            throw Failure.runtime("'\(name)'")
        }
        return value
    }

    private func positional(_ number: Int) throws -> Value {
        guard number < arguments.positional.count else {
            throw Failure.runtime("Replacement index \(number) out of range for positional args tuple")
        }
        return arguments.positional[number]
    }
}

extension Interpreter {
    /// Python's `format(value, spec)`.
    func format(_ value: Value, _ spec: [UInt8]) throws -> [UInt8] {
        if spec.isEmpty { return try string(value).utf8 }
        switch value {
        case .text, .int, .bool, .float: break
        default: throw Failure.runtime("unsupported format string passed to \(value.typeName).__format__")
        }
        var (parsed, type) = try parse(spec)
        func unknown() -> Failure {
            .runtime("Unknown format code '\(type.map(String.init) ?? "")' for object of type '\(value.typeName)'")
        }
        if case .text(let text) = value {
            guard type == nil || type == "s" else { throw unknown() }
            if parsed.sign != "-" { throw Failure.runtime("Sign not allowed in string format specifier") }
            if parsed.isAlternate { throw Failure.runtime("Alternate form (#) not allowed in string format specifier") }
            if let grouping = parsed.grouping { throw Failure.runtime("Cannot specify '\(grouping)' with 's'.") }
            if parsed.alignment == "=" {
                if parsed.fill != [UInt8(ascii: "0")] || !parsed.isZeroPadded {
                    throw Failure.runtime("'=' alignment not allowed in string format specifier")
                }
                parsed.alignment = "<"
            }
            return try parsed.spec.padded(
                Array(text.bytes(0 ..< min(text.count, parsed.precision ?? text.count))), defaultAlignment: "<", meter)
        }
        if let integer = value.integer {
            switch type {
            case nil, "d", "n", "b", "o", "x", "X", "c":
                if parsed.precision != nil {
                    throw Failure.runtime("Precision not allowed in integer format specifier")
                }
                if type == "c" {
                    guard parsed.sign == "-", let scalar = UInt32(exactly: integer).flatMap(Unicode.Scalar.init) else {
                        throw Failure.runtime("%c arg not in range(0x110000)")
                    }
                    return try parsed.spec.padded(Array(UTF8.encode(scalar)!), defaultAlignment: "<", meter)
                }
                let radix = type == "b" ? 2 : type == "o" ? 8 : type == "x" || type == "X" ? 16 : 10
                if radix != 10, parsed.grouping == "," {
                    throw Failure.runtime("Cannot specify ',' with '\(type ?? "d")'.")
                }
                let prefix = parsed.isAlternate && radix != 10 ? "0\(type ?? "d")" : ""
                return try parsed.spec.number(
                    String(integer.magnitude, radix: radix, uppercase: type == "X"), isNegative: integer < 0,
                    prefix: prefix, meter)
            case "e", "E", "f", "F", "g", "G", "%": break
            default: throw unknown()
            }
        }
        guard let number = double(value) else { throw unknown() }
        switch type {
        case "e", "E", "f", "F", "g", "G", "%": return try FloatSpec.format(number, type ?? "g", parsed.spec, meter)
        case nil where parsed.precision == nil:
            let digits = FloatText.repr(number.magnitude)
            return try parsed.spec.number(digits, isNegative: number.sign == .minus && !number.isNaN, meter)
        case nil, "n":
            var digits = FloatText.fixed(number.magnitude, min(max(1, parsed.precision ?? 6), 5000), "g")
            // Without a type there is at least one digit behind the point.
            if type == nil, digits.allSatisfy(\.isNumber) { digits += ".0" }
            return try parsed.spec.number(digits, isNegative: number.sign == .minus && !number.isNaN, meter)
        default: throw unknown()
        }
    }

    @dynamicMemberLookup private struct ParsedSpec {
        var spec = NumberSpec()
        var isZeroPadded = false

        subscript<T>(dynamicMember path: WritableKeyPath<NumberSpec, T>) -> T {
            get { spec[keyPath: path] }
            set { spec[keyPath: path] = newValue }
        }
    }

    /// `[[fill]align][sign][#][0][width][,][.precision][type]`.
    private func parse(_ bytes: [UInt8]) throws -> (ParsedSpec, type: Character?) {
        let scalars = Array(String(decoding: bytes, as: UTF8.self).unicodeScalars)
        var (parsed, index) = (ParsedSpec(), 0)
        func isAlignment(_ place: Int) -> Bool {
            place < scalars.count && "<>=^".unicodeScalars.contains(scalars[place])
        }
        if isAlignment(1) {
            parsed.fill = Array(UTF8.encode(scalars[0])!)
            parsed.alignment = Character(scalars[1])
            index = 2
        } else if isAlignment(0) {
            parsed.alignment = Character(scalars[0])
            index = 1
        }
        func take(_ set: String) -> Character? {
            guard index < scalars.count, set.unicodeScalars.contains(scalars[index]) else { return nil }
            defer { index += 1 }
            return Character(scalars[index])
        }
        func number() throws -> Int? {
            var digits = ""
            while let digit = take("0123456789") { digits.append(digit) }
            guard !digits.isEmpty else { return nil }
            guard let value = Int(digits) else { throw Failure.runtime("Too many decimal digits in format string") }
            try meter.allow(value)
            return value
        }
        if let sign = take("+- ") { parsed.sign = sign }
        if take("#") != nil { parsed.isAlternate = true }
        if take("0") != nil {
            parsed.isZeroPadded = true
            if parsed.alignment == nil { parsed.alignment = "=" }
            if index < 2 || !isAlignment(1) { parsed.fill = [UInt8(ascii: "0")] }
        }
        parsed.width = try number() ?? 0
        parsed.grouping = take(",_")
        if take(".") != nil {
            guard let precision = try number() else { throw Failure.runtime("Format specifier missing precision") }
            parsed.precision = precision
        }
        guard scalars.count - index <= 1 else { throw Failure.runtime("Invalid format specifier") }
        return (parsed, index < scalars.count ? Character(scalars[index]) : nil)
    }
}
