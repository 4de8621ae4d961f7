extension SchemaCompiler {
    /// Whether an alternative cannot hold, as far as a short look tells.
    ///
    /// - Parameter depth: how deep values within values are looked at.
    func isContradictory(_ conjunct: Conjunct, depth: Int) throws -> Bool {
        if let most = conjunct.most, conjunct.least > most || conjunct.required.count > most { return true }
        for name in conjunct.required {
            let literals = try valueLiterals(conjunct, name)
            if literals.contains(.never) { return true }
            if depth > 0, try isEmpty(literals, depth: depth - 1) { return true }
        }
        guard !conjunct.at.isEmpty, depth > 0 else { return false }
        for (index, literals) in conjunct.at where index < conjunct.least {
            let all = literals.union(conjunct.from.filter { $0.start <= index }.map(\.literal))
            if try isEmpty(all, depth: depth - 1) { return true }
        }
        return false
    }

    /// What the value of a property must satisfy.
    private func valueLiterals(_ conjunct: Conjunct, _ name: [UInt8]) throws -> Set<Literal> {
        var literals: Set<Literal> = []
        for each in conjunct.each {
            let applies = try each.keys.contains(
                isName: { $0 == name }, matches: { try patterns.automaton($0).label(of: name) >= 0 })
            if applies { literals.insert(each.literal) }
        }
        return literals
    }

    /// Whether no value satisfies all of the literals, as far as a short look tells.
    func isEmpty(_ literals: Set<Literal>, depth: Int) throws -> Bool {
        if literals.isEmpty { return false }
        let sorted = literals.sorted()
        if let known = emptiness[sorted] { return known }
        let result: Bool
        do { result = try lookIsEmpty(sorted, depth) } catch is IsBeingExpanded { return false }
        if depth > 0 || result { emptiness[sorted] = result }
        return result
    }

    private func lookIsEmpty(_ literals: [Literal], _ depth: Int) throws -> Bool {
        for kind in [ValueKind.null, .true, .false] where try literals.allSatisfy({ try allows($0, kind) }) {
            return false
        }
        let strings = Self.joined(Formula.all(try literals.map(stringFormula)))
        if strings != .constant(false) { return false }
        let numbers = Formula.all(try literals.map(numberFormula))
        if numbers != .constant(false), try !isEmpty(numbers) { return false }
        for kind in [ValueKind.array, .object] {
            guard depth > 0 else {
                if try literals.allSatisfy({ try !expand($0, kind).isEmpty }) { return false }
                continue
            }
            var conjuncts = [Conjunct()]
            for literal in literals where !conjuncts.isEmpty {
                let expanded = try expand(literal, kind)
                guard conjuncts.count * expanded.count <= 64 else { return false }
                conjuncts = conjuncts.flatMap { one in expanded.map { one.merged($0) } }
            }
            if try conjuncts.contains(where: { try !isContradictory($0, depth: depth) }) { return false }
        }
        return true
    }

    private func isEmpty(_ formula: Formula<NumberAtom>) throws -> Bool {
        var sets: [Set<Decimal>] = []
        for case .atom(.among(let numbers)) in formula.conjuncts { sets.append(numbers) }
        guard let first = sets.first else { return false }
        return first.allSatisfy { number in !formula.holds { $0.holds(number) ?? true } }
    }

    /// A conjunction with lists of words made one, and without words that other parts of it deny.
    static func joined(_ formula: Formula<StringAtom>) -> Formula<StringAtom> {
        var words: Set<[UInt8]>?
        var rest: [Formula<StringAtom>] = []
        for part in formula.conjuncts {
            if case .atom(.among(let some)) = part {
                words = words?.intersection(some) ?? some
            } else {
                rest.append(part)
            }
        }
        guard var kept = words else { return formula }
        rest = rest.filter { part in
            guard case .not(.atom(.among(let denied))) = part else { return true }
            kept.subtract(denied)
            return false
        }
        return kept.isEmpty ? .constant(false) : .all(rest + [.atom(.among(kept))])
    }
}
