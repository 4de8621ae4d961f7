/// Values by name, as a dictionary has them, with names that are equal only byte by byte (see `ExactName`).
public struct NameTable<Value> {
    private var values: [ExactName: Value] = [:]

    public init() {}

    /// - Parameter pairs: of a name that is there twice the first value counts.
    public init(_ pairs: some Sequence<(String, Value)>) {
        for (name, value) in pairs where values[ExactName(name)] == nil { values[ExactName(name)] = value }
    }

    public var count: Int { values.count }
    public var isEmpty: Bool { values.isEmpty }
    /// In no order.
    public var keys: [String] { values.keys.map(\.text) }

    public subscript(name: String) -> Value? {
        get { values[ExactName(name)] }
        set { values[ExactName(name)] = newValue }
    }

    /// The pairs in the order of the names' bytes.
    public var sorted: [(key: String, value: Value)] {
        values.map { (key: $0.key.text, value: $0.value) }.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// Adds the pairs whose names are not here yet.
    mutating func add(_ others: NameTable) { values.merge(others.values) { first, _ in first } }
}

extension NameTable: Sendable where Value: Sendable {}
extension NameTable: Equatable where Value: Equatable {}

extension NameTable: ExpressibleByDictionaryLiteral {
    /// Of a name that is there twice the first value counts.
    public init(dictionaryLiteral elements: (String, Value)...) { self.init(elements) }
}
