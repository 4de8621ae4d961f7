/// The automata of one compilation, each made once.
final class PatternCache {
    let limits: Limits
    private var automata: [Formula<StringAtom>: ByteAutomaton] = [:]
    private var edges = 0

    init(limits: Limits) { self.limits = limits }

    /// - Throws: `TooLarge`, or `GrammarError` about a pattern.
    func automaton(_ formula: Formula<StringAtom>) throws -> ByteAutomaton {
        if case .constant(true) = formula { return .utf8 }
        if let automaton = automata[formula] { return automaton }
        let automaton = try make(formula)
        edges += automaton.edges.count
        guard edges <= limits.totalEdges else { throw TooLarge(reason: "the patterns together are too large") }
        automata[formula] = automaton
        return automaton
    }

    private func make(_ formula: Formula<StringAtom>) throws -> ByteAutomaton {
        switch formula {
        case .constant(let value):
            return value ? .utf8 : ByteAutomaton(edges: [], offsets: [0], labels: [])
        case .atom(.pattern(let pattern)):
            return try RegexCompiler.automaton(
                String(decoding: pattern, as: UTF8.self), whole: false, limit: limits.automatonStates)
        case .atom(.format(let name)):
            return try StringFormat.automaton(name)
        case .atom(.among(let words)):
            return .words(words.map { (bytes: $0, label: Int32(0)) })
        case .atom(.length(let bound)):
            return try Self.atLeast(bound, limits)
        case .not, .and, .or:
            var atoms: [StringAtom] = []
            formula.forEachAtom { if !atoms.contains($0) { atoms.append($0) } }
            var parts = try atoms.map { try automaton(.atom($0)) }
            // A text that has to be of one part is looked for there alone.
            var domain = ByteAutomaton.utf8
            var isDomain = false
            for case .atom(let atom) in formula.conjuncts where !isDomain {
                domain = parts[atoms.firstIndex(of: atom)!]
                isDomain = true
            }
            if isDomain { parts = parts.map { $0 === domain ? .utf8 : $0 } }
            let indices = Dictionary(uniqueKeysWithValues: atoms.enumerated().map { ($1, $0) })
            return try ByteAutomaton.product(domain: domain, parts, limit: limits.automatonStates) { labels in
                formula.holds { labels[indices[$0]!] >= 0 } ? 0 : -1
            }.minimized()
        }
    }

    /// Texts of so many code points or more.
    private static func atLeast(_ bound: Int, _ limits: Limits) throws -> ByteAutomaton {
        guard bound < 2000 else { throw TooLarge(reason: "a length of \(bound) under not or oneOf is too large") }
        var builder = AutomatonBuilder()
        let states = (0 ... max(bound, 0)).map { builder.addState(label: $0 >= bound ? 0 : -1) }
        let sequences = UTF8Ranges.sequences(0 ... 0x10FFFF)
        for (index, state) in states.enumerated() {
            let target = states[min(index + 1, states.count - 1)]
            for sequence in sequences { builder.add(sequence, from: state, to: target) }
        }
        return builder.finished()
    }
}
