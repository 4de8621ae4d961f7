/// A value given to a template: what JSON can hold, with integers distinct from floats.
public enum TemplateValue: Sendable, Hashable {
    /// Python's None.
    case none
    /// True or False.
    case bool(Bool)
    /// An integer of 64 bits.
    case int(Int)
    /// A double.
    case float(Double)
    /// A string.
    case string(String)
    /// A list.
    case list([TemplateValue])
    /// A dictionary, in this order; if a name is repeated, its last value counts.
    case dictionary([Member])

    /// An entry of a dictionary.
    public struct Member: Sendable, Hashable {
        /// The key.
        public let name: String
        /// The value.
        public let value: TemplateValue

        /// An entry with this key and value.
        public init(_ name: String, _ value: TemplateValue) { (self.name, self.value) = (name, value) }
    }

    /// About how many bytes it holds.
    var size: Int {
        switch self {
        case .none, .bool, .int, .float: 8
        case .string(let text): text.utf8.count
        case .list(let items): items.reduce(8) { $0 + $1.size }
        case .dictionary(let members): members.reduce(8) { $0 + $1.name.utf8.count + $1.value.size }
        }
    }
}

extension TemplateValue: ExpressibleByStringLiteral, ExpressibleByBooleanLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByFloatLiteral,
    ExpressibleByArrayLiteral, ExpressibleByDictionaryLiteral, ExpressibleByNilLiteral
{
    /// A string, written as a literal.
    public init(stringLiteral value: String) { self = .string(value) }
    /// True or False, written as a literal.
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    /// An integer, written as a literal.
    public init(integerLiteral value: Int) { self = .int(value) }
    /// A double, written as a literal.
    public init(floatLiteral value: Double) { self = .float(value) }
    /// A list, written as a literal.
    public init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
    /// A dictionary, written as a literal.
    public init(dictionaryLiteral elements: (String, TemplateValue)...) {
        self = .dictionary(elements.map { Member($0.0, $0.1) })
    }
    /// None, written as `nil`.
    public init(nilLiteral: ()) { self = .none }
}

extension Value {
    /// - Throws: if the value is nested deeper than values may be.
    init(_ value: TemplateValue, _ search: ControlTokens, depth: Int = 0) throws {
        if depth > ItemList.deepest {
            throw Failure.limit("values more than \(ItemList.deepest) deep inside one another")
        }
        switch value {
        case .none: self = .null
        case .bool(let value): self = .bool(value)
        case .int(let value): self = .int(value)
        case .float(let value): self = .float(value)
        case .string(let text): self = .text(Text(text, foreign: search.places(in: text)))
        case .list(let items):
            self = .list(try ItemList(try items.map { try Value($0, search, depth: depth + 1) }, nil))
        case .dictionary(let members):
            self = .dictionary(
                try Dictionary(
                    try members.map { (.text(Text($0.name)), try Value($0.value, search, depth: depth + 1)) }, nil))
        }
    }
}
