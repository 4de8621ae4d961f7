/// A schema where it applies: what it says, and which dynamic anchors references from within it mean.
final class SchemaNode {
    let value: SchemaValue
    /// The base URI of its resource.
    let base: String
    /// Its path in the document; for schemas made of a constant, that of the constant.
    let path: [String]
    /// The number of its dynamic scope.
    let scope: Int
    /// The schemas one of which must hold, for a schema that is in no document.
    var choices: [Literal]?
    /// Whether it is made of a constant, with schemas of its parts that are in no document.
    var isMade = false

    init(value: SchemaValue, base: String, path: [String], scope: Int) {
        self.value = value
        self.base = base
        self.path = path
        self.scope = scope
    }

    var place: String { "#" + path.map { "/" + SchemaDocument.escaped($0) }.joined() }

    /// What is wrong with one of its keywords.
    func error(_ keyword: String, _ reason: String) -> GrammarError {
        GrammarError(keyword, at: place + "/" + SchemaDocument.escaped(keyword), reason)
    }

    /// A keyword's number that must be a whole one from zero up.
    func count(_ keyword: String) throws -> Int? {
        guard let value = value.members?[keyword] else { return nil }
        guard let number = value.number, number.isInteger, !number.isNegative else {
            throw error(keyword, "expected a whole number from 0 up")
        }
        // Nothing that large is ever written.
        return number.int ?? 1 << 60
    }

    func number(_ keyword: String) throws -> Decimal? {
        guard let value = value.members?[keyword] else { return nil }
        guard let number = value.number else { throw error(keyword, "expected a number") }
        return number
    }

    func text(_ keyword: String) throws -> String? {
        guard let value = value.members?[keyword] else { return nil }
        guard let text = value.text else { throw error(keyword, "expected a string") }
        return text
    }

    func elements(_ keyword: String) throws -> [SchemaValue]? {
        guard let value = value.members?[keyword] else { return nil }
        guard let elements = value.elements else { throw error(keyword, "expected an array") }
        return elements
    }

    func members(_ keyword: String) throws -> SchemaMembers? {
        guard let value = value.members?[keyword] else { return nil }
        guard let members = value.members else { throw error(keyword, "expected an object") }
        return members
    }

    func names(_ keyword: String) throws -> [[UInt8]]? {
        try elements(keyword)?.map {
            guard let text = $0.text else { throw error(keyword, "expected an array of strings") }
            return Array(text.utf8)
        }
    }
}
