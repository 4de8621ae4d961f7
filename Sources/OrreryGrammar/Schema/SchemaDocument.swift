/// A schema's text with the places that can be referred to: by pointer, identifier and anchor.
final class SchemaDocument {
    /// A schema within the document.
    struct Location: Hashable {
        /// The base URI of its resource.
        let base: String
        /// Its path from the document's root.
        let path: [String]

        /// Its place, as errors name it.
        var pointer: String { "#" + path.map { "/" + SchemaDocument.escaped($0) }.joined() }
    }

    let root: SchemaValue
    let draft: SchemaOptions.Draft
    /// Base URIs of the resources, and where they begin.
    private(set) var resources: [String: [String]] = [:]
    /// "base#name" of every anchor.
    private(set) var anchors: [String: Location] = [:]
    /// For each resource its dynamic anchors.
    private(set) var dynamicAnchors: [String: [String: Location]] = [:]

    /// - Throws: `GrammarError` where identifiers contradict each other.
    init(_ root: SchemaValue, options: SchemaOptions) throws {
        self.root = root
        draft = try Self.draft(of: root, default: options.draft)
        resources[""] = []
        try index(root, path: [], base: "")
    }

    private static func draft(
        of root: SchemaValue, default draft: SchemaOptions.Draft
    ) throws -> SchemaOptions.Draft {
        guard case .string(let name)? = root.members?["$schema"] else { return draft }
        let plain = name.hasSuffix("#") ? String(name.dropLast()) : name
        switch plain {
        case "https://json-schema.org/draft/2020-12/schema", "https://json-schema.org/draft/2019-09/schema":
            return .draft2020
        case "http://json-schema.org/draft-07/schema", "http://json-schema.org/draft-06/schema": return .draft7
        default:
            throw GrammarError(
                "$schema", at: "#", "expected draft 2020-12 or draft 7, found \(name)")
        }
    }

    /// Keywords whose value is a schema, schemas in an array, or schemas by name.
    static let single: Set<String> = [
        "additionalProperties", "propertyNames", "contains", "not", "if", "then", "else", "unevaluatedItems",
        "unevaluatedProperties", "items", "additionalItems", "contentSchema",
    ]
    static let several: Set<String> = ["allOf", "anyOf", "oneOf", "prefixItems", "items"]
    static let named: Set<String> = [
        "properties", "patternProperties", "dependentSchemas", "$defs", "definitions", "dependencies",
    ]

    /// Finds the identifiers of a schema and those within it.
    private func index(_ schema: SchemaValue, path: [String], base: String) throws {
        guard let members = schema.members else { return }
        var base = base
        let hidesSiblings = draft == .draft7 && members["$ref"] != nil
        if !hidesSiblings, let id = members["$id"]?.text {
            let (uri, fragment) = URIReference.split(URIReference.resolved(id, against: base))
            if !uri.isEmpty, uri != base || path.isEmpty {
                base = uri
                resources[uri] = path
            }
            if let fragment, !fragment.isEmpty { anchors[base + "#" + fragment] = Location(base: base, path: path) }
        }
        let here = Location(base: base, path: path)
        if let anchor = members["$anchor"]?.text { anchors[base + "#" + anchor] = here }
        if let anchor = members["$dynamicAnchor"]?.text {
            anchors[base + "#" + anchor] = here
            dynamicAnchors[base, default: [:]][anchor] = here
        }
        for (key, value) in members.list {
            if Self.single.contains(key), value.members != nil { try index(value, path: path + [key], base: base) }
            if Self.several.contains(key), let elements = value.elements {
                for (number, element) in elements.enumerated() {
                    try index(element, path: path + [key, "\(number)"], base: base)
                }
            }
            if Self.named.contains(key), let entries = value.members {
                for entry in entries.list { try index(entry.value, path: path + [key, entry.key], base: base) }
            }
        }
    }

    /// The part of a pointer as it is written in one.
    static func escaped(_ part: String) -> String {
        part.contains("~") || part.contains("/")
            ? part.replacing("~", with: "~0").replacing("/", with: "~1") : part
    }
}
