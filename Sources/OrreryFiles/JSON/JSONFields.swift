/// A JSON object of a known file, read field by field: every error names the file and the field.
///
///     let config = try JSONFields(contentsOf: "my-model/config.json")
///     let width = try config.int("hidden_size", in: 1...1_000_000)
///     let scaling = try config.fieldsIfPresent("rope_scaling")?.double("factor")
package struct JSONFields: Sendable {
    /// The file that errors name.
    package let file: String
    /// The members, for what the getters below do not cover.
    package let object: JSONObject
    /// The fields that lead here, for errors: "rope_scaling".
    private let prefix: String

    /// Reads the file at `path`, which must hold one object.
    package init(contentsOf path: String, dialect: JSONDialect = .strict) throws {
        try self.init(JSONValue(contentsOf: path, dialect: dialect), file: path)
    }

    /// - Throws: `FileError` where `value` is no object.
    package init(_ value: JSONValue, file: String) throws {
        guard case .object(let object) = value else {
            throw FileError.content(file, expected: "a JSON object", found: value.kindDescription)
        }
        self.init(object, file: file, prefix: "")
    }

    private init(_ object: JSONObject, file: String, prefix: String) {
        (self.object, self.file, self.prefix) = (object, file, prefix)
    }

    /// The same object with another value of one field.
    package func replacing(_ key: String, with value: JSONValue) -> JSONFields {
        var object = object
        object[key] = value
        return JSONFields(object, file: file, prefix: prefix)
    }

    /// Whether the field is there and not null.
    package func has(_ key: String) -> Bool { present(key) != nil }

    /// An integer. A number with a point or an exponent is none.
    package func int(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws -> Int {
        try required(key, intIfPresent(key, in: range), intDescription(range))
    }

    /// A number, with or without a point.
    package func double(_ key: String) throws -> Double { try required(key, doubleIfPresent(key), "a number") }

    package func bool(_ key: String) throws -> Bool { try required(key, boolIfPresent(key), "true or false") }

    package func string(_ key: String) throws -> String { try required(key, stringIfPresent(key), "a string") }

    package func array(_ key: String) throws -> [JSONValue] { try required(key, arrayIfPresent(key), "an array") }

    /// An array of integers.
    package func ints(_ key: String) throws -> [Int] { try required(key, intsIfPresent(key), "an array of integers") }

    /// An array of strings.
    package func strings(_ key: String) throws -> [String] {
        try required(key, stringsIfPresent(key), "an array of strings")
    }

    /// An object, whose fields can be read in turn.
    package func fields(_ key: String) throws -> JSONFields { try required(key, fieldsIfPresent(key), "an object") }

    // MARK: nil where the field is missing or null; still an error where it is something else

    package func intIfPresent(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws -> Int? {
        try read(key, intDescription(range)) {
            guard case .int(let value) = $0, let int = Int(exactly: value), range.contains(int) else { return nil }
            return int
        }
    }

    package func doubleIfPresent(_ key: String) throws -> Double? {
        try read(key, "a number") {
            switch $0 {
            case .int(let value): Double(value)
            case .double(let value): value
            default: nil
            }
        }
    }

    package func boolIfPresent(_ key: String) throws -> Bool? {
        try read(key, "true or false") { if case .bool(let value) = $0 { value } else { nil } }
    }

    package func stringIfPresent(_ key: String) throws -> String? {
        try read(key, "a string") { if case .string(let value) = $0 { value } else { nil } }
    }

    package func arrayIfPresent(_ key: String) throws -> [JSONValue]? {
        try read(key, "an array") { if case .array(let value) = $0 { value } else { nil } }
    }

    package func intsIfPresent(_ key: String) throws -> [Int]? {
        try read(key, "an array of integers") {
            guard case .array(let values) = $0 else { return nil }
            let ints = values.compactMap { if case .int(let value) = $0 { Int(exactly: value) } else { nil } }
            return ints.count == values.count ? ints : nil
        }
    }

    package func stringsIfPresent(_ key: String) throws -> [String]? {
        try read(key, "an array of strings") {
            guard case .array(let values) = $0 else { return nil }
            let strings = values.compactMap { if case .string(let value) = $0 { value } else { nil } }
            return strings.count == values.count ? strings : nil
        }
    }

    /// An array of objects; errors about the third one's "id" name `key[2].id`.
    package func objectsIfPresent(_ key: String) throws -> [JSONFields]? {
        try read(key, "an array of objects") {
            guard case .array(let values) = $0 else { return nil }
            let objects = values.enumerated().compactMap { index, value in
                if case .object(let object) = value {
                    JSONFields(object, file: file, prefix: "\(name(key))[\(index)].")
                } else {
                    nil
                }
            }
            return objects.count == values.count ? objects : nil
        }
    }

    package func fieldsIfPresent(_ key: String) throws -> JSONFields? {
        try read(key, "an object") {
            guard case .object(let value) = $0 else { return nil }
            return JSONFields(value, file: file, prefix: name(key) + ".")
        }
    }

    /// An error about one of these fields, for what the getters cannot check: "expected a divisor of hidden_size (64),
    /// found 5".
    package func error(_ key: String, expected: String, advice: String? = nil) -> FileError {
        .field(
            name(key), of: file, expected: expected, found: object[key]?.kindDescription ?? "no such field",
            advice: advice)
    }

    // MARK: -

    /// The field's name with those that lead to it: "normalizer.type".
    package func path(of key: String) -> String { name(key) }

    private func name(_ key: String) -> String { prefix + key }

    private func present(_ key: String) -> JSONValue? {
        let value = object[key]
        return value == .null ? nil : value
    }

    private func read<Value>(_ key: String, _ expected: String, _ convert: (JSONValue) -> Value?) throws -> Value? {
        guard let value = present(key) else { return nil }
        guard let converted = convert(value) else { throw error(key, expected: expected) }
        return converted
    }

    private func required<Value>(_ key: String, _ value: Value?, _ expected: String) throws -> Value {
        guard let value else { throw error(key, expected: expected) }
        return value
    }

    private func intDescription(_ range: ClosedRange<Int>) -> String {
        range == .min ... .max ? "an integer" : "an integer from \(range.lowerBound) to \(range.upperBound)"
    }
}
