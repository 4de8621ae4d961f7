/// What an expression of a program comes to.
package enum Value: Equatable, Sendable {
    case none
    case truth(Bool)
    case number(Int)
    case text(String)
    case list([Value])
    /// A user, a book: fields by name, in the order in which they were given.
    case record([Field])

    package struct Field: Equatable, Sendable {
        package let name: String
        package let value: Value

        package init(_ name: String, _ value: Value) {
            (self.name, self.value) = (name, value)
        }
    }

    /// As Python's print writes it.
    package var printed: String {
        switch self {
        case .none: "None"
        case .truth(let truth): truth ? "True" : "False"
        case .number(let number): "\(number)"
        case .text(let text): text
        case .list(let elements): "[\(elements.map(\.quoted).joined(separator: ", "))]"
        case .record(let fields): "{\(fields.map(\.value.quoted).joined(separator: ", "))}"
        }
    }

    private var quoted: String {
        if case .text(let text) = self { "\"\(text)\"" } else { printed }
    }
}
