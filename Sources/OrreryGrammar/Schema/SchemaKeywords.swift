/// The keywords of JSON Schema that are known here.
enum SchemaKeywords {
    private static let constraints: Set<String> = [
        "type", "enum", "const", "multipleOf", "maximum", "exclusiveMaximum", "minimum", "exclusiveMinimum",
        "maxLength", "minLength", "pattern", "format", "maxItems", "minItems", "uniqueItems", "maxContains",
        "minContains", "contains", "items", "prefixItems", "additionalItems", "maxProperties", "minProperties",
        "required", "dependentRequired", "properties", "patternProperties", "additionalProperties", "propertyNames",
        "dependentSchemas", "dependencies", "unevaluatedItems", "unevaluatedProperties", "allOf", "anyOf", "oneOf",
        "not", "if", "then", "else", "$ref", "$dynamicRef",
    ]
    /// What says something about values, or about the schema, and asks nothing.
    private static let annotations: Set<String> = [
        "$schema", "$id", "$anchor", "$dynamicAnchor", "$defs", "definitions", "$comment", "$vocabulary", "title",
        "description", "default", "deprecated", "readOnly", "writeOnly", "examples", "contentEncoding",
        "contentMediaType", "contentSchema",
    ]

    static func isKnown(_ keyword: String) -> Bool { constraints.contains(keyword) || annotations.contains(keyword) }
}
