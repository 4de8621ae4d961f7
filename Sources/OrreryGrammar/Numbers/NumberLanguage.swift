/// The numbers of which a formula holds.
final class NumberLanguage: Sendable {
    let formula: Formula<NumberAtom>
    /// The spellings without exponent; integers alone also without a point. Numbers of which nothing is asked may have
    /// both.
    let automaton: ByteAutomaton
    /// For each state the bytes of the shortest way to a number.
    let shortest: [Int]

    /// - Throws: `TooLarge` beyond `limit` states.
    init(_ formula: Formula<NumberAtom>, limit: Int) throws {
        self.formula = formula
        automaton = try NumberProduct(formula).automaton(limit: limit)
        shortest = automaton.shortest { _ in true }
    }

    /// Whether the formula holds for a number as it is spelt; nil where that cannot be told.
    func accepts(_ text: [UInt8]) -> Bool? {
        guard NumberSyntax.accepts(text), let number = Decimal(json: text) else { return false }
        var isKnown = true
        let holds = formula.holds { atom in
            guard let value = atom.holds(number) else {
                isKnown = false
                return false
            }
            return value
        }
        return isKnown ? holds : nil
    }
}

/// The states of a number in JSON (RFC 8259, section 6).
enum NumberSyntax: Int32 {
    case start, minus, zero, integer, point, fraction, exponent, exponentSign, exponentDigits

    var isComplete: Bool { [.zero, .integer, .fraction, .exponentDigits].contains(self) }

    func next(_ byte: UInt8) -> NumberSyntax? {
        switch (self, byte) {
        case (.start, UInt8(ascii: "-")): .minus
        case (.start, UInt8(ascii: "0")), (.minus, UInt8(ascii: "0")): .zero
        case (.start, UInt8(ascii: "1") ... UInt8(ascii: "9")), (.minus, UInt8(ascii: "1") ... UInt8(ascii: "9")),
            (.integer, UInt8(ascii: "0") ... UInt8(ascii: "9")):
            .integer
        case (.zero, UInt8(ascii: ".")), (.integer, UInt8(ascii: ".")): .point
        case (.point, UInt8(ascii: "0") ... UInt8(ascii: "9")), (.fraction, UInt8(ascii: "0") ... UInt8(ascii: "9")):
            .fraction
        case (.zero, UInt8(ascii: "e")), (.integer, UInt8(ascii: "e")), (.fraction, UInt8(ascii: "e")),
            (.zero, UInt8(ascii: "E")), (.integer, UInt8(ascii: "E")), (.fraction, UInt8(ascii: "E")):
            .exponent
        case (.exponent, UInt8(ascii: "+")), (.exponent, UInt8(ascii: "-")): .exponentSign
        case (.exponent, UInt8(ascii: "0") ... UInt8(ascii: "9")),
            (.exponentSign, UInt8(ascii: "0") ... UInt8(ascii: "9")),
            (.exponentDigits, UInt8(ascii: "0") ... UInt8(ascii: "9")):
            .exponentDigits
        default: nil
        }
    }

    static func accepts(_ text: [UInt8]) -> Bool {
        var state = NumberSyntax.start
        for byte in text {
            guard let next = state.next(byte) else { return false }
            state = next
        }
        return state.isComplete
    }
}
