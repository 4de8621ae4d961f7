/// The methods of Python's types that a sandboxed template reaches.
enum Methods {
    private static let text: Set<String> = [
        "capitalize", "casefold", "center", "count", "endswith", "expandtabs", "find", "format", "format_map", "index",
        "isalnum", "isalpha", "isascii",
        "isdecimal", "isdigit", "isidentifier", "islower", "isnumeric", "isprintable", "isspace", "istitle", "isupper",
        "join", "ljust", "lower",
        "lstrip", "partition", "removeprefix", "removesuffix", "replace", "rfind", "rindex", "rjust", "rpartition",
        "rsplit", "rstrip", "split",
        "splitlines", "startswith", "strip", "swapcase", "title", "upper", "zfill",
        // There, but what they give is none of the values here.
        "encode", "maketrans", "translate",
    ]
    private static let dictionary: Set<String> = ["copy", "fromkeys", "get", "items", "keys", "values"]
    private static let list: Set<String> = ["copy", "count", "index"]

    static func names(_ value: Value) -> Set<String> {
        switch value {
        case .text: text
        case .dictionary: dictionary
        case .list: list
        case .tuple, .range: ["count", "index"]
        case .int, .bool: ["bit_count", "bit_length", "conjugate"]
        case .float: ["conjugate", "is_integer"]
        case .loop: ["cycle", "changed"]
        case .cycler: ["next", "reset"]
        case .function(.dict): ["fromkeys"]
        default: []
        }
    }

    /// Methods that would change the value: the immutable sandbox hides them.
    static func changing(_ value: Value) -> Set<String> {
        switch value {
        case .list: ["append", "clear", "extend", "insert", "pop", "remove", "reverse", "sort"]
        case .dictionary: ["clear", "pop", "popitem", "setdefault", "update"]
        default: []
        }
    }
}

extension Interpreter {
    func call(_ method: BoundMethod, _ arguments: CallArguments) throws -> Value {
        switch method.receiver {
        case .text(let text):
            try meter.step(over: text.utf8.count)
            return try inheriting(
                try call(method.name, text, arguments), from: method.receiver, arguments.positional.first ?? .null,
                arguments.positional.last ?? .null)
        case .dictionary(let dictionary): return try call(method.name, dictionary, arguments)
        case .list(let items), .tuple(let items): return try call(method.name, items.items, method.receiver, arguments)
        case .range(let range):
            let value = try arguments.bindPositional(method.name, 1 ... 1)[0]?.integer
            let place = value.flatMap(range.index)
            if method.name == "count" { return .int(place == nil ? 0 : 1) }
            guard let place else { throw Failure.runtime("value is not in range") }
            return .int(place)
        case .loop(let loop): return try call(method.name, loop, arguments)
        case .cycler(let cycler):
            _ = try arguments.bind(method.name)
            if method.name == "next" { return cycler.advance() }
            cycler.position = 0
            return .null
        case .int, .bool:
            _ = try arguments.bindPositional(method.name, 0 ... 0)
            let integer = method.receiver.integer ?? 0
            switch method.name {
            case "bit_length": return .int(Int.bitWidth - integer.magnitude.leadingZeroBitCount)
            case "bit_count": return .int(integer.magnitude.nonzeroBitCount)
            default: return .int(integer)
            }
        case .float(let number):
            _ = try arguments.bindPositional(method.name, 0 ... 0)
            return method.name == "is_integer" ? .bool(number.isFinite && number == number.rounded()) : .float(number)
        case .function(.dict): return try dictionaryFromKeys(arguments)
        default: throw Failure.runtime("'\(method.receiver.typeName)' has no method '\(method.name)'")
        }
    }

    private func call(_ name: String, _ dictionary: Dictionary, _ arguments: CallArguments) throws -> Value {
        switch name {
        case "get":
            let values = try arguments.bindPositional("get", 1 ... 2)
            return try dictionary.value(values[0] ?? .null, meter) ?? values[1] ?? .null
        case "fromkeys": return try dictionaryFromKeys(arguments)
        default:
            _ = try arguments.bindPositional(name, 0 ... 0)
            return DictionaryView.Kind(rawValue: name).map { .view(DictionaryView(kind: $0, dictionary: dictionary)) }
                ?? .dictionary(dictionary)
        }
    }

    private func dictionaryFromKeys(_ arguments: CallArguments) throws -> Value {
        let values = try arguments.bindPositional("fromkeys", 1 ... 2)
        return try self.dictionary(try items(values[0] ?? .null).map { ($0, values[1] ?? .null) })
    }

    private func call(_ name: String, _ items: [Value], _ receiver: Value, _ arguments: CallArguments) throws -> Value {
        switch name {
        case "count":
            let wanted = try arguments.bindPositional(name, 1 ... 1)[0] ?? .null
            return .int(try items.count { try equals($0, wanted) })
        case "index":
            let values = try arguments.bindPositional(name, 1 ... 3)
            let slice = try Slice(values[1] ?? .null, values[2] ?? .null, .null, count: items.count)
            for place in slice.places where try equals(items[place], values[0] ?? .null) { return .int(place) }
            throw Failure.runtime("\(try repr(values[0] ?? .null).string) is not in \(receiver.typeName)")
        default:
            _ = try arguments.bindPositional(name, 0 ... 0)
            return try list(items)
        }
    }

    private func call(_ name: String, _ loop: LoopContext, _ arguments: CallArguments) throws -> Value {
        if let unknown = arguments.named.first?.name {
            throw Failure.runtime("\(name)() got an unexpected keyword argument '\(unknown)'")
        }
        if name == "cycle" {
            guard !arguments.positional.isEmpty else { throw Failure.runtime("no items for cycling given") }
            return arguments.positional[max(0, loop.index0) % arguments.positional.count]
        }
        let values = try ItemList(arguments.positional, meter)
        if let last = loop.lastChanged, try equals(.tuple(last), .tuple(values)) { return .bool(false) }
        loop.lastChanged = values
        return .bool(true)
    }
}
