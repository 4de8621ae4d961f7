extension GoalTable {
    /// The shape of an array whose elements differ from each other, where the values they can have are few: each is
    /// counted, and comes at most once.
    func uniqueShape(_ conjunct: Conjunct, _ literals: [Literal]) throws -> ArrayShape? {
        func refusal() -> GrammarError {
            error(literals, ["uniqueItems"], "is enforced only where elements are of at most 31 values, as of an enum")
        }
        guard conjunct.counts.isEmpty else { throw refusal() }
        let zones = ((conjunct.from.map(\.start) + conjunct.at.keys.map { $0 + 1 }).max() ?? 0) + 1
        var values: [Literal] = []
        var most = conjunct.most
        var zoneValues: [[Literal]] = []
        for index in 0 ..< zones {
            let base = Set(conjunct.from.filter { $0.start <= index }.map(\.literal)).union(conjunct.at[index] ?? [])
            if base.contains(.never) {
                most = min(most ?? .max, index)
                break
            }
            guard let found = try compiler.values(base) else { throw refusal() }
            for value in found where !values.contains(value) { values.append(value) }
            zoneValues.append(found)
        }
        guard values.count <= 31, !zoneValues.isEmpty else { throw refusal() }
        // The ways to choose the elements that there must be are looked at one by one.
        var ways = 1
        for index in 0 ..< min(conjunct.least, values.count) { ways = ways * (values.count - index) / (index + 1) }
        guard ways <= 20_000 else { throw refusal() }
        most = min(most ?? .max, values.count)
        if let most, conjunct.least > most { return nil }
        let options = try zoneValues.map { zone in
            try zone.map { value in
                ArrayShape.Option(goal: try number(of: [value]), counted: 1 << UInt32(values.firstIndex(of: value)!))
            }
        }
        let counters = values.map { _ in ArrayShape.Counter(start: 0, least: 0, most: 1) }
        return ArrayShape(options: options, counters: counters, least: conjunct.least, most: most)
    }
}

extension SchemaCompiler {
    /// The values that satisfy schemas, each as the schema of one; nil where they are many, or not all without parts.
    func values(_ literals: Set<Literal>) throws -> [Literal]? {
        for kind in [ValueKind.array, .object] {
            guard try literals.contains(where: { try expand($0, kind).isEmpty }) else { return nil }
        }
        var result: [Literal] = []
        func add(_ value: SchemaValue, _ name: String) {
            result.append(nodes.made(ConstantSchema.schema(of: value), of: self.node(0), ["value " + name]))
        }
        for (kind, value) in [(ValueKind.null, SchemaValue.null), (.false, .bool(false)), (.true, .bool(true))]
        where try literals.allSatisfy({ try allows($0, kind) }) {
            add(value, "\(kind)")
        }
        let strings = Self.joined(Formula.all(try literals.sorted().map(stringFormula)))
        if strings != .constant(false) {
            var words: Set<[UInt8]>?
            for case .atom(.among(let some)) in strings.conjuncts { words = some }
            guard let words, words.count <= 64, let automaton = try? patterns.automaton(strings) else { return nil }
            for word in words.sorted(by: { $0.lexicographicallyPrecedes($1) }) where automaton.label(of: word) >= 0 {
                add(.string(String(decoding: word, as: UTF8.self)), "string " + String(decoding: word, as: UTF8.self))
            }
        }
        let numbers = Formula.all(try literals.sorted().map(numberFormula))
        if numbers != .constant(false) {
            var some: Set<Decimal>?
            for case .atom(.among(let listed)) in numbers.conjuncts { some = some?.intersection(listed) ?? listed }
            guard let some, some.count <= 64 else { return nil }
            for number in some.sorted() where numbers.holds({ $0.holds(number) ?? false }) {
                add(.number(number), "number \(number.isNegative)\(number.digits)\(number.exponent)")
            }
        }
        return result
    }
}
