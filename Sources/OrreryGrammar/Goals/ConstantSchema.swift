/// Schemas that only one value satisfies, spelt with other keywords so that they can be denied as those are.
enum ConstantSchema {
    static func schema(of value: SchemaValue) -> SchemaValue {
        switch value {
        case .array(let elements):
            return object([
                ("type", .string("array")), ("prefixItems", .array(elements.map(schema))),
                ("minItems", number(elements.count)), ("maxItems", number(elements.count)),
            ])
        case .object(let members):
            return object([
                ("type", .string("object")),
                ("properties", object(members.list.map { ($0.key, schema(of: $0.value)) })),
                ("required", .array(members.keys.map { .string($0) })), ("additionalProperties", .bool(false)),
            ])
        default: return object([("const", value)])
        }
    }

    private static func object(_ list: [(String, SchemaValue)]) -> SchemaValue {
        var members = SchemaMembers()
        for (key, value) in list { _ = members.append(key, value) }
        return .object(members)
    }

    private static func number(_ count: Int) -> SchemaValue { .number(Decimal(json: String(count).utf8)!) }
}
