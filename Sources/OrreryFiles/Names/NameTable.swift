/// Values by name, as a dictionary has them, with names that are equal only byte by byte (see `ExactName`).
package struct NameTable<Value> {
    private var values: [ExactName: Value] = [:]

    package init() {}

    /// - Parameter pairs: of a name that is there twice the first value counts.
    package init(_ pairs: some Sequence<(String, Value)>) {
        for (name, value) in pairs where values[ExactName(name)] == nil { values[ExactName(name)] = value }
    }

    package var count: Int { values.count }
    package var isEmpty: Bool { values.isEmpty }
    /// In no order.
    package var keys: [String] { values.keys.map(\.text) }

    package subscript(name: String) -> Value? {
        get { values[ExactName(name)] }
        set { values[ExactName(name)] = newValue }
    }

    /// The pairs in the order of the names' bytes.
    package var sorted: [(key: String, value: Value)] {
        values.map { (key: $0.key.text, value: $0.value) }.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
    }

    /// Adds the pairs whose names are not here yet.
    mutating func add(_ others: NameTable) { values.merge(others.values) { first, _ in first } }
}

extension NameTable: Sendable where Value: Sendable {}
extension NameTable: Equatable where Value: Equatable {}

extension NameTable: ExpressibleByDictionaryLiteral {
    /// Of a name that is there twice the first value counts.
    package init(dictionaryLiteral elements: (String, Value)...) { self.init(elements) }
}
