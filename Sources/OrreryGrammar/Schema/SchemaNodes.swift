/// The schemas of a document by number, each made when it is first met.
final class SchemaNodes {
    private struct Key: Hashable {
        let path: [String]
        let base: String
        let scope: Int
    }

    let document: SchemaDocument
    private(set) var list: [SchemaNode] = []
    private var numbers: [Key: Int] = [:]
    /// Which schema each dynamic anchor means, per scope: the outermost resource's on the way here.
    private var scopes: [[String: SchemaDocument.Location]] = [[:]]
    private var scopeNumbers: [[String: SchemaDocument.Location]: Int] = [[:]: 0]
    /// Keywords that are not known, with their places.
    private(set) var warnings: [String] = []

    init(_ document: SchemaDocument) {
        self.document = document
        // The schema true, which literal 0 stands for.
        list.append(SchemaNode(value: .bool(true), base: "", path: [], scope: 0))
    }

    /// The document's own schema.
    func root() throws -> Literal {
        let base = document.resources.first { $0.key != "" && $0.value.isEmpty }?.key ?? ""
        return try literal(at: .init(base: base, path: []), scope: 0, "$ref", "#")
    }

    /// The schema under a keyword of another.
    func child(_ node: SchemaNode, _ path: String...) throws -> Literal {
        try literal(at: .init(base: node.base, path: node.path + path), scope: node.scope, path[0], node.place)
    }

    /// A schema made of parts of another, as a constant's.
    func made(_ value: SchemaValue, of node: SchemaNode, _ path: [String]) -> Literal {
        let key = Key(path: node.path + path, base: "made", scope: node.scope)
        if let number = numbers[key] { return Literal(node: number) }
        let made = SchemaNode(value: value, base: node.base, path: key.path, scope: node.scope)
        made.isMade = true
        list.append(made)
        numbers[key] = list.count - 1
        return Literal(node: list.count - 1)
    }

    /// The schema that a value satisfies if it does one of others.
    func anyOf(_ literals: [Literal]) -> Literal {
        let key = Key(path: literals.map { "\($0)" }, base: "anyOf", scope: 0)
        if let number = numbers[key] { return Literal(node: number) }
        let node = SchemaNode(value: .null, base: "", path: list[literals[0].node].path, scope: 0)
        node.choices = literals
        list.append(node)
        numbers[key] = list.count - 1
        return Literal(node: list.count - 1)
    }

    /// The schema that a reference of `node` means.
    func reference(_ reference: String, of node: SchemaNode, keyword: String) throws -> Literal {
        let place = node.place + "/" + keyword
        var target = try document.target(of: reference, from: node.base, keyword: keyword, place: place)
        if keyword == "$dynamicRef", let name = URIReference.split(reference).fragment,
            document.dynamicAnchors[target.base]?[name] == target
        {
            target = scopes[scope(node.scope, entering: node.base)][name] ?? target
        }
        return try literal(at: target, scope: scope(node.scope, entering: node.base), keyword, place)
    }

    private func literal(
        at location: SchemaDocument.Location, scope: Int, _ keyword: String, _ place: String
    ) throws -> Literal {
        guard let value = document.root.value(at: location.path) else {
            throw GrammarError(keyword, at: place, "expected a schema")
        }
        switch value {
        case .bool(let constant): return constant ? .always : .never
        case .object(let members):
            if members.list.isEmpty { return .always }
            return try number(value, members, location, scope)
        default: throw GrammarError(keyword, at: place, "expected a schema: an object, true or false")
        }
    }

    private func number(
        _ value: SchemaValue, _ members: SchemaMembers, _ location: SchemaDocument.Location, _ scope: Int
    ) throws -> Literal {
        var base = location.base
        if !(document.draft == .draft7 && members["$ref"] != nil), let id = members["$id"]?.text {
            let uri = URIReference.split(URIReference.resolved(id, against: base)).uri
            if document.resources[uri] == location.path { base = uri }
        }
        let scope = self.scope(scope, entering: base)
        let key = Key(path: location.path, base: base, scope: scope)
        if let number = numbers[key] { return Literal(node: number) }
        guard list.count < 100_000 else { throw GrammarError("$ref", at: location.pointer, "too many schemas") }
        let node = SchemaNode(value: value, base: base, path: location.path, scope: scope)
        list.append(node)
        numbers[key] = list.count - 1
        for keyword in members.keys where !SchemaKeywords.isKnown(keyword) && warnings.count < 100 {
            warnings.append("\(keyword) at \(node.place) is not a keyword of JSON Schema and asks nothing")
        }
        return Literal(node: list.count - 1)
    }

    /// The scope within a resource: its dynamic anchors count where no outer resource has one of the name.
    private func scope(_ scope: Int, entering base: String) -> Int {
        guard let anchors = document.dynamicAnchors[base] else { return scope }
        let merged = scopes[scope].merging(anchors) { outer, _ in outer }
        if let number = scopeNumbers[merged] { return number }
        scopes.append(merged)
        scopeNumbers[merged] = scopes.count - 1
        return scopes.count - 1
    }
}
