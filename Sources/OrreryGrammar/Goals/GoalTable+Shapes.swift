extension GoalTable {
    /// The shape of an alternative; nil where no object is of it.
    func objectShape(_ conjunct: Conjunct, _ literals: [Literal]) throws -> ObjectShape? {
        let keys = try ObjectKeys(conjunct, patterns: compiler.patterns)
        var labels: [(each: Set<Literal>, meets: [Set<Literal>?])] = []
        var numberOfCell: [[Bool]: Int32] = [:]
        var labelOfName: [Int] = []
        var names: [[UInt8]] = []
        var isOpen = true
        for (index, name) in keys.names.enumerated() {
            let facts = keys.facts(ofName: index)
            let label = keys.literals(conjunct, facts)
            guard !label.each.contains(.never) else {
                if conjunct.required.contains(name) { return nil }
                labelOfName.append(-1)
                continue
            }
            labelOfName.append(labels.count)
            names.append(name)
            labels.append(label)
        }
        let automaton: ByteAutomaton
        do {
            automaton = try keys.automaton(limit: compiler.limits.automatonStates) { facts in
                if let name = facts.name { return Int32(labelOfName[name]) }
                if let known = numberOfCell[facts.matches] { return known }
                let label = keys.literals(conjunct, facts)
                let number = label.each.contains(.never) ? -1 : Int32(labels.count)
                if number >= 0 { labels.append(label) } else { isOpen = false }
                numberOfCell[facts.matches] = number
                return number
            }
        } catch let large as TooLarge {
            throw error(literals, ["patternProperties", "propertyNames", "properties"], large.reason)
        }
        var required = BitSet(count: max(names.count, 1))
        for (index, name) in names.enumerated() where conjunct.required.contains(name) { required.insert(index) }
        let goals = try labels.map { try number(of: $0.each) }
        let conditions = try (0 ..< conjunct.exists.count).map { condition in
            try labels.map { label in
                try label.meets[condition].map { try number(of: label.each.union($0)) }
            }
        }
        return ObjectShape(
            names: names, automaton: automaton, goals: goals, conditions: conditions, required: required,
            least: conjunct.least, most: conjunct.most, isOpen: isOpen)
    }

    /// The shape of an alternative; nil where no array is of it.
    func arrayShape(_ conjunct: Conjunct, _ literals: [Literal]) throws -> ArrayShape? {
        if conjunct.isUnique, conjunct.most ?? .max > 1 { return try uniqueShape(conjunct, literals) }
        let counts = conjunct.counts.sorted { "\($0)" < "\($1)" }
        guard counts.count <= 3 else { throw error(literals, ["contains"], "more than 3 of them for one array") }
        let starts = conjunct.from.map(\.start) + counts.map(\.start) + conjunct.at.keys.map { $0 + 1 }
        let zones = (starts.max() ?? 0) + 1
        let counters = counts.map { ArrayShape.Counter(start: $0.start, least: $0.least, most: $0.most) }
        let size = counters.reduce(conjunct.most ?? max(conjunct.least, zones)) {
            Shortest.product($0, $1.ceiling + 1)
        }
        guard counters.isEmpty || size <= 20_000 else {
            throw error(literals, ["maxContains", "minContains", "contains"], "the counts are too large to follow")
        }
        var most = conjunct.most
        var options: [[ArrayShape.Option]] = []
        for index in 0 ..< zones {
            let base = Set(conjunct.from.filter { $0.start <= index }.map(\.literal)).union(conjunct.at[index] ?? [])
            if base.contains(.never) {
                most = min(most ?? .max, index)
                break
            }
            options.append(try self.options(base, counts.filter { $0.start <= index }.isEmpty ? [] : counts, index))
        }
        if let most, conjunct.least > most { return nil }
        if options.isEmpty { options = [[]] }
        return ArrayShape(options: options, counters: counters, least: conjunct.least, most: most)
    }

    /// What an element may be: counted or not by each counter.
    private func options(
        _ base: Set<Literal>, _ counts: [Conjunct.Count], _ index: Int
    ) throws -> [ArrayShape.Option] {
        var result: [ArrayShape.Option] = []
        for counted in 0 ..< UInt32(1) << UInt32(counts.count) {
            var literals = base
            var isPossible = true
            for (number, count) in counts.enumerated() {
                let counts = counted >> UInt32(number) & 1 == 1
                if count.start > index {
                    if counts { isPossible = false }
                } else if counts {
                    literals.insert(count.literal)
                } else if count.most != nil {
                    // What is not counted must not satisfy it, where too many must not.
                    literals.insert(count.literal.negated)
                }
            }
            if isPossible, !literals.contains(.never) {
                result.append(.init(goal: try self.number(of: literals), counted: counted))
            }
        }
        return result
    }
}
