extension SchemaDocument {
    /// The schema that `reference` names from a schema of the resource `base`.
    ///
    /// - Throws: `GrammarError` where it is not within the document.
    func target(of reference: String, from base: String, keyword: String, place: String) throws -> Location {
        let (uri, fragment) = URIReference.split(URIReference.resolved(reference, against: base))
        guard let start = resources[uri] else {
            throw GrammarError(
                keyword, at: place,
                "\"\(reference)\" is not within the schema; expected a reference to one of its parts")
        }
        let name = fragment.map(URIReference.unescaped) ?? ""
        if name.isEmpty || name.hasPrefix("/") {
            let parts = name.split(separator: "/", omittingEmptySubsequences: false).dropFirst().map {
                String($0).replacing("~1", with: "/").replacing("~0", with: "~")
            }
            return try location(start, parts, uri, reference, keyword, place)
        }
        if let location = anchors[uri + "#" + name] { return location }
        throw GrammarError(keyword, at: place, "expected an anchor \"\(name)\" in the schema")
    }

    /// Follows a pointer; identifiers on its way change the base.
    private func location(
        _ start: [String], _ parts: [String], _ uri: String, _ reference: String, _ keyword: String, _ place: String
    ) throws -> Location {
        let path = start + parts
        guard root.value(at: path) != nil else {
            throw GrammarError(keyword, at: place, "\"\(reference)\" leads nowhere")
        }
        var base = uri
        for length in start.count ... path.count {
            let prefix = Array(path[..<length])
            if let resource = resources.first(where: { $0.value == prefix && !$0.key.isEmpty })?.key { base = resource }
        }
        return Location(base: base, path: path)
    }
}
