/// jinja2's tests.
enum Tests {
    static let comparisons: [String: Comparison] = [
        "==": .equal, "eq": .equal, "equalto": .equal, "!=": .notEqual, "ne": .notEqual, ">": .greater, "gt": .greater,
        "greaterthan": .greater,
        "ge": .greaterOrEqual, ">=": .greaterOrEqual, "<": .less, "lt": .less, "lessthan": .less, "<=": .lessOrEqual,
        "le": .lessOrEqual, "in": .isIn,
    ]
    static let names: Set<String> = Set(comparisons.keys).union([
        "odd", "even", "divisibleby", "defined", "undefined", "filter", "test", "none", "boolean", "false", "true",
        "integer", "float", "lower", "upper",
        "string", "mapping", "number", "sequence", "iterable", "callable", "sameas", "escaped",
    ])
}

extension Interpreter {
    func test(_ name: String, _ value: Value, _ arguments: CallArguments) throws -> Bool {
        guard Tests.names.contains(name) else { throw Failure.runtime("No test named '\(name)'.") }
        if let comparison = Tests.comparisons[name] {
            let other =
                try name == "in"
                ? arguments.bind(name, "seq", required: 1)[0] : arguments.bindPositional(name, 1 ... 1)[0]
            return try compare(value, comparison, other ?? .null)
        }
        switch name {
        case "divisibleby":
            let number = try arguments.bind(name, "num", required: 1)[0] ?? .null
            return try equals(try apply(.modulo, value, number), .int(0))
        case "sameas": return isIdentical(value, try arguments.bind(name, "other", required: 1)[0] ?? .null)
        default: _ = try arguments.bind(name)
        }
        switch name {
        case "odd", "even": return try equals(try apply(.modulo, value, .int(2)), .int(name == "odd" ? 1 : 0))
        case "defined": return !value.isUndefined
        case "undefined": return value.isUndefined
        case "none": return value.isNone
        case "filter", "test":
            _ = try Key(value, meter)
            return value.text.map { (name == "filter" ? Filters.names : Tests.names).contains($0.string) } ?? false
        case "escaped": return value.text?.isMarkup == true
        case "lower": return try string(value).isLower
        case "upper": return try string(value).isUpper
        case "iterable":
            if case .iterator = value { return true }
            return try iteratorIfIterable(value) != nil
        default: return isKind(name, value)
        }
    }

    private func isKind(_ name: String, _ value: Value) -> Bool {
        switch (name, value) {
        case ("boolean", .bool), ("integer", .int), ("float", .float), ("string", .text), ("mapping", .dictionary): true
        case ("true", .bool(true)), ("false", .bool(false)): true
        case ("number", .int), ("number", .float), ("number", .bool): true
        case ("sequence", .text), ("sequence", .list), ("sequence", .tuple), ("sequence", .dictionary),
            ("sequence", .range), ("sequence", .undefined):
            true
        case ("callable", .macro), ("callable", .method), ("callable", .function), ("callable", .joiner),
            ("callable", .loop):
            true
        // Undefined has a method __call__, which fails.
        case ("callable", .undefined): true
        default: false
        }
    }
}
