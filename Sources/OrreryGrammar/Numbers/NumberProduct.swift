/// Runs a number's syntax and what its formula asks at once, and finds the automaton of their states.
struct NumberProduct {
    private struct State: Hashable {
        var syntax: NumberSyntax
        var readers: [SIMD4<Int32>]
    }

    /// What is asked, of the readers by their numbers: an atom may hold thousands of values.
    private let formula: Formula<Int>
    private let readers: [any NumberReader]
    private let isInteger: Bool

    init(_ formula: Formula<NumberAtom>) throws {
        // What is an integer anyway needs no point.
        isInteger = formula.conjuncts.contains(.atom(.integer))
        var numbers: [NumberAtom: Int] = [:], readers: [any NumberReader] = []
        self.formula = try formula.map { atom in
            if let known = numbers[atom] { return known }
            numbers[atom] = readers.count
            readers.append(try Self.reader(of: atom))
            return readers.count - 1
        }
        self.readers = readers
    }

    private static func reader(of atom: NumberAtom) throws -> any NumberReader {
        switch atom {
        case .less(let bound), .atMost(let bound):
            guard bound.plainLength <= 400 else {
                throw TooLarge(reason: "expected a number of at most 400 digits when written out")
            }
            if case .less = atom { return NumberOrder(bound, includesEqual: false) }
            return NumberOrder(bound, includesEqual: true)
        case .multiple(let divisor): return try NumberRemainder(divisor)
        case .among(let numbers): return try NumberSet(numbers)
        }
    }

    func automaton(limit: Int) throws -> ByteAutomaton {
        var builder = AutomatonBuilder()
        var numbers: [State: Int32] = [:]
        var states: [State] = []
        func number(of state: State) throws -> Int32 {
            if let number = numbers[state] { return number }
            guard states.count < limit else { throw TooLarge(reason: "needs more than \(limit) states") }
            let number = builder.addState(label: state.syntax.isComplete && holds(state) ? 0 : -1)
            numbers[state] = number
            states.append(state)
            return number
        }
        _ = try number(of: State(syntax: .start, readers: readers.map(\.start)))
        let alphabet = Array((readers.isEmpty ? "+-.0123456789Ee" : isInteger ? "-0123456789" : "-.0123456789").utf8)
        var current = 0
        while current < states.count {
            let state = states[current]
            for byte in alphabet {
                guard let syntax = state.syntax.next(byte) else { continue }
                let next = zip(readers, state.readers).map { $0.next($1, byte) }
                builder.add(byte, byte, from: Int32(current), to: try number(of: State(syntax: syntax, readers: next)))
            }
            current += 1
        }
        return builder.finished().minimized()
    }

    private func holds(_ state: State) -> Bool {
        formula.holds { readers[$0].holds(state.readers[$0]) }
    }
}
