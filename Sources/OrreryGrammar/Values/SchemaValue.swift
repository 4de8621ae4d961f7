import OrreryFiles

/// A JSON value whose numbers are exact, as schemas need them.
indirect enum SchemaValue: Sendable {
    case null
    case bool(Bool)
    case number(Decimal)
    case string(String)
    case array([SchemaValue])
    case object(SchemaMembers)

    /// The members of an object.
    var members: SchemaMembers? { if case .object(let members) = self { members } else { nil } }
    /// The elements of an array.
    var elements: [SchemaValue]? { if case .array(let elements) = self { elements } else { nil } }
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var number: Decimal? { if case .number(let number) = self { number } else { nil } }

    /// The value at a JSON pointer's parts.
    func value(at path: [String]) -> SchemaValue? {
        var value = self
        for part in path {
            switch value {
            case .object(let members):
                guard let next = members[part] else { return nil }
                value = next
            case .array(let elements):
                guard let index = Int(part), elements.indices.contains(index) else { return nil }
                value = elements[index]
            default: return nil
            }
        }
        return value
    }
}

/// The members of an object in their order.
struct SchemaMembers: Sendable {
    private(set) var list: [(key: String, value: SchemaValue)] = []
    private var index: [[UInt8]: Int] = [:]

    subscript(key: String) -> SchemaValue? {
        index.isEmpty ? nil : index[Array(key.utf8)].map { list[$0].value }
    }

    var keys: [String] { list.map(\.key) }

    /// - Returns: false where the key is there already.
    mutating func append(_ key: String, _ value: SchemaValue) -> Bool {
        guard index.updateValue(list.count, forKey: Array(key.utf8)) == nil else { return false }
        list.append((key, value))
        return true
    }
}

extension SchemaValue {
    /// Reads the JSON text of a schema.
    ///
    /// - Throws: `GrammarError` for what is not JSON, or nests too deeply.
    init(json bytes: [UInt8]) throws {
        do {
            self = try bytes.withUnsafeBytes { buffer in
                var reader = JSONReader(buffer, file: "schema", maximumDepth: 256)
                let value = try Self.read(&reader)
                try reader.end()
                return value
            }
        } catch let error as FileError {
            throw GrammarError("json", at: "#", "\(error)")
        }
    }

    private static func read(_ reader: inout JSONReader) throws -> SchemaValue {
        switch try reader.peek() {
        case .null:
            try reader.null()
            return .null
        case .bool: return .bool(try reader.bool())
        case .string: return .string(try reader.string())
        case .number:
            let text = try reader.spelledNumber()
            guard let number = Decimal(json: Array(text.utf8)) else {
                throw GrammarError("json", at: "#", "expected an exponent below a billion, found \(text)")
            }
            return .number(number)
        case .array:
            var elements: [SchemaValue] = []
            try reader.array { elements.append(try read(&$0)) }
            return .array(elements)
        case .object:
            var members = SchemaMembers()
            try reader.object { reader, key, _ in
                let value = try read(&reader)
                guard members.append(key, value) else {
                    throw GrammarError("json", at: "#", "expected each key once, found \"\(key)\" again")
                }
            }
            return .object(members)
        }
    }
}
