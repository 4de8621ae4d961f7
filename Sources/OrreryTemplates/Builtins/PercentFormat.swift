extension Interpreter {
    /// Python's `format % values`.
    func percentFormat(_ format: Text, _ values: Value) throws -> Text {
        var formatter = PercentFormatter(self, format: format, values: values)
        return try formatter.run()
    }
}

/// printf as Python has it: `%s`, `%r`, `%d`, `%x`, `%f` and their kin, with `%(name)s` and `*`.
private struct PercentFormatter {
    private let interpreter: Interpreter
    private let format: [UInt8]
    /// Whether values are escaped.
    private let isMarkup: Bool
    private let values: Value
    /// The values in turn; nil where one value stands for all.
    private let list: [Value]?
    private var used = 0
    private var index = 0
    private var writer: Writer

    init(_ interpreter: Interpreter, format: Text, values: Value) {
        (self.interpreter, self.format, self.values, isMarkup) = (interpreter, format.utf8, values, format.isMarkup)
        writer = Writer(interpreter.meter)
        list = if case .tuple(let items) = values { items.items } else { nil }
    }

    mutating func run() throws -> Text {
        while index < format.count {
            let start = index
            while index < format.count, format[index] != UInt8(ascii: "%") { index += 1 }
            try writer.append(format[start ..< index])
            guard index < format.count else { break }
            index += 1
            try conversion()
        }
        let isMapping =
            switch values {
            case .dictionary, .list, .range, .undefined: true
            default: false
            }
        if let list { if used < list.count { throw leftOver } } else if used == 0, !isMapping { throw leftOver }
        return try writer.text(isMarkup: isMarkup)
    }

    private var leftOver: Failure { .runtime("not all arguments converted during string formatting") }

    private mutating func take() throws -> Value {
        defer { used += 1 }
        if let list {
            guard used < list.count else { throw Failure.runtime("not enough arguments for format string") }
            return list[used]
        }
        guard used == 0 else { throw Failure.runtime("not enough arguments for format string") }
        return values
    }

    private func peek() throws -> UInt8 {
        guard index < format.count else { throw Failure.runtime("incomplete format") }
        return format[index]
    }

    private mutating func conversion() throws {
        var spec = NumberSpec()
        var named: Value?
        if try peek() == UInt8(ascii: "(") { named = try namedValue() }
        while let flag = ["-", "+", " ", "0", "#"].first(where: {
            index < format.count && format[index] == $0.utf8.first!
        }) {
            switch flag {
            case "-": spec.alignment = "<"
            case "+": spec.sign = "+"
            case " ": if spec.sign != "+" { spec.sign = " " }
            case "0": if spec.alignment != "<" { (spec.alignment, spec.fill) = ("=", [UInt8(ascii: "0")]) }
            default: spec.isAlternate = true
            }
            index += 1
        }
        if let width = try count() {
            spec.width = abs(width)
            if width < 0 { spec.alignment = "<" }
        }
        if spec.alignment == "<" { spec.fill = [UInt8(ascii: " ")] }
        if try peek() == UInt8(ascii: ".") {
            index += 1
            spec.precision = max(0, try count() ?? 0)
        }
        while [UInt8(ascii: "h"), UInt8(ascii: "l"), UInt8(ascii: "L")].contains(try peek()) { index += 1 }
        let letter = Character(Unicode.Scalar(try peek()))
        index += 1
        if letter == "%" { return try writer.append("%") }
        try convert(letter, spec, try named ?? take())
    }

    private mutating func namedValue() throws -> Value {
        guard case .dictionary(let dictionary) = values else { throw Failure.runtime("format requires a mapping") }
        index += 1
        var (depth, start) = (1, index)
        while index < format.count {
            if format[index] == UInt8(ascii: "(") { depth += 1 }
            if format[index] == UInt8(ascii: ")") { depth -= 1 }
            if depth == 0 { break }
            index += 1
        }
        guard depth == 0 else { throw Failure.runtime("incomplete format key") }
        let name = try Text(Array(format[start ..< index]), interpreter.meter)
        start = index
        index += 1
        used = max(used, 1)
        guard let value = dictionary[name] else {
            throw Failure.runtime(String(decoding: ReprText.quoted(name), as: UTF8.self))
        }
        return value
    }

    /// A width or precision, from the text or, for `*`, from the values.
    private mutating func count() throws -> Int? {
        if index < format.count, format[index] == UInt8(ascii: "*") {
            index += 1
            guard let value = try take().integer else { throw Failure.runtime("* wants int") }
            try interpreter.meter.allow(Int(clamping: value.magnitude))
            return value
        }
        let start = index
        while index < format.count, format[index].isDigit { index += 1 }
        guard index > start else { return nil }
        guard let value = Int(String(decoding: format[start ..< index], as: UTF8.self)) else {
            throw Failure.runtime("width or precision too big")
        }
        try interpreter.meter.allow(value)
        return value
    }

    private mutating func convert(_ letter: Character, _ spec: NumberSpec, _ value: Value) throws {
        let meter = interpreter.meter
        var text = spec
        if text.alignment == "=" { (text.alignment, text.fill) = (nil, [UInt8(ascii: " ")]) }
        switch letter {
        case "s", "r", "a":
            var full = try letter == "s" ? value.text ?? interpreter.string(value) : interpreter.repr(value)
            if isMarkup { full = try interpreter.escaped(full) }
            let bytes = spec.precision.map { Array(full.bytes(0 ..< min($0, full.count))) } ?? full.utf8
            try writer.append(
                try text.padded(
                    letter == "a" ? JSONText.escapedBeyondASCII(bytes) : bytes, defaultAlignment: ">", meter),
                isForeign: full.isForeign)
        case "c":
            let bytes: [UInt8]
            if let integer = value.integer {
                guard let scalar = UInt32(exactly: integer).flatMap(Unicode.Scalar.init) else {
                    throw Failure.runtime("%c arg not in range(0x110000)")
                }
                bytes = Array(UTF8.encode(scalar)!)
            } else if let string = value.text, string.count == 1 {
                bytes = string.utf8
            } else {
                throw Failure.runtime("%c requires int or char")
            }
            try writer.append(try text.padded(bytes, defaultAlignment: ">", meter))
        case "d", "i", "u", "x", "X", "o": try writer.append(try integer(letter, spec, value))
        case "e", "E", "f", "F", "g", "G":
            if case .undefined(let undefined) = value { throw undefined.failure }
            guard let number = interpreter.double(value) else {
                throw Failure.runtime("must be real number, not \(value.typeName)")
            }
            try writer.append(try FloatSpec.format(number, letter, spec, meter))
        default: throw Failure.runtime("unsupported format character '\(letter)'")
        }
    }

    private func integer(_ letter: Character, _ spec: NumberSpec, _ value: Value) throws -> [UInt8] {
        let isDecimal = "diu".contains(letter)
        if case .undefined(let undefined) = value { throw undefined.failure }
        var number = value.integer
        if isDecimal, case .float(let float) = value {
            if float.isNaN || float.isInfinite {
                throw Failure.runtime("cannot convert float \(float.isNaN ? "NaN" : "infinity") to integer")
            }
            guard abs(float) < 0x1p63 else { throw Failure.limit("an integer beyond 64 bits") }
            number = Int(float)
        }
        guard let number else {
            throw Failure.runtime(
                "%\(letter) format: \(isDecimal ? "a real number" : "an integer") is required, not \(value.typeName)")
        }
        var digits = String(number.magnitude, radix: letter == "o" ? 8 : isDecimal ? 10 : 16, uppercase: letter == "X")
        if let precision = spec.precision, precision > digits.count {
            digits = String(repeating: "0", count: precision - digits.count) + digits
        }
        let prefix = spec.isAlternate && !isDecimal ? (letter == "o" ? "0o" : "0\(letter)") : ""
        return try spec.number(digits, isNegative: number < 0, prefix: prefix, interpreter.meter)
    }
}

/// `e`, `f`, `g` and `%` of a float.
enum FloatSpec {
    static func format(_ number: Double, _ letter: Character, _ spec: NumberSpec, _ meter: Meter) throws -> [UInt8] {
        let precision = spec.precision ?? 6
        // More digits than a float has are zeros, but they all have to be written.
        guard precision <= 5000 else { throw Failure.limit("more than 5000 decimals") }
        let conversion: Character = letter == "%" ? "f" : letter.lowercased().first!
        let scaled = letter == "%" ? number * 100 : number
        var digits = FloatText.fixed(scaled.magnitude, precision, conversion, alternate: spec.isAlternate)
        if letter.isUppercase { digits = digits.uppercased() }
        return try spec.number(
            digits + (letter == "%" ? "%" : ""), isNegative: number.sign == .minus && !number.isNaN, meter)
    }
}
