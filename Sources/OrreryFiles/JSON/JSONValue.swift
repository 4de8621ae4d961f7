/// A JSON value. Objects keep their order, and integers their exact value.
public enum JSONValue: Sendable {
    /// null.
    case null
    /// true or false.
    case bool(Bool)
    /// A number without point and exponent.
    case int(Int64)
    /// A number with a point or an exponent.
    case double(Double)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object.
    case object(JSONObject)

    /// A number with the decimal digits that a float needs and no more: 0.1, not 0.10000000149011612.
    public init(_ value: Float) {
        self = .double(value.isFinite ? Double(value.description)! : Double(value))
    }

    /// The value of the member `key`; nil where this is not an object or has no such member.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let object) = self else { return nil }
        return object[key]
    }

    /// What it is, for errors: "an integer".
    package var kindDescription: String {
        switch self {
        case .null: "null"
        case .bool(let value): "\(value)"
        case .int(let value): "\(value)"
        case .double(let value): "\(value)"
        case .string(let value): FileError.quoted(value)
        case .array: "an array"
        case .object: "an object"
        }
    }
}

extension JSONValue: Equatable {
    /// Whether the JSON text of both would be the same: strings are compared byte by byte and members in order, and the
    /// integer 1 is not the double 1.0.
    public static func == (left: JSONValue, right: JSONValue) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.int(let left), .int(let right)): left == right
        case (.double(let left), .double(let right)): left == right
        case (.string(let left), .string(let right)): left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }
}

// MARK: - Written as Swift writes values

extension JSONValue: ExpressibleByNilLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral, ExpressibleByStringInterpolation, ExpressibleByArrayLiteral,
    ExpressibleByDictionaryLiteral
{
    /// null, written as `nil`.
    public init(nilLiteral: ()) { self = .null }
    /// true or false, written as a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An integer, written as a literal.
    public init(integerLiteral value: Int64) { self = .int(value) }
    /// A double, written as a literal.
    public init(floatLiteral value: Double) { self = .double(value) }
    /// A string, written as a literal.
    public init(stringLiteral value: String) { self = .string(value) }
    /// An array, written as a literal.
    public init(arrayLiteral elements: JSONValue...) { self = .array(elements) }
    /// An object with the members of a literal, in its order. A repeated key keeps its last value.
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        var object = JSONObject()
        for (key, value) in elements { object[key] = value }
        self = .object(object)
    }
}

extension JSONValue {
    /// An integer.
    public init(_ value: Int) { self = .int(Int64(value)) }
    /// A double.
    public init(_ value: Double) { self = .double(value) }
    /// true or false.
    public init(_ value: Bool) { self = .bool(value) }
    /// A string.
    public init(_ value: String) { self = .string(value) }
    package init(_ values: [JSONValue]) { self = .array(values) }
    package init(_ values: [Int]) { self = .array(values.map { JSONValue($0) }) }
    package init(_ values: [Double]) { self = .array(values.map { JSONValue($0) }) }
    package init(_ values: [Float]) { self = .array(values.map { JSONValue($0) }) }
    package init(_ values: [String]) { self = .array(values.map { JSONValue($0) }) }
    /// null for nil.
    package init(_ value: Int?) { self = value.map { .int(Int64($0)) } ?? .null }
    /// null for nil.
    package init(_ value: Double?) { self = value.map { .double($0) } ?? .null }
    /// null for nil.
    package init(_ value: String?) { self = value.map { .string($0) } ?? .null }
}
