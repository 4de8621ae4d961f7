/// A value given to a template: what JSON can hold, with integers apart from floats.
public enum TemplateValue: Sendable, Hashable {
    case none
    case bool(Bool)
    case int(Int)
    case float(Double)
    case string(String)
    case list([TemplateValue])
    /// In this order; of a name that is there twice the last value counts.
    case dictionary([Member])

    public struct Member: Sendable, Hashable {
        public let name: String
        public let value: TemplateValue

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
    public init(stringLiteral value: String) { self = .string(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(integerLiteral value: Int) { self = .int(value) }
    public init(floatLiteral value: Double) { self = .float(value) }
    public init(arrayLiteral elements: TemplateValue...) { self = .list(elements) }
    public init(dictionaryLiteral elements: (String, TemplateValue)...) {
        self = .dictionary(elements.map { Member($0.0, $0.1) })
    }
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
