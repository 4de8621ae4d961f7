extension SchemaCompiler {
    /// What the presence of a property asks: other properties, or a schema of the object.
    func dependencies(
        _ node: SchemaNode
    ) throws -> [(key: [UInt8], keyword: String, names: [[UInt8]], schema: Literal?)] {
        var result: [(key: [UInt8], keyword: String, names: [[UInt8]], schema: Literal?)] = []
        for keyword in ["dependentRequired", "dependentSchemas", "dependencies"] {
            for (key, value) in try node.members(keyword)?.list ?? [] {
                if let elements = value.elements, keyword != "dependentSchemas" {
                    let names = elements.compactMap { $0.text.map { Array($0.utf8) } }
                    result.append((Array(key.utf8), keyword, names, nil))
                } else {
                    result.append((Array(key.utf8), keyword, [], try nodes.child(node, keyword, key)))
                }
            }
        }
        return result
    }

    /// Either the property is not there, or it is with what it asks.
    func expandDependencies(_ conjuncts: [Conjunct], _ node: SchemaNode, _ annotates: Bool) throws -> [Conjunct] {
        var result = conjuncts
        for (key, keyword, names, schema) in try dependencies(node) {
            var absent = Conjunct(), present = Conjunct()
            absent.each = [.init(keys: .name(key), literal: .never)]
            present.required = Set(names + [key])
            var alternatives = [absent]
            if let schema {
                let expanded = try expand(schema, .object, annotates: annotates)
                alternatives += try product([present], expanded, node, keyword)
            } else {
                alternatives.append(present)
            }
            result = try product(result, alternatives, node, keyword)
        }
        return result
    }

    /// A property is there without what it asks.
    func denyDependencies(_ node: SchemaNode) throws -> [Conjunct] {
        var result: [Conjunct] = []
        for (key, keyword, names, schema) in try dependencies(node) {
            var present = Conjunct()
            present.required = [key]
            for name in names where name != key {
                var one = present
                one.each = [.init(keys: .name(name), literal: .never)]
                result.append(one)
            }
            if let schema { result += try product([present], try expand(schema.negated, .object), node, keyword) }
        }
        return result
    }
}
