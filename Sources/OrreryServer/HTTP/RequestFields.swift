import OrreryFiles

/// The members of a request's JSON object, read by name: it knows which were asked for, so that the others can be named.
final class RequestFields {
    let object: JSONObject
    private let path: String
    private var asked: Set<String> = []

    init(_ object: JSONObject, path: String = "") {
        self.object = object
        self.path = path
    }

    convenience init(_ value: JSONValue, path: String = "") throws {
        guard case .object(let object) = value else {
            throw APIError.invalid(
                path.isEmpty ? nil : path,
                "\(path.isEmpty ? "the body" : path): expected an object, found \(value.kindName)")
        }
        self.init(object, path: path)
    }

    /// The name of a member as errors give it: `messages[2].content`.
    func name(_ key: String) -> String { path.isEmpty ? key : "\(path).\(key)" }

    /// The members that nobody asked for.
    var unread: [String] { object.keys.filter { !asked.contains($0) } }

    /// A member; nil if it is absent or null.
    func value(_ key: String) -> JSONValue? {
        asked.insert(key)
        guard let value = object[key], value != .null else { return nil }
        return value
    }

    func string(_ key: String) throws -> String? {
        guard let value = value(key) else { return nil }
        guard case .string(let text) = value else { throw wrong(key, "a string") }
        return text
    }

    func bool(_ key: String) throws -> Bool? {
        guard let value = value(key) else { return nil }
        guard case .bool(let flag) = value else { throw wrong(key, "true or false") }
        return flag
    }

    func double(_ key: String, in range: ClosedRange<Double>) throws -> Double? {
        guard let value = value(key) else { return nil }
        let expected = "a number from \(Self.text(range.lowerBound)) to \(Self.text(range.upperBound))"
        let number: Double
        switch value {
        case .int(let whole): number = Double(whole)
        case .double(let real): number = real
        default: throw wrong(key, expected)
        }
        guard range.contains(number) else { throw wrong(key, expected) }
        return number
    }

    private static func text(_ bound: Double) -> String {
        Int(exactly: bound).map { "\($0)" } ?? "\(bound)"
    }

    func int(_ key: String, in range: ClosedRange<Int> = .min ... .max) throws -> Int? {
        guard let value = value(key) else { return nil }
        let expected =
            range.upperBound == .max
            ? range.lowerBound == .min ? "a whole number" : "a whole number of at least \(range.lowerBound)"
            : "a whole number from \(range.lowerBound) to \(range.upperBound)"
        let number: Int? =
            switch value {
            case .int(let whole): Int(exactly: whole)
            case .double(let real): Int(exactly: real)
            default: nil
            }
        guard let number, range.contains(number) else { throw wrong(key, expected) }
        return number
    }

    func array(_ key: String) throws -> [JSONValue]? {
        guard let value = value(key) else { return nil }
        guard case .array(let values) = value else { throw wrong(key, "an array") }
        return values
    }

    func object(_ key: String) throws -> RequestFields? {
        guard let value = value(key) else { return nil }
        return try RequestFields(value, path: name(key))
    }

    /// A string or a list of strings.
    func strings(_ key: String) throws -> [String]? {
        switch value(key) {
        case nil: return nil
        case .string(let text)?: return [text]
        case .array(let values)?:
            return try values.enumerated().map { index, value in
                guard case .string(let text) = value else {
                    throw APIError.value("\(name(key))[\(index)]", value, expected: "a string")
                }
                return text
            }
        default: throw wrong(key, "a string or an array of strings")
        }
    }

    /// A string or a list of strings, none of them empty.
    func nonemptyStrings(_ key: String) throws -> [String]? {
        let texts = try strings(key)
        if let index = texts?.firstIndex(of: "") {
            throw APIError.invalid(key, "\(name(key))[\(index)] is empty; expected at least one character")
        }
        return texts
    }

    /// The error for a member with an unusable value.
    func wrong(_ key: String, _ expected: String) -> APIError {
        APIError.value(name(key), object[key] ?? .null, expected: expected)
    }

    /// The error for a member that is not there.
    func missing(_ key: String, _ expected: String) -> APIError {
        APIError.invalid(name(key), "\(name(key)) is missing; expected \(expected)", code: "missing_required_parameter")
    }

    /// Marks members as known: they are not reported as unread.
    func accept(_ keys: String...) { accept(keys) }
    func accept(_ keys: [String]) { asked.formUnion(keys) }
}

extension JSONValue {
    /// The kind of value, in words.
    var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "true or false"
        case .int, .double: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }
}
