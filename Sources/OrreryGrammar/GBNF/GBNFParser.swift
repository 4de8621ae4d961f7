/// Reads grammars in GBNF as llama.cpp does (its grammars/README.md), but for tokens in angle brackets, which belong to
/// one vocabulary.
struct GBNFParser {
    private static let maximalDepth = 100
    /// llama.cpp's own bound.
    private static let maximalRepetition = 2000

    private let bytes: [UInt8]
    private var position = 0
    private var depth = 0
    private(set) var rules: [String: GBNFNode] = [:]
    /// Where each rule is first named.
    private(set) var places: [String: Int] = [:]

    private init(_ text: String) { bytes = Array(text.utf8) }

    /// - Throws: `GrammarError` that names the line.
    static func parse(_ text: String) throws -> GBNFParser {
        var parser = GBNFParser(text)
        parser.skipSpace(acrossLines: true)
        while parser.position < parser.bytes.count { try parser.rule() }
        for (name, place) in parser.places.sorted(by: { $0.value < $1.value }) where parser.rules[name] == nil {
            throw parser.wrong("expected a rule named \(name)", at: place)
        }
        guard parser.rules["root"] != nil else { throw parser.wrong("expected a rule named root", at: 0) }
        return parser
    }

    private func wrong(_ reason: String, at place: Int? = nil) -> GrammarError {
        let line = 1 + bytes.prefix(place ?? position).count { $0 == UInt8(ascii: "\n") }
        return GrammarError("gbnf", at: "line \(line)", reason)
    }

    private var next: UInt8? { position < bytes.count ? bytes[position] : nil }

    private mutating func take(_ text: String) -> Bool {
        guard bytes[position...].starts(with: text.utf8) else { return false }
        position += text.utf8.count
        return true
    }

    private mutating func skipSpace(acrossLines: Bool) {
        while let byte = next {
            switch byte {
            case UInt8(ascii: " "), UInt8(ascii: "\t"): position += 1
            case UInt8(ascii: "#"): while let byte = next, byte != 0x0A, byte != 0x0D { position += 1; _ = byte }
            case 0x0A where acrossLines, 0x0D where acrossLines: position += 1
            default: return
            }
        }
    }

    private mutating func name() throws -> String {
        let start = position
        while let byte = next,
            byte == UInt8(ascii: "-") || Character(Unicode.Scalar(byte)).isLetter && byte < 0x80
                || (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(byte)
        { position += 1 }
        guard position > start else { throw wrong("expected a rule's name") }
        return String(decoding: bytes[start ..< position], as: UTF8.self)
    }

    private mutating func rule() throws {
        let name = try name()
        skipSpace(acrossLines: false)
        guard take("::=") else { throw wrong("expected ::= after \(name)") }
        skipSpace(acrossLines: true)
        rules[name] = try choice(nested: false)
        guard position == bytes.count || next == 0x0A || next == 0x0D else {
            throw wrong("expected the end of the line or of the rule")
        }
        skipSpace(acrossLines: true)
    }

    private mutating func choice(nested: Bool) throws -> GBNFNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximalDepth else { throw wrong("expected at most \(Self.maximalDepth) nested groups") }
        var branches = [try sequence(nested: nested)]
        while take("|") {
            skipSpace(acrossLines: true)
            branches.append(try sequence(nested: nested))
        }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence(nested: Bool) throws -> GBNFNode {
        var items: [GBNFNode] = []
        while let byte = next {
            switch byte {
            case UInt8(ascii: "\""):
                position += 1
                items.append(.sequence(try literal()))
            case UInt8(ascii: "["):
                position += 1
                items.append(.set(try characterClass()))
            case UInt8(ascii: "."):
                position += 1
                items.append(.set(.all))
            case UInt8(ascii: "("):
                position += 1
                skipSpace(acrossLines: true)
                let group = try choice(nested: true)
                guard take(")") else { throw wrong("expected ')'") }
                items.append(group)
            case UInt8(ascii: "*"), UInt8(ascii: "+"), UInt8(ascii: "?"), UInt8(ascii: "{"):
                guard let item = items.popLast() else { throw wrong("nothing to repeat") }
                let (least, most) = try bounds()
                items.append(.repeated(item, least: least, most: most))
            case UInt8(ascii: "<"), UInt8(ascii: "!"):
                throw wrong("tokens in angle brackets are not supported")
            default:
                guard
                    byte == UInt8(ascii: "-")
                        || byte < 0x80
                            && (Character(Unicode.Scalar(byte)).isLetter || Character(Unicode.Scalar(byte)).isNumber)
                else { return .sequence(items) }
                let place = position
                let name = try name()
                if places[name] == nil { places[name] = place }
                items.append(.rule(name))
            }
            skipSpace(acrossLines: nested)
        }
        return .sequence(items)
    }

    private mutating func bounds() throws -> (Int, Int?) {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        position += 1
        skipSpace(acrossLines: true)
        let least = try number()
        skipSpace(acrossLines: true)
        var most: Int? = least
        if take(",") {
            skipSpace(acrossLines: true)
            most = next == UInt8(ascii: "}") ? nil : try number()
            skipSpace(acrossLines: true)
        }
        guard take("}") else { throw wrong("expected '}' after the bounds") }
        if let most, most < least { throw wrong("expected bounds in ascending order") }
        return (least, most)
    }

    private mutating func number() throws -> Int {
        let start = position
        var value = 0
        while let byte = next, (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(byte) {
            value = value * 10 + Int(byte - UInt8(ascii: "0"))
            guard value <= Self.maximalRepetition else {
                throw wrong("expected at most \(Self.maximalRepetition) repetitions")
            }
            position += 1
        }
        guard position > start else { throw wrong("expected a number") }
        return value
    }

    private mutating func literal() throws -> [GBNFNode] {
        var items: [GBNFNode] = []
        while !take("\"") {
            let scalar = try character()
            items.append(.set(ScalarSet([scalar ... scalar])))
        }
        return items
    }

    private mutating func characterClass() throws -> ScalarSet {
        let isInverted = take("^")
        var ranges: [ClosedRange<UInt32>] = []
        while !take("]") {
            let low = try character()
            var high = low
            if next == UInt8(ascii: "-"), position + 1 < bytes.count, bytes[position + 1] != UInt8(ascii: "]") {
                position += 1
                high = try character()
            }
            guard low <= high else { throw wrong("expected a range in ascending order") }
            ranges.append(low ... high)
        }
        return isInverted ? ScalarSet(ranges).inverted : ScalarSet(ranges)
    }

    private mutating func character() throws -> UInt32 {
        guard let byte = next else { throw wrong("the grammar ends early") }
        guard byte == UInt8(ascii: "\\") else {
            let length = byte < 0x80 ? 1 : byte < 0xE0 ? 2 : byte < 0xF0 ? 3 : 4
            let text = String(decoding: bytes[position ..< min(position + length, bytes.count)], as: UTF8.self)
            position += length
            return text.unicodeScalars.first!.value
        }
        position += 1
        guard let escaped = next else { throw wrong("the grammar ends early") }
        position += 1
        switch escaped {
        case UInt8(ascii: "x"): return try hexadecimal(2)
        case UInt8(ascii: "u"): return try hexadecimal(4)
        case UInt8(ascii: "U"): return try hexadecimal(8)
        case UInt8(ascii: "t"): return 0x09
        case UInt8(ascii: "r"): return 0x0D
        case UInt8(ascii: "n"): return 0x0A
        case UInt8(ascii: "\\"), UInt8(ascii: "\""), UInt8(ascii: "["), UInt8(ascii: "]"), UInt8(ascii: "-"):
            return UInt32(escaped)
        default: throw wrong("\\\(Unicode.Scalar(escaped)) is not an escape")
        }
    }

    private mutating func hexadecimal(_ digits: Int) throws -> UInt32 {
        guard bytes.count - position >= digits,
            let value = UInt32(String(decoding: bytes[position ..< position + digits], as: UTF8.self), radix: 16),
            value <= 0x10FFFF
        else { throw wrong("expected \(digits) hexadecimal digits of a code point") }
        position += digits
        return value
    }
}
