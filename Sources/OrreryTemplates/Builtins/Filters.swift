/// jinja2's filters, with transformers' `tojson`.
enum Filters: String, CaseIterable {
    case abs, attr, batch, capitalize, center, count, d, `default`, dictsort, e, escape, filesizeformat, first, float,
        forceescape, format, groupby,
        indent, int, items, join, last, length, list, lower, map, max, min, pprint, random, reject, rejectattr, replace,
        reverse, round, safe, select,
        selectattr, slice, sort, string, striptags, sum, title, tojson, trim, truncate, unique, upper, urlencode,
        urlize, wordcount, wordwrap, xmlattr

    static let names = Set(allCases.map(\.rawValue))
}

extension Interpreter {
    func filter(_ name: String, _ value: Value, _ arguments: CallArguments) throws -> Value {
        guard let filter = Filters(rawValue: name) else { throw Failure.runtime("No filter named '\(name)'.") }
        return try apply(filter, value, arguments)
    }

    func apply(_ filter: Filters, _ value: Value, _ arguments: CallArguments) throws -> Value {
        switch filter {
        case .d, .default:
            let values = try arguments.bind("default", "default_value", "boolean")
            let isBoolean = try values[1].map { try isTrue($0) } ?? false
            return try value.isUndefined || (isBoolean && !isTrue(value)) ? values[0] ?? .text(Text("")) : value
        case .count, .length:
            _ = try arguments.bindPositional("len", 0 ... 0)
            return .int(try requiredLength(value))
        case .string:
            _ = try arguments.bindPositional("string", 0 ... 0)
            return .text(try string(value))
        case .attr: return try attributeOnly(value, arguments)
        case .tojson: return try toJSON(value, arguments)
        case .capitalize, .center, .e, .escape, .forceescape, .format, .indent, .lower, .replace, .safe, .striptags,
            .title, .trim, .truncate, .upper,
            .urlencode, .wordcount, .wordwrap, .xmlattr, .pprint:
            let result = try textFilter(filter, value, arguments)
            // These join plain strings.
            let isPlain = [.title, .replace, .striptags, .urlencode, .wordwrap, .xmlattr, .pprint].contains(filter)
            return try inheriting(
                result, from: isPlain ? .null : value, value, arguments.positional.first ?? .null,
                arguments.positional.last ?? .null)
        case .abs, .filesizeformat, .float, .int, .round, .sum, .max, .min:
            return try numberFilter(filter, value, arguments)
        case .map, .select, .reject, .selectattr, .rejectattr, .unique, .batch, .slice, .items:
            return try lazyFilter(filter, value, arguments)
        case .dictsort, .first, .groupby, .join, .last, .list, .reverse, .sort:
            return try sequenceFilter(filter, value, arguments)
        case .random:
            throw Failure.runtime("the filter 'random' is not supported: a chat template gives the same text each time")
        case .urlize: throw Failure.runtime("the filter 'urlize' is not supported: it writes HTML")
        }
    }

    /// `value|attr(name)`: Python's attribute, never the element.
    private func attributeOnly(_ value: Value, _ arguments: CallArguments) throws -> Value {
        guard let name = try arguments.bind("attr", "name", required: 1)[0]?.text?.string else {
            throw Failure.runtime("attribute name must be string")
        }
        if case .undefined(let undefined) = value { throw undefined.failure }
        if case .dictionary(let dictionary) = value, dictionary[Text(name)] != nil,
            !Methods.names(value).contains(name), !Methods.changing(value).contains(name)
        {
            return .undefined(Undefined(message: .attribute(of: value.objectName, "'\(name)'")))
        }
        return try attribute(name, of: value)
    }

    private func toJSON(_ value: Value, _ arguments: CallArguments) throws -> Value {
        let values = try arguments.bind("tojson", "ensure_ascii", "indent", "separators", "sort_keys")
        var options = JSONOptions()
        options.escapesBeyondASCII = try values[0].map { try isTrue($0) } ?? false
        options.sortsKeys = try values[3].map { try isTrue($0) } ?? false
        let separators = try values[2].flatMap { try $0.isNone ? nil : items($0) }
        if let separators, separators.count != 2 { throw Failure.runtime("separators must be two strings") }
        // Python does not look at the types of the others then.
        if case .text = value { return .text(try json(value, options)) }
        switch values[1] {
        case nil, .null?: break
        case .text(let text)?: options.indent = text.utf8
        case let indent?:
            guard let width = indent.integer else {
                throw Failure.runtime("can only concatenate str (not \"\(indent.typeName)\") to str")
            }
            try meter.allow(max(0, width))
            options.indent = Array(repeating: UInt8(ascii: " "), count: max(0, width))
        }
        if options.indent != nil { options.itemSeparator = Array(",".utf8) }
        if let separators {
            guard let item = separators[0].text, let key = separators[1].text else {
                throw Failure.runtime("separators must be two strings")
            }
            (options.itemSeparator, options.keySeparator) = (item.utf8, key.utf8)
        }
        return .text(try json(value, options))
    }

    /// What `attribute=` of a filter looks up: names or numbers with dots between them, by element first.
    func attributePath(_ attribute: Value?) throws -> [Value] {
        switch attribute {
        case nil, .null?: return []
        case .text(let path)?:
            return path.split(Text("."), limit: -1, fromRight: false).map { part in
                let name = String(decoding: part, as: UTF8.self)
                let isNumber = !name.isEmpty && name.unicodeScalars.allSatisfy(\.isPythonDigit)
                return isNumber ? Int(name).map(Value.int) ?? .text(Text(name)) : .text(Text(name))
            }
        case let value?: return [value]
        }
    }

    func lookUp(_ path: [Value], in value: Value, default fallback: Value? = nil) throws -> Value {
        var value = value
        for part in path {
            value = try item(part, of: value)
            if value.isUndefined, let fallback { value = fallback }
        }
        return value
    }

    /// For comparisons that ignore case.
    func ignoringCase(_ value: Value) throws -> Value {
        guard case .text(let string) = value else { return value }
        try meter.step(over: string.utf8.count)
        return try text(string.lowercased)
    }
}
