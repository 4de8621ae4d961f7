extension SchemaCompiler {
    /// The alternatives of what does not satisfy a schema: one of its keywords does not hold.
    func expandNegated(_ node: SchemaNode, _ kind: ValueKind) throws -> [Conjunct] {
        if isReferenceAlone(node) { return try denyReferences(node, kind) }
        guard try allowed(node, kind).isAllowed else { return [Conjunct()] }
        var result = kind == .object ? try denyProperties(node) : try denyItems(node)
        if let rest = try unevaluated(node, kind), rest != .always {
            // Everything else holds, and something that it leaves unevaluated does not.
            result += try expandEvaluated(node, kind, true).compactMap { denying(rest, $0, kind) }.map(\.plain)
        }
        result += try denyReferences(node, kind)
        for (keyword, values) in try constants(node) {
            var part = [Conjunct()]
            for (index, value) in values.enumerated() {
                guard let literal = constant(value, node, index, kind) else { continue }
                part = try product(part, try expand(literal.negated, kind), node, keyword)
            }
            result += part
        }
        for branch in try branches(node, "allOf") ?? [] { result += try expand(branch.negated, kind) }
        if let branches = try branches(node, "anyOf") {
            result += try none(of: branches, kind, node, "anyOf")
        }
        if let branches = try branches(node, "oneOf") {
            result += try none(of: branches, kind, node, "oneOf")
            for (index, one) in branches.enumerated() {
                for other in branches[(index + 1)...] {
                    result += try product(try expand(one, kind), try expand(other, kind), node, "oneOf")
                }
            }
        }
        if let denied = try child(node, "not") { result += try expand(denied, kind) }
        if let condition = try child(node, "if") {
            if let then = try child(node, "then") {
                result += try product(try expand(condition, kind), try expand(then.negated, kind), node, "if")
            }
            if let otherwise = try child(node, "else") {
                result += try product(
                    try expand(condition.negated, kind), try expand(otherwise.negated, kind), node, "if")
            }
        }
        if kind == .object { result += try denyDependencies(node) }
        return try distinct(try result.filter { try !isContradictory($0, depth: 0) }, node, "not")
    }

    private func denying(_ rest: Literal, _ conjunct: Conjunct, _ kind: ValueKind) -> Conjunct? {
        if kind == .object {
            return conjunct.merged(existing(.outside(ordered(conjunct.evaluatedKeys)), rest.negated))
        }
        let start = conjunct.evaluatedItems
        guard start != .max else { return nil }
        let denied = unevaluatedItem(conjunct, rest).negated
        return conjunct.merged(
            Conjunct(counts: [.init(start: start, literal: denied, least: 1, most: nil)], least: start + 1))
    }

    private func denyReferences(_ node: SchemaNode, _ kind: ValueKind) throws -> [Conjunct] {
        try inPlaceReference(node).flatMap { try expand($0.negated, kind) }
    }

    private func none(
        of branches: [Literal], _ kind: ValueKind, _ node: SchemaNode, _ keyword: String
    ) throws -> [Conjunct] {
        var part = [Conjunct()]
        for branch in branches where !part.isEmpty {
            part = try product(part, try expand(branch.negated, kind), node, keyword)
        }
        return part
    }

    private func denyProperties(_ node: SchemaNode) throws -> [Conjunct] {
        var result: [Conjunct] = []
        let classes = try propertyClasses(node)
        for (keys, literal) in classes.named where literal != .always {
            result.append(existing(keys, literal.negated))
        }
        if let rest = try child(node, "additionalProperties"), rest != .always {
            result.append(existing(classes.others, rest.negated))
        }
        if let names = try child(node, "propertyNames"), names != .always {
            result.append(existing(.outside([.matching(try nameFormula(names, node))]), .always))
        }
        for name in try node.names("required") ?? [] {
            result.append(Conjunct(each: [.init(keys: .name(name), literal: .never)]))
        }
        return result + (try denyCounts(node, "minProperties", "maxProperties"))
    }

    /// There is such a property.
    private func existing(_ keys: KeyClass, _ literal: Literal) -> Conjunct {
        guard case .name(let name) = keys else {
            return Conjunct(exists: [.init(keys: keys, literal: literal)], least: 1)
        }
        guard literal != .always else { return Conjunct(required: [name]) }
        return Conjunct(each: [.init(keys: keys, literal: literal)], required: [name])
    }

    private func denyCounts(_ node: SchemaNode, _ least: String, _ most: String) throws -> [Conjunct] {
        var result: [Conjunct] = []
        if let bound = try node.count(least), bound > 0 { result.append(Conjunct(most: bound - 1)) }
        if let bound = try node.count(most) { result.append(Conjunct(least: bound + 1)) }
        return result
    }

    private func denyItems(_ node: SchemaNode) throws -> [Conjunct] {
        var result: [Conjunct] = []
        let items = try itemSchemas(node)
        for (index, literal) in items.prefix.enumerated() where literal != .always {
            result.append(Conjunct(at: [index: [literal.negated]], least: index + 1))
        }
        if let rest = items.rest, rest != .always {
            let start = items.prefix.count
            result.append(
                Conjunct(
                    counts: [.init(start: start, literal: rest.negated, least: 1, most: nil)], least: start + 1))
        }
        if let count = try contains(node) {
            if count.least > 0 {
                result.append(
                    Conjunct(counts: [.init(start: 0, literal: count.literal, least: 0, most: count.least - 1)]))
            }
            if let most = count.most {
                result.append(
                    Conjunct(counts: [.init(start: 0, literal: count.literal, least: most + 1, most: nil)]))
            }
        }
        if case .bool(true)? = node.value.members?["uniqueItems"] {
            throw node.error("uniqueItems", "cannot be denied by not, oneOf or if")
        }
        return result + (try denyCounts(node, "minItems", "maxItems"))
    }
}
