/// Names that are equal only byte by byte (see `ExactName`).
package struct NameSet: Sendable {
    private var names: Set<ExactName>

    package init(_ names: some Sequence<String> = []) { self.names = Set(names.map { ExactName($0) }) }

    package func contains(_ name: String) -> Bool { names.contains(ExactName(name)) }

    /// Whether the name is new.
    @discardableResult
    package mutating func insert(_ name: String) -> Bool { names.insert(ExactName(name)).inserted }
}
