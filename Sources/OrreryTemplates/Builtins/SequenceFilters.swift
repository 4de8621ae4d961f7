extension Interpreter {
    func sequenceFilter(_ filter: Filters, _ value: Value, _ arguments: CallArguments) throws -> Value {
        switch filter {
        case .first:
            _ = try arguments.bind("first")
            return try iterator(value).next() ?? Undefined.hint("No first item, sequence was empty.")
        case .last:
            _ = try arguments.bind("last")
            return try reversed(value).last ?? Undefined.hint("No last item, sequence was empty.")
        case .list:
            _ = try arguments.bind("list")
            return try list(try items(value))
        case .join: return try join(value, arguments)
        case .reverse:
            _ = try arguments.bind("reverse")
            if case .text(let string) = value {
                return try inheriting(try text(string.characters.reversed().flatMap { $0 }), from: value)
            }
            if case .iterator = value { return try list(try items(value).reversed()) }
            guard canReverse(value) else {
                guard try iteratorIfIterable(value) != nil else { throw Failure.runtime("argument must be iterable") }
                return try list(try items(value).reversed())
            }
            return .iterator(ValueIterator(try items(value).reversed(), typeName: "list_reverseiterator"))
        case .sort:
            let values = try arguments.bind("sort", "reverse", "case_sensitive", "attribute")
            let isReversed = try flag(values[0])
            let isCaseSensitive = try values[1].map { try isTrue($0) } ?? false
            let keyed = try items(value).map { (item: $0, key: try sortKey($0, values[2], isCaseSensitive)) }
            return try list(try sorted(keyed, reverse: isReversed) { $0.key }.map(\.item))
        case .dictsort: return try sortDictionary(value, arguments)
        default: return try group(value, arguments)
        }
    }

    /// An argument that Python wants to be a boolean or an integer.
    func flag(_ value: Value?) throws -> Bool {
        guard let value else { return false }
        guard let integer = value.integer else {
            throw Failure.runtime("'\(value.typeName)' object cannot be interpreted as an integer")
        }
        return integer != 0
    }

    /// What Python's `reversed` takes.
    private func canReverse(_ value: Value) -> Bool {
        switch value {
        case .text, .list, .tuple, .dictionary, .view, .range: true
        default: false
        }
    }

    /// The items of something that can be read backwards.
    private func reversed(_ value: Value) throws -> [Value] {
        if case .undefined(let undefined) = value { throw undefined.failure }
        guard canReverse(value) else { throw Failure.runtime("'\(value.typeName)' object is not reversible") }
        return try items(value)
    }

    private func join(_ value: Value, _ arguments: CallArguments) throws -> Value {
        let values = try arguments.bind("join", "d", "attribute")
        let separator = try values[0].map { try string($0) } ?? Text("")
        let path = try attributePath(values[1])
        let source = try iterator(value)
        var (writer, isFirst) = (Writer(meter), true)
        while let item = try source.next() {
            if !isFirst { try writer.append(separator) }
            isFirst = false
            try writer.append(try string(try lookUp(path, in: item)))
        }
        return .text(try writer.text())
    }

    /// What `sort` compares: a list of the attributes, or of the item alone.
    private func sortKey(_ item: Value, _ attribute: Value?, _ isCaseSensitive: Bool) throws -> Value {
        var paths: [[Value]] = [[]]
        if case .text(let names)? = attribute {
            paths = try names.split(Text(","), limit: -1, fromRight: false).map {
                try attributePath(try text(Array($0)))
            }
        } else if let attribute {
            paths = [try attributePath(attribute)]
        }
        return try list(
            try paths.map { path in
                let found = try lookUp(path, in: item)
                return isCaseSensitive ? found : try ignoringCase(found)
            })
    }

    private func sortDictionary(_ value: Value, _ arguments: CallArguments) throws -> Value {
        let values = try arguments.bind("dictsort", "case_sensitive", "by", "reverse")
        let isCaseSensitive = try values[0].map { try isTrue($0) } ?? false
        let isReversed = try flag(values[2])
        let by = values[1]?.text?.string ?? (values[1] == nil ? "key" : "")
        guard by == "key" || by == "value" else {
            throw Failure.runtime("You can only sort by either \"key\" or \"value\"")
        }
        if case .undefined(let undefined) = value { throw undefined.failure }
        guard case .dictionary(let dictionary) = value else {
            throw Failure.runtime("'\(value.typeName)' object has no attribute 'items'")
        }
        let keyed = try dictionary.entries.map { entry in
            let key = by == "key" ? entry.key : entry.value
            return (entry: entry, key: isCaseSensitive ? key : try ignoringCase(key))
        }
        return try list(
            try sorted(keyed, reverse: isReversed) { $0.key }.map { try tuple([$0.entry.key, $0.entry.value]) })
    }

    private func group(_ value: Value, _ arguments: CallArguments) throws -> Value {
        let values = try arguments.bind("groupby", "attribute", "default", "case_sensitive", required: 1)
        let path = try attributePath(values[0])
        let fallback = values[1].flatMap { $0.isNone ? nil : $0 }
        let isCaseSensitive = try values[2].map { try isTrue($0) } ?? false
        let keyed = try items(value).map { item in
            let found = try lookUp(path, in: item, default: fallback)
            return (item: item, found: found, key: isCaseSensitive ? found : try ignoringCase(found))
        }
        var groups: [(found: Value, key: Value, items: [Value])] = []
        for entry in try sorted(keyed, reverse: false, by: { $0.key }) {
            if let last = groups.last, try equals(last.key, entry.key) {
                groups[groups.count - 1].items.append(entry.item)
            } else {
                groups.append((entry.found, entry.key, [entry.item]))
            }
        }
        return try list(try groups.map { .tuple(try ItemList([$0.found, try list($0.items)], isGroup: true, meter)) })
    }
}
