/// A JSON value as a tokenizer's file needs it, until OrreryFiles brings its own: this file alone is to be swapped.
///
/// Not Foundation's: its dictionaries are keyed by `String`, whose equality is canonical equivalence, so that the vocabulary
/// entries U+212B and U+00C5 (both "Å") would become one and a token would be lost without a word. Here an object is a list
/// of pairs in the order of the file, duplicates included, and names are compared byte for byte.
indirect enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case number(Double)
    case string(String)
    case array([JSON])
    case object([(name: String, value: JSON)])

    /// The value of the first member called `name`; nil if there is none, it is null, or this is no object.
    subscript(name: String) -> JSON? {
        guard case .object(let members) = self,
            let value = members.first(where: { $0.name.utf8.elementsEqual(name.utf8) })?.value
        else { return nil }
        if case .null = value { return nil }
        return value
    }

    var string: String? { if case .string(let value) = self { value } else { nil } }
    var integer: Int? { if case .integer(let value) = self { value } else { nil } }
    var bool: Bool? { if case .bool(let value) = self { value } else { nil } }
    var array: [JSON]? { if case .array(let value) = self { value } else { nil } }
    var object: [(name: String, value: JSON)]? { if case .object(let value) = self { value } else { nil } }

    /// What a mistaken value is called in an error.
    var typeName: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number: "a number that is not an integer"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// `text` as a JSON string literal, quotes included.
    static func literal(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case "\n": result += "\\n"
            case "\r": result += "\\r"
            case "\t": result += "\\t"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                result += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }
}
