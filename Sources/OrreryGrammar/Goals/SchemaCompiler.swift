/// Compiles a schema: what a value must satisfy, multiplied out per kind of value.
///
/// A value's goal is a set of schemas it must satisfy or must not. For null, true, false, numbers and strings a goal is a
/// formula over automata, whose truth is decided at the value's end; for arrays and objects it is a list of alternatives
/// (`Conjunct`), each of which asks goals of the parts. So `not`, `oneOf` and `if` are as exact as `allOf`.
final class SchemaCompiler {
    let nodes: SchemaNodes
    let options: SchemaOptions
    let limits: Limits
    let patterns: PatternCache
    var steps = 0

    struct ExpansionKey: Hashable {
        let literal: Literal
        let kind: ValueKind
        let annotates: Bool
    }
    var expansions: [ExpansionKey: [Conjunct]] = [:]
    var expanding: Set<ExpansionKey> = []
    var stringFormulas: [Literal: Formula<StringAtom>] = [:]
    var numberFormulas: [Literal: Formula<NumberAtom>] = [:]
    var scalarDepth = 0
    var emptiness: [[Literal]: Bool] = [:]

    init(_ document: SchemaDocument, options: SchemaOptions, limits: Limits) {
        nodes = SchemaNodes(document)
        self.options = options
        self.limits = limits
        patterns = PatternCache(limits: limits)
    }

    func node(_ literal: Literal) -> SchemaNode { nodes.list[literal.node] }

    /// Counts work that grows with what is multiplied out.
    func step(_ count: Int = 1, _ node: SchemaNode, _ keyword: String) throws {
        steps += count
        guard steps <= limits.steps else {
            throw node.error(keyword, "combining the schemas takes more than \(limits.steps) steps")
        }
    }

    /// The schemas that apply to the same value, each with its keyword, but for the conditional ones.
    func inPlaceReference(_ node: SchemaNode) throws -> [Literal] {
        var result: [Literal] = []
        if let reference = try node.text("$ref") {
            result.append(try nodes.reference(reference, of: node, keyword: "$ref"))
        }
        if nodes.document.draft == .draft2020, let reference = try node.text("$dynamicRef") {
            result.append(try nodes.reference(reference, of: node, keyword: "$dynamicRef"))
        }
        return result
    }

    /// Whether only the reference counts, as draft 7 has it.
    func isReferenceAlone(_ node: SchemaNode) -> Bool {
        nodes.document.draft == .draft7 && node.value.members?["$ref"] != nil
    }

    /// The schemas in a keyword's array.
    func branches(_ node: SchemaNode, _ keyword: String) throws -> [Literal]? {
        if let choices = node.choices { return keyword == "anyOf" ? choices : nil }
        guard let elements = try node.elements(keyword) else { return nil }
        guard !elements.isEmpty else { throw node.error(keyword, "expected at least one schema") }
        return try elements.indices.map { try nodes.child(node, keyword, "\($0)") }
    }

    /// The schema under a keyword.
    func child(_ node: SchemaNode, _ keyword: String) throws -> Literal? {
        guard let value = node.value.members?[keyword] else { return nil }
        if node.isMade, case .bool(let constant) = value { return constant ? .always : .never }
        return try nodes.child(node, keyword)
    }

    /// Whether `type` allows a kind; with numbers, whether integers alone.
    func allowed(_ node: SchemaNode, _ kind: ValueKind) throws -> (isAllowed: Bool, isInteger: Bool) {
        guard let value = node.value.members?["type"] else { return (true, false) }
        let names: [String]
        switch value {
        case .string(let name): names = [name]
        case .array(let elements): names = elements.compactMap(\.text)
        default: throw node.error("type", "expected a type's name or an array of them")
        }
        var isAllowed = false
        var isInteger = false
        for name in names {
            switch (name, kind) {
            case ("null", .null), ("boolean", .true), ("boolean", .false), ("string", .string), ("array", .array),
                ("object", .object), ("number", .number):
                isAllowed = true
            case ("integer", .number): isInteger = true
            case ("null", _), ("boolean", _), ("string", _), ("array", _), ("object", _), ("number", _),
                ("integer", _):
                break
            default: throw node.error("type", "expected a type of JSON Schema, found \"\(name)\"")
            }
        }
        return (isAllowed || isInteger, isInteger && !isAllowed)
    }

    /// The values that `const` and `enum` list; nil without either.
    func constants(_ node: SchemaNode) throws -> [(keyword: String, values: [SchemaValue])] {
        var result: [(String, [SchemaValue])] = []
        if let value = node.value.members?["const"] { result.append(("const", [value])) }
        if let values = try node.elements("enum") { result.append(("enum", values)) }
        return result
    }
}
