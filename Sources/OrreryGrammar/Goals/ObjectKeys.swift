/// The keys that an alternative of an object tells apart.
struct ObjectKeys {
    /// What is known about a key: which name it is, if it is one, and which formulas it matches.
    struct Facts {
        let name: Int?
        let matches: [Bool]
    }

    private(set) var names: [[UInt8]] = []
    private var formulas: [Formula<StringAtom>] = []
    private var automata: [ByteAutomaton] = []
    private let conditions: [Conjunct.Each]
    private let numbers: [Formula<StringAtom>: Int]
    private let numberOfName: [[UInt8]: Int]

    init(_ conjunct: Conjunct, patterns: PatternCache) throws {
        var found: Set<[UInt8]> = conjunct.required
        var matched: Set<Formula<StringAtom>> = []
        for each in conjunct.each.union(conjunct.exists) {
            each.keys.forEachPart(name: { found.insert($0) }, formula: { matched.insert($0) })
        }
        names = found.sorted { $0.lexicographicallyPrecedes($1) }
        formulas = Array(matched)
        automata = try formulas.map { try patterns.automaton($0) }
        conditions = conjunct.exists.sorted { "\($0)" < "\($1)" }
        numbers = Dictionary(uniqueKeysWithValues: formulas.enumerated().map { ($1, $0) })
        numberOfName = Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, $0) })
    }

    func facts(ofName index: Int) -> Facts {
        Facts(name: index, matches: automata.map { $0.label(of: names[index]) >= 0 })
    }

    private func contains(_ keys: KeyClass, _ facts: Facts) -> Bool {
        keys.contains(
            isName: { name in facts.name.map { names[$0] == name } ?? false },
            matches: { facts.matches[numbers[$0]!] })
    }

    /// What the value of a key must satisfy, and for each condition what would meet it.
    func literals(_ conjunct: Conjunct, _ facts: Facts) -> (each: Set<Literal>, meets: [Set<Literal>?]) {
        var each: Set<Literal> = []
        for part in conjunct.each where contains(part.keys, facts) { each.insert(part.literal) }
        return (each, conditions.map { contains($0.keys, facts) ? [$0.literal] : nil })
    }

    /// The automaton of all keys with the labels that `label` gives, -1 for keys that must not be there.
    func automaton(limit: Int, label: (Facts) -> Int32) throws -> ByteAutomaton {
        let words = ByteAutomaton.words(names.enumerated().map { (bytes: $1, label: Int32($0)) })
        if formulas.isEmpty, label(Facts(name: nil, matches: [])) < 0 {
            // Named keys alone.
            return .words(
                names.enumerated().compactMap { index, name in
                    let label = label(facts(ofName: index))
                    return label < 0 ? nil : (bytes: name, label: label)
                })
        }
        return try ByteAutomaton.product(domain: .utf8, [words] + automata, limit: limit) { labels in
            let matches = labels.dropFirst().map { $0 >= 0 }
            return label(Facts(name: labels[0] < 0 ? nil : Int(labels[0]), matches: matches))
        }
    }
}
