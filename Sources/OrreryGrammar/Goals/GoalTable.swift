/// The goals of a schema's values, all that can come up, with their shapes.
final class GoalTable {
    let compiler: SchemaCompiler
    private(set) var goals: [Goal] = []
    private(set) var objects: [ObjectShape] = []
    private(set) var arrays: [ArrayShape] = []
    private var numbers: [[Literal]: Int] = [:]
    private var stringLanguages: [Formula<StringAtom>: StringLanguage] = [:]
    private var numberLanguages: [Formula<NumberAtom>: NumberLanguage] = [:]

    /// - Throws: `GrammarError` that names what cannot be enforced.
    init(_ compiler: SchemaCompiler) throws {
        self.compiler = compiler
        _ = try number(of: [try compiler.nodes.root()])
        var next = 0
        while next < goals.count {
            try fill(goals[next])
            next += 1
        }
        findShortest()
        try checkConditions()
    }

    /// Whether no value satisfies the schema.
    var isEmpty: Bool { goals[0].shortest == Shortest.unreachable }

    /// The number of the goal of satisfying some schemas at once.
    func number(of literals: Set<Literal>) throws -> Int {
        var literals = literals
        literals.remove(.always)
        if literals.contains(.never) || literals.contains(where: { literals.contains($0.negated) }) {
            literals = [.never]
        }
        let sorted = literals.sorted()
        if let number = numbers[sorted] { return number }
        guard goals.count < compiler.limits.goals else {
            throw error(sorted, ["$ref"], "more than \(compiler.limits.goals) combinations of schemas")
        }
        goals.append(Goal(sorted))
        numbers[sorted] = goals.count - 1
        return goals.count - 1
    }

    private func fill(_ goal: Goal) throws {
        if goal.literals == [.never] { return }
        for kind in [ValueKind.null, .false, .true]
        where try goal.literals.allSatisfy({ try compiler.allows($0, kind) }) {
            goal.words.append(kind)
        }
        goal.strings = try strings(goal.literals)
        goal.numbers = try numbers(goal.literals)
        for conjunct in try alternatives(goal.literals, .array) {
            if let shape = try arrayShape(conjunct, goal.literals) {
                goal.arrays.append(arrays.count)
                arrays.append(shape)
            }
        }
        for conjunct in try alternatives(goal.literals, .object) {
            if let shape = try objectShape(conjunct, goal.literals) {
                goal.objects.append(objects.count)
                objects.append(shape)
            }
        }
    }

    private func strings(_ literals: [Literal]) throws -> StringLanguage? {
        let formula = SchemaCompiler.joined(.all(try literals.map(compiler.stringFormula)))
        if formula == .constant(false) { return nil }
        if let known = stringLanguages[formula] { return known.isEmpty ? nil : known }
        do {
            let language = try StringLanguage(formula, cache: compiler.patterns)
            stringLanguages[formula] = language
            return language.isEmpty ? nil : language
        } catch let large as TooLarge {
            throw error(literals, ["pattern", "maxLength", "minLength", "format"], large.reason)
        }
    }

    private func numbers(_ literals: [Literal]) throws -> NumberLanguage? {
        let formula = Formula.all(try literals.map(compiler.numberFormula))
        if formula == .constant(false) { return nil }
        if let known = numberLanguages[formula] { return known.automaton.isEmpty ? nil : known }
        do {
            let language = try NumberLanguage(formula, limit: compiler.limits.automatonStates)
            numberLanguages[formula] = language
            return language.automaton.isEmpty ? nil : language
        } catch let large as TooLarge {
            let keywords = ["multipleOf", "minimum", "maximum", "exclusiveMinimum", "exclusiveMaximum", "enum"]
            throw error(literals, keywords, large.reason)
        }
    }

    private func alternatives(_ literals: [Literal], _ kind: ValueKind) throws -> [Conjunct] {
        var result = [Conjunct()]
        for literal in literals where !result.isEmpty {
            let node = compiler.node(literal)
            do {
                result = try compiler.product(result, try compiler.expand(literal, kind), node, "allOf")
            } catch is IsBeingExpanded {
                throw node.error("$ref", "refers to itself for the same value")
            }
        }
        return result
    }

    /// What is wrong with schemas, at the first of them that has one of the keywords.
    func error(_ literals: [Literal], _ keywords: [String], _ reason: String) -> GrammarError {
        for keyword in keywords {
            for literal in literals {
                let node = compiler.node(literal)
                if node.value.members?[keyword] != nil { return node.error(keyword, reason) }
            }
        }
        let place = literals.first.map { compiler.node($0).place } ?? "#"
        return GrammarError(keywords[0], at: place, reason)
    }
}
