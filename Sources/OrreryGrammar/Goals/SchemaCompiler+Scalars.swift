extension SchemaCompiler {
    /// What a schema asks of a string.
    func stringFormula(_ literal: Literal) throws -> Formula<StringAtom> {
        if let known = stringFormulas[literal] { return known }
        let formula = try scalar(literal, .string, stringFormula, local: stringAssertions) { parts in
            var words: Set<[UInt8]>?
            var rest: [Formula<StringAtom>] = []
            for part in parts {
                guard case .atom(.among(let more)) = part else {
                    rest.append(part)
                    continue
                }
                if words == nil { words = more } else { words!.formUnion(more) }
            }
            return words.map { rest + [.atom(.among($0))] } ?? rest
        }
        stringFormulas[literal] = formula
        return formula
    }

    /// What a schema asks of a number.
    func numberFormula(_ literal: Literal) throws -> Formula<NumberAtom> {
        if let known = numberFormulas[literal] { return known }
        let formula = try scalar(literal, .number, numberFormula, local: numberAssertions) { parts in
            var numbers: Set<Decimal>?
            var rest: [Formula<NumberAtom>] = []
            for part in parts {
                guard case .atom(.among(let more)) = part else {
                    rest.append(part)
                    continue
                }
                if numbers == nil { numbers = more } else { numbers!.formUnion(more) }
            }
            return numbers.map { rest + [.atom(.among($0))] } ?? rest
        }
        numberFormulas[literal] = formula
        return formula
    }

    /// Whether a schema allows null, true or false.
    func allows(_ literal: Literal, _ kind: ValueKind) throws -> Bool {
        let formula: Formula<StringAtom> = try scalar(
            literal, kind, { .constant(try self.allows($0, kind)) }, local: { _ in .constant(true) }, union: { $0 })
        return formula == .constant(true)
    }

    /// A schema's formula for one kind of value without parts.
    ///
    /// - Parameters:
    ///   - formula: that of another schema for the same value.
    ///   - local: what the kind's own keywords ask.
    ///   - union: the parts of a disjunction, with lists of values made one.
    private func scalar<Atom>(
        _ literal: Literal, _ kind: ValueKind, _ formula: (Literal) throws -> Formula<Atom>,
        local: (SchemaNode) throws -> Formula<Atom>, union: ([Formula<Atom>]) -> [Formula<Atom>]
    ) throws -> Formula<Atom> {
        if literal == .always || literal == .never { return .constant(literal == .always) }
        if literal.isNegated { return try formula(literal.negated).negated }
        let node = node(literal)
        scalarDepth += 1
        defer { scalarDepth -= 1 }
        guard scalarDepth <= limits.depth else {
            throw node.error(
                "$ref", "refers to itself for the same value, or through more than \(limits.depth) schemas")
        }
        try step(1, node, "allOf")
        let references = try inPlaceReference(node).map(formula)
        if isReferenceAlone(node) { return .all(references) }
        guard try allowed(node, kind).isAllowed else { return .constant(false) }
        var parts = references
        parts.append(try local(node))
        if case .constant(false) = Formula.all(parts) { return .constant(false) }
        if let branches = try branches(node, "allOf") { parts += try branches.map(formula) }
        if let branches = try branches(node, "anyOf") { parts.append(.any(union(try branches.map(formula)))) }
        if let branches = try branches(node, "oneOf") {
            parts.append(try exactlyOne(try branches.map(formula), node))
        }
        if let inner = try child(node, "not") { parts.append(try formula(inner).negated) }
        if let condition = try child(node, "if") {
            let holds = try formula(condition)
            let then = try child(node, "then").map(formula) ?? .constant(true)
            let otherwise = try child(node, "else").map(formula) ?? .constant(true)
            parts.append(.any([.all([holds, then]), .all([holds.negated, otherwise])]))
        }
        if kind == .null || kind == .true || kind == .false {
            parts.append(.constant(try constantsAllow(node, kind)))
        }
        return .all(parts)
    }

    private func exactlyOne<Atom>(_ parts: [Formula<Atom>], _ node: SchemaNode) throws -> Formula<Atom> {
        let possible = parts.filter { $0 != .constant(false) }
        try step(possible.count * possible.count, node, "oneOf")
        return .any(
            possible.indices.map { chosen in
                .all(possible.indices.map { $0 == chosen ? possible[$0] : possible[$0].negated })
            })
    }

    private func constantsAllow(_ node: SchemaNode, _ kind: ValueKind) throws -> Bool {
        try constants(node).allSatisfy { _, values in
            values.contains { value in
                switch (value, kind) {
                case (.null, .null), (.bool(true), .true), (.bool(false), .false): true
                default: false
                }
            }
        }
    }

    private func stringAssertions(_ node: SchemaNode) throws -> Formula<StringAtom> {
        var parts: [Formula<StringAtom>] = []
        for (_, values) in try constants(node) {
            let words = Set(values.compactMap { $0.text.map { Array($0.utf8) } })
            parts.append(words.isEmpty ? .constant(false) : .atom(.among(words)))
        }
        if let least = try node.count("minLength"), least > 0 { parts.append(.atom(.length(atLeast: least))) }
        if let most = try node.count("maxLength") { parts.append(.not(.atom(.length(atLeast: most + 1)))) }
        if let pattern = try node.text("pattern") { parts.append(.atom(try patternAtom(pattern, node, "pattern"))) }
        if let format = try node.text("format"), options.formats == .enforce {
            if StringFormat.isKnown(format) {
                parts.append(.atom(.format(format)))
                if format == "hostname" { parts.append(.not(.atom(.length(atLeast: 254)))) }
            } else if StringFormat.unsupported.contains(format) {
                throw node.error("format", "\"\(format)\" cannot be enforced")
            }
        }
        return .all(parts)
    }

    /// The atom of a pattern, which is compiled here so that its errors have a place.
    func patternAtom(_ pattern: String, _ node: SchemaNode, _ keyword: String) throws -> StringAtom {
        let atom = StringAtom.pattern(Array(pattern.utf8))
        do { _ = try patterns.automaton(.atom(atom)) } catch let error as TooLarge {
            throw node.error(keyword, "\"\(pattern)\" \(error.reason)")
        } catch let error as GrammarError {
            throw node.error(keyword, "\"\(pattern)\", \(error.place): \(error.reason)")
        }
        return atom
    }

    private func numberAssertions(_ node: SchemaNode) throws -> Formula<NumberAtom> {
        var parts: [Formula<NumberAtom>] = []
        if try allowed(node, .number).isInteger { parts.append(.atom(.integer)) }
        for (_, values) in try constants(node) {
            let numbers = Set(values.compactMap(\.number))
            parts.append(numbers.isEmpty ? .constant(false) : .atom(.among(numbers)))
        }
        if let bound = try node.number("minimum") { parts.append(.not(.atom(.less(than: bound)))) }
        if let bound = try node.number("exclusiveMinimum") { parts.append(.not(.atom(.atMost(bound)))) }
        if let bound = try node.number("maximum") { parts.append(.atom(.atMost(bound))) }
        if let bound = try node.number("exclusiveMaximum") { parts.append(.atom(.less(than: bound))) }
        if let divisor = try node.number("multipleOf") {
            guard !divisor.digits.isEmpty, !divisor.isNegative else {
                throw node.error("multipleOf", "expected a number above 0")
            }
            parts.append(.atom(.multiple(of: divisor)))
        }
        return .all(parts)
    }
}
