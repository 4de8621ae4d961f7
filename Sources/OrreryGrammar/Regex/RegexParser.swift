/// Reads regular expressions in the usual subset of ECMA-262 with its u flag (JSON Schema, section 6.4): everything but
/// backreferences, word boundaries, lookbehind, and lookahead elsewhere than where a pattern begins.
struct RegexParser {
    private static let maximalDepth = 100
    private static let maximalRepetition = 10_000

    let scalars: [Unicode.Scalar]
    var position = 0
    private var depth = 0

    init(_ pattern: String) { scalars = Array(pattern.unicodeScalars) }

    /// - Throws: `GrammarError` that names the offset.
    static func parse(_ pattern: String) throws -> RegexNode {
        var parser = RegexParser(pattern)
        let node = try parser.choice()
        guard parser.position == parser.scalars.count else { throw parser.wrong("found ')' without '('") }
        return node
    }

    func wrong(_ reason: String) -> GrammarError { GrammarError("regex", at: "offset \(position)", reason) }

    var next: Unicode.Scalar? { position < scalars.count ? scalars[position] : nil }

    mutating func take(_ scalar: Unicode.Scalar) -> Bool {
        guard next == scalar else { return false }
        position += 1
        return true
    }

    mutating func take(_ text: String) -> Bool {
        guard scalars[position...].starts(with: text.unicodeScalars) else { return false }
        position += text.unicodeScalars.count
        return true
    }

    private mutating func choice() throws -> RegexNode {
        depth += 1
        defer { depth -= 1 }
        guard depth <= Self.maximalDepth else { throw wrong("expected at most \(Self.maximalDepth) nested groups") }
        var branches = [try sequence()]
        while take("|") { branches.append(try sequence()) }
        return branches.count == 1 ? branches[0] : .choice(branches)
    }

    private mutating func sequence() throws -> RegexNode {
        var items: [RegexNode] = []
        while let scalar = next, scalar != "|", scalar != ")" { items.append(try repeated()) }
        return items.count == 1 ? items[0] : items.isEmpty ? .empty : .sequence(items)
    }

    private mutating func repeated() throws -> RegexNode {
        let start = position
        let item = try atom()
        guard let (least, most) = try quantifier() else { return item }
        _ = take("?")
        switch item {
        case .start, .end, .lookahead:
            position = start
            throw wrong("an assertion cannot be repeated")
        default: return .repeated(item, least: least, most: most)
        }
    }

    /// The bounds behind an atom; nil where it stands once.
    private mutating func quantifier() throws -> (Int, Int?)? {
        if take("*") { return (0, nil) }
        if take("+") { return (1, nil) }
        if take("?") { return (0, 1) }
        guard take("{") else { return nil }
        let least = try number()
        var most: Int? = least
        if take(",") { most = next == "}" ? nil : try number() }
        guard take("}") else { throw wrong("expected '}' after the bounds") }
        if let most, most < least { throw wrong("expected bounds in ascending order") }
        return (least, most)
    }

    private mutating func number() throws -> Int {
        var value = 0
        let start = position
        while let digit = next, ("0" ... "9").contains(digit) {
            value = value * 10 + Int(digit.value - 0x30)
            guard value <= Self.maximalRepetition else {
                throw wrong("expected at most \(Self.maximalRepetition) repetitions")
            }
            position += 1
        }
        guard position > start else { throw wrong("expected a number of repetitions") }
        return value
    }

    private mutating func atom() throws -> RegexNode {
        guard let scalar = next else { throw wrong("the pattern ends early") }
        switch scalar {
        case "(": return try group()
        case "[": return .set(try characterClass())
        case "\\": return try escape()
        case "*", "+", "?", "{": throw wrong("nothing to repeat")
        case "}", "]": throw wrong("expected \\ before '\(scalar)'")
        default: break
        }
        position += 1
        switch scalar {
        case ".": return .set(ScalarSet.lineEnds.inverted)
        case "^": return .start
        case "$": return .end
        default: return .set(ScalarSet([scalar.value ... scalar.value]))
        }
    }

    private mutating func group() throws -> RegexNode {
        let start = position
        position += 1
        var wrap: (RegexNode) -> RegexNode = { $0 }
        if take("?=") {
            wrap = { .lookahead($0, isNegative: false) }
        } else if take("?!") {
            wrap = { .lookahead($0, isNegative: true) }
        } else if take("?<=") || take("?<!") {
            position = start
            throw wrong("lookbehind is not supported")
        } else if take("?<") {
            while let scalar = next, scalar != ">" { position += 1; _ = scalar }
            guard take(">") else { throw wrong("expected '>' after the group's name") }
        } else if take("?"), !take(":") {
            throw wrong("expected ':', '=', '!' or '<' after '(?'")
        }
        let body = try choice()
        guard take(")") else { throw wrong("expected ')'") }
        return wrap(body)
    }
}
