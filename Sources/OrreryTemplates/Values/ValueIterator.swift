/// Something that gives values once, in order, as they are asked for. Python's generators and iterators are lazy, and
/// templates can tell: one that was read is empty, and one that is never read never fails.
final class ValueIterator {
    let typeName: String
    /// jinja2's name of the generator.
    let function: String?
    let depth: Int
    private var advance: (() throws -> Value?)?

    init(_ typeName: String, function: String? = nil, depth: Int, _ advance: @escaping () throws -> Value?) throws {
        if depth > ItemList.deepest {
            throw Failure.limit("filters more than \(ItemList.deepest) deep inside one another")
        }
        (self.typeName, self.function, self.depth, self.advance) = (typeName, function, depth, advance)
    }

    convenience init(_ items: [Value], typeName: String = "list_iterator") {
        var index = 0
        // The list lives in the closure; its depth was checked when it was made.
        try! self.init(typeName, depth: min(ItemList.deepest, (items.lazy.map(\.depth).max() ?? 0) + 1)) {
            guard index < items.count else { return nil }
            defer { index += 1 }
            return items[index]
        }
    }

    /// The next value; nil at the end and after a failure.
    func next() throws -> Value? {
        guard let advance else { return nil }
        do {
            if let value = try advance() { return value }
        } catch {
            self.advance = nil
            throw error
        }
        self.advance = nil
        return nil
    }
}
