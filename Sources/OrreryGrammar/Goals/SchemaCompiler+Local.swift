extension SchemaCompiler {
    /// What a schema's own keywords ask of an object or array, without those that combine schemas.
    func local(_ node: SchemaNode, _ kind: ValueKind, annotates: Bool) throws -> [Conjunct] {
        var conjunct = Conjunct()
        if kind == .object {
            try addProperties(node, &conjunct, annotates)
        } else {
            try addItems(node, &conjunct, annotates)
        }
        return try isContradictory(conjunct, depth: 0) ? [] : [conjunct]
    }

    private func addProperties(_ node: SchemaNode, _ conjunct: inout Conjunct, _ annotates: Bool) throws {
        let classes = try propertyClasses(node)
        for (keys, literal) in classes.named where literal != .always {
            conjunct.each.insert(.init(keys: keys, literal: literal))
        }
        if annotates { conjunct.evaluatedKeys.formUnion(classes.named.map(\.keys)) }
        if let rest = try child(node, "additionalProperties") {
            if rest != .always { conjunct.each.insert(.init(keys: classes.others, literal: rest)) }
            if annotates { conjunct.evaluatedKeys.insert(classes.others) }
        }
        if let names = try child(node, "propertyNames"), names != .always {
            let denied = KeyClass.outside([.matching(try nameFormula(names, node))])
            conjunct.each.insert(.init(keys: denied, literal: .never))
        }
        conjunct.required = Set(try node.names("required") ?? [])
        conjunct.least = try node.count("minProperties") ?? 0
        conjunct.most = try node.count("maxProperties")
    }

    /// What `propertyNames` asks of a key, as a formula whose automata can be made.
    func nameFormula(_ literal: Literal, _ node: SchemaNode) throws -> Formula<StringAtom> {
        let formula = try stringFormula(literal)
        do { _ = try patterns.automaton(formula) } catch let error as TooLarge {
            throw node.error("propertyNames", error.reason)
        }
        return formula
    }

    /// The keys that `properties` and `patternProperties` name with their schemas, and all other keys.
    func propertyClasses(
        _ node: SchemaNode
    ) throws -> (named: [(keys: KeyClass, literal: Literal)], others: KeyClass) {
        var named: [(KeyClass, Literal)] = []
        for (key, _) in try node.members("properties")?.list ?? [] {
            named.append((.name(Array(key.utf8)), try propertyLiteral(node, "properties", key)))
        }
        for (pattern, _) in try node.members("patternProperties")?.list ?? [] {
            let atom = try patternAtom(pattern, node, "patternProperties")
            named.append((.matching(.atom(atom)), try propertyLiteral(node, "patternProperties", pattern)))
        }
        return (named, .outside(named.map(\.0)))
    }

    private func propertyLiteral(_ node: SchemaNode, _ keyword: String, _ key: String) throws -> Literal {
        // The schema made of a constant is not in the document.
        if node.isMade, let value = node.value.members?[keyword]?.members?[key] {
            return nodes.made(value, of: node, [keyword, key])
        }
        return try nodes.child(node, keyword, key)
    }

    private func addItems(_ node: SchemaNode, _ conjunct: inout Conjunct, _ annotates: Bool) throws {
        let items = try itemSchemas(node)
        for (index, literal) in items.prefix.enumerated() where literal != .always { conjunct.at[index] = [literal] }
        if let rest = items.rest, rest != .always {
            conjunct.from.insert(.init(start: items.prefix.count, literal: rest))
        }
        conjunct.least = try node.count("minItems") ?? 0
        conjunct.most = try node.count("maxItems")
        if case .bool(true)? = node.value.members?["uniqueItems"] { conjunct.isUnique = true }
        if let count = try contains(node) {
            if count.least > 0 || count.most != nil { conjunct.counts.insert(count) }
            if annotates, nodes.document.draft == .draft2020 { conjunct.evaluatedMatches.insert(count.literal) }
        }
        if annotates { conjunct.evaluatedItems = items.rest == nil ? items.prefix.count : .max }
    }

    /// What `contains` with its bounds asks.
    func contains(_ node: SchemaNode) throws -> Conjunct.Count? {
        guard let literal = try child(node, "contains") else { return nil }
        let hasBounds = nodes.document.draft == .draft2020
        let least = hasBounds ? try node.count("minContains") ?? 1 : 1
        return .init(
            start: 0, literal: literal, least: least, most: hasBounds ? try node.count("maxContains") : nil)
    }

    /// The schemas of the first elements, and of those behind them.
    func itemSchemas(_ node: SchemaNode) throws -> (prefix: [Literal], rest: Literal?) {
        if node.isMade, let elements = node.value.members?["prefixItems"]?.elements {
            return (elements.indices.map { nodes.made(elements[$0], of: node, ["prefixItems", "\($0)"]) }, nil)
        }
        let isTuple = node.value.members?["items"]?.elements != nil
        guard nodes.document.draft == .draft7 else {
            guard !isTuple else { throw node.error("items", "expected a schema; arrays of them are prefixItems") }
            let prefix = try node.elements("prefixItems")?.indices.map { try nodes.child(node, "prefixItems", "\($0)") }
            return (prefix ?? [], try child(node, "items"))
        }
        guard isTuple, let elements = try node.elements("items") else { return ([], try child(node, "items")) }
        return (
            try elements.indices.map { try nodes.child(node, "items", "\($0)") }, try child(node, "additionalItems")
        )
    }

    /// `unevaluatedProperties` or `unevaluatedItems`, for an alternative that knows what it has evaluated.
    func applying(_ rest: Literal, to conjunct: Conjunct, _ kind: ValueKind) -> Conjunct {
        var result = conjunct
        if kind == .object {
            if rest != .always {
                result.each.insert(.init(keys: .outside(ordered(conjunct.evaluatedKeys)), literal: rest))
            }
            result.evaluatedKeys = [.all]
        } else {
            if conjunct.evaluatedItems != .max, rest != .always {
                let literal = unevaluatedItem(conjunct, rest)
                result.from.insert(.init(start: conjunct.evaluatedItems, literal: literal))
            }
            result.evaluatedItems = .max
        }
        return result
    }

    func ordered(_ keys: Set<KeyClass>) -> [KeyClass] { keys.sorted { "\($0)" < "\($1)" } }

    /// What an element must satisfy that is evaluated by matching `contains`, if it does, or else by `rest`.
    func unevaluatedItem(_ conjunct: Conjunct, _ rest: Literal) -> Literal {
        let literals = ([rest] + conjunct.evaluatedMatches.sorted()).filter { $0 != .never }
        if literals.contains(.always) { return .always }
        return literals.count == 1 ? literals[0] : literals.isEmpty ? .never : nodes.anyOf(literals)
    }
}
