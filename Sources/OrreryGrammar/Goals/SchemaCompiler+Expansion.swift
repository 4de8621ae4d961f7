/// A schema whose alternatives are being found is met again on the way.
struct IsBeingExpanded: Error {}

extension SchemaCompiler {
    /// The alternatives of a schema for arrays or objects: a value satisfies the schema if it does one of them.
    ///
    /// - Parameter annotates: whether each alternative must know what it has evaluated, for `unevaluatedProperties` and
    ///   `unevaluatedItems` of a schema around it.
    func expand(_ literal: Literal, _ kind: ValueKind, annotates: Bool = false) throws -> [Conjunct] {
        if literal == .always { return [Conjunct()] }
        if literal == .never { return [] }
        // What does not hold has evaluated nothing.
        let key = ExpansionKey(literal: literal, kind: kind, annotates: annotates && !literal.isNegated)
        if let known = expansions[key] { return known }
        guard expanding.insert(key).inserted else { throw IsBeingExpanded() }
        defer { expanding.remove(key) }
        let node = node(literal)
        guard expanding.count <= 4 * limits.depth else {
            throw node.error("$ref", "refers through more than \(4 * limits.depth) schemas for the same value")
        }
        let result: [Conjunct]
        if literal.isNegated {
            result = try expandNegated(node, kind)
        } else {
            result = try expand(node, kind, key.annotates)
        }
        expansions[key] = result
        return result
    }

    /// The alternatives of a schema that must hold.
    private func expand(_ node: SchemaNode, _ kind: ValueKind, _ annotates: Bool) throws -> [Conjunct] {
        if isReferenceAlone(node) { return try expandReferences(node, kind, annotates) }
        guard try allowed(node, kind).isAllowed else { return [] }
        let rest = try unevaluated(node, kind)
        var result = try expandEvaluated(node, kind, annotates || rest != nil)
        if let rest { result = result.map { applying(rest, to: $0, kind) } }
        if !annotates { result = result.map(\.plain) }
        return try distinct(result, node, "anyOf")
    }

    /// The schema of what nothing else in a schema has evaluated.
    func unevaluated(_ node: SchemaNode, _ kind: ValueKind) throws -> Literal? {
        guard nodes.document.draft == .draft2020 else { return nil }
        return try child(node, kind == .object ? "unevaluatedProperties" : "unevaluatedItems")
    }

    /// The alternatives of a schema without its `unevaluatedProperties` and `unevaluatedItems`.
    func expandEvaluated(_ node: SchemaNode, _ kind: ValueKind, _ inner: Bool) throws -> [Conjunct] {
        var result = try local(node, kind, annotates: inner)
        for (keyword, values) in try constants(node) {
            result = try product(result, try expandConstants(values, node, kind), node, keyword)
        }
        result = try product(result, try expandReferences(node, kind, inner), node, "$ref")
        for branch in try branches(node, "allOf") ?? [] {
            result = try product(result, try expand(branch, kind, annotates: inner), node, "allOf")
        }
        if let branches = try branches(node, "anyOf") {
            result = try product(result, try expandAny(branches, kind, inner, node), node, "anyOf")
        }
        if let branches = try branches(node, "oneOf") {
            result = try product(result, try expandOne(branches, kind, inner, node), node, "oneOf")
        }
        if let denied = try child(node, "not") {
            result = try product(result, try expand(denied.negated, kind), node, "not")
        }
        if let condition = try child(node, "if") {
            result = try product(result, try expandCondition(condition, node, kind, inner), node, "if")
        }
        if kind == .object { result = try expandDependencies(result, node, inner) }
        return result
    }

    private func expandReferences(_ node: SchemaNode, _ kind: ValueKind, _ annotates: Bool) throws -> [Conjunct] {
        var result = [Conjunct()]
        for reference in try inPlaceReference(node) {
            result = try product(result, try expand(reference, kind, annotates: annotates), node, "$ref")
        }
        return result
    }

    private func expandAny(
        _ branches: [Literal], _ kind: ValueKind, _ annotates: Bool, _ node: SchemaNode
    ) throws -> [Conjunct] {
        let expanded = try branches.map { try expand($0, kind, annotates: annotates) }
        guard annotates, expanded.joined().contains(where: { $0 != $0.plain }) else {
            return try distinct(Array(expanded.joined()), node, "anyOf")
        }
        // Which of the branches hold decides what is evaluated: each combination is an alternative.
        guard branches.count <= 6 else {
            throw node.error("anyOf", "more than 6 branches under unevaluatedProperties or unevaluatedItems")
        }
        var result: [Conjunct] = []
        for chosen in 1 ..< 1 << branches.count {
            var part = [Conjunct()]
            for (index, branch) in branches.enumerated() where !part.isEmpty {
                let holds = chosen >> index & 1 == 1
                part = try product(part, holds ? expanded[index] : try expand(branch.negated, kind), node, "anyOf")
            }
            result += part
        }
        return result
    }

    private func expandOne(
        _ branches: [Literal], _ kind: ValueKind, _ annotates: Bool, _ node: SchemaNode
    ) throws -> [Conjunct] {
        let expanded = try branches.map { try expand($0, kind, annotates: annotates) }
        let possible = branches.indices.filter { !expanded[$0].isEmpty }
        guard possible.count <= 256 else { throw node.error("oneOf", "more than 256 branches of one type") }
        var result: [Conjunct] = []
        for index in possible {
            var part = expanded[index]
            // A branch that cannot hold at the same time need not be denied.
            for other in possible where other != index && !part.isEmpty {
                let overlaps = try part.contains { try overlap($0, expanded[other], node) }
                guard overlaps else { continue }
                part = try product(part, try expand(branches[other].negated, kind), node, "oneOf")
            }
            result += part
        }
        return try distinct(result, node, "oneOf")
    }

    private func overlap(_ conjunct: Conjunct, _ others: [Conjunct], _ node: SchemaNode) throws -> Bool {
        try others.contains {
            try step(1, node, "oneOf")
            return try !isContradictory(conjunct.merged($0), depth: 2)
        }
    }

    private func expandCondition(
        _ condition: Literal, _ node: SchemaNode, _ kind: ValueKind, _ annotates: Bool
    ) throws -> [Conjunct] {
        let then = try child(node, "then") ?? .always, otherwise = try child(node, "else") ?? .always
        // What the condition itself evaluates counts where it holds.
        if then == .always, otherwise == .always, !annotates { return [Conjunct()] }
        let holds = try product(
            try expand(condition, kind, annotates: annotates), try expand(then, kind, annotates: annotates), node, "if")
        let fails = try product(
            try expand(condition.negated, kind), try expand(otherwise, kind, annotates: annotates), node, "if")
        return holds + fails
    }

    private func expandConstants(_ values: [SchemaValue], _ node: SchemaNode, _ kind: ValueKind) throws -> [Conjunct] {
        var result: [Conjunct] = []
        for (index, value) in values.enumerated() {
            guard let literal = constant(value, node, index, kind) else { continue }
            result += try expand(literal, kind)
        }
        return result
    }

    /// The schema that only an array or object given as a constant satisfies; nil where the value is of another kind.
    func constant(_ value: SchemaValue, _ node: SchemaNode, _ index: Int, _ kind: ValueKind) -> Literal? {
        switch (value, kind) {
        case (.array, .array), (.object, .object):
            nodes.made(ConstantSchema.schema(of: value), of: node, ["const \(index)"])
        default: nil
        }
    }

    /// Every pair of alternatives that can hold at once.
    func product(
        _ left: [Conjunct], _ right: [Conjunct], _ node: SchemaNode, _ keyword: String
    ) throws -> [Conjunct] {
        if left.count == 1, left[0] == Conjunct() { return right }
        if right.count == 1, right[0] == Conjunct() { return left }
        try step(left.count * right.count, node, keyword)
        var result: [Conjunct] = []
        for one in left {
            for other in right {
                let both = one.merged(other)
                if try !isContradictory(both, depth: left.count * right.count > 1 ? 2 : 0) { result.append(both) }
            }
            guard result.count <= 16 * limits.alternatives else { break }
        }
        return try distinct(result, node, keyword)
    }

    func distinct(_ conjuncts: [Conjunct], _ node: SchemaNode, _ keyword: String) throws -> [Conjunct] {
        guard conjuncts.count > 1 else { return conjuncts }
        var seen: Set<Conjunct> = []
        let result = conjuncts.filter { seen.insert($0).inserted }
        guard result.count <= limits.alternatives else {
            throw node.error(keyword, "more than \(limits.alternatives) alternatives for one value")
        }
        return result
    }
}
