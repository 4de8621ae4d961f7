extension Interpreter {
    /// Filters that are generators in jinja2: they work as they are read.
    func lazyFilter(_ filter: Filters, _ value: Value, _ arguments: CallArguments) throws -> Value {
        switch filter {
        case .map: return try generator("sync_do_map", value) { [unowned self] in try mapping(value, arguments) }
        case .select, .reject, .selectattr, .rejectattr:
            return try generator("select_or_reject", value) { [unowned self] in try selecting(filter, value, arguments)
            }
        case .unique:
            let values = try arguments.bind("unique", "case_sensitive", "attribute")
            return try generator("sync_do_unique", value) { [unowned self] in try uniquing(value, values) }
        case .batch:
            let values = try arguments.bind("batch", "linecount", "fill_with", required: 1)
            return try generator("do_batch", value) { [unowned self] in
                try batching(value, values[0] ?? .null, values[1] ?? .null)
            }
        case .slice:
            let values = try arguments.bind("slice", "slices", "fill_with", required: 1)
            return try generator("sync_do_slice", value) { [unowned self] in
                try slicing(value, values[0] ?? .null, values[1] ?? .null)
            }
        default:
            _ = try arguments.bind("items")
            return try generator("do_items", value) { [unowned self] in
                if value.isUndefined { return { nil } }
                guard case .dictionary(let dictionary) = value else {
                    throw Failure.runtime("Can only get item pairs from a mapping.")
                }
                let iterator = try iterator(.view(DictionaryView(kind: .items, dictionary: dictionary)))
                return { try iterator.next() }
            }
        }
    }

    /// - Parameter start: called when the first value is asked for; gives what advances.
    private func generator(
        _ name: String, _ source: Value, _ start: @escaping () throws -> () throws -> Value?
    ) throws -> Value {
        var advance: (() throws -> Value?)?
        return .iterator(
            try ValueIterator("generator", function: name, depth: source.depth + 1) { [unowned self] in
                try meter.enter()
                defer { meter.leave() }
                if advance == nil { advance = try start() }
                return try advance?()
            })
    }

    private func mapping(_ value: Value, _ arguments: CallArguments) throws -> () throws -> Value? {
        guard try isTrue(value) else { return { nil } }
        let source: ValueIterator
        let transform: (Value) throws -> Value
        if arguments.positional.isEmpty, arguments.named.contains(where: { $0.name == "attribute" }) {
            var rest = arguments
            let path = try attributePath(rest.take("attribute"))
            let fallback = rest.take("default").flatMap { $0.isNone ? nil : $0 }
            if let unknown = rest.named.first?.name {
                throw Failure.runtime("Unexpected keyword argument '\(unknown)'")
            }
            transform = { [unowned self] in try lookUp(path, in: $0, default: fallback) }
        } else {
            guard let name = arguments.positional.first else { throw Failure.runtime("map requires a filter argument") }
            let rest = CallArguments(positional: Array(arguments.positional.dropFirst()), named: arguments.named)
            transform = { [unowned self] in try filter(try self.name(name, "filter"), $0, rest) }
        }
        source = try iterator(value)
        return { [unowned self] in
            guard let item = try source.next() else { return nil }
            try meter.step()
            return try transform(item)
        }
    }

    /// The name of a filter or test that is given as a value.
    private func name(_ value: Value, _ kind: String) throws -> String {
        if let text = value.text { return text.string }
        throw Failure.runtime("No \(kind) named \(try repr(value).string).")
    }

    private func selecting(_ filter: Filters, _ value: Value, _ arguments: CallArguments) throws -> () throws -> Value?
    {
        guard try isTrue(value) else { return { nil } }
        let byAttribute = filter == .selectattr || filter == .rejectattr
        let isRejecting = filter == .reject || filter == .rejectattr
        var rest = arguments.positional[...]
        var path: [Value] = []
        if byAttribute {
            guard let attribute = rest.popFirst() else { throw Failure.runtime("Missing parameter for attribute name") }
            path = try attributePath(attribute)
        }
        let test = rest.popFirst()
        let values = CallArguments(positional: Array(rest), named: arguments.named)
        let source = try iterator(value)
        return { [unowned self] in
            while let item = try source.next() {
                try meter.step()
                let subject = try lookUp(path, in: item)
                let holds = try test.map { try self.test(try name($0, "test"), subject, values) } ?? isTrue(subject)
                if holds != isRejecting { return item }
            }
            return nil
        }
    }

    private func uniquing(_ value: Value, _ options: [Value?]) throws -> () throws -> Value? {
        let isCaseSensitive = try options[0].map { try isTrue($0) } ?? false
        let path = try attributePath(options[1])
        let source = try iterator(value)
        var seen: Set<Key> = []
        return { [unowned self] in
            while let item = try source.next() {
                try meter.step()
                let found = try lookUp(path, in: item)
                let key = try Key(isCaseSensitive ? found : try ignoringCase(found), meter)
                if seen.insert(key).inserted {
                    try meter.allow(elements: seen.count)
                    return item
                }
            }
            return nil
        }
    }

    private func batching(_ value: Value, _ count: Value, _ fill: Value) throws -> () throws -> Value? {
        let source = try iterator(value)
        var batch: [Value] = []
        var isFinished = false
        return { [unowned self] in
            if isFinished { return nil }
            while let item = try source.next() {
                try meter.step()
                defer { batch.append(item) }
                if try equals(.int(batch.count), count) {
                    defer { batch = [] }
                    return try list(batch)
                }
            }
            isFinished = true
            guard !batch.isEmpty else { return nil }
            if !fill.isNone {
                guard let wanted = count.integer else {
                    throw Failure.runtime("'<' not supported between instances of 'int' and '\(count.typeName)'")
                }
                let missing = max(0, wanted - batch.count)
                try meter.allow(elements: missing)
                batch += Array(repeating: fill, count: missing)
            }
            return try list(batch)
        }
    }

    private func slicing(_ value: Value, _ slices: Value, _ fill: Value) throws -> () throws -> Value? {
        let items = try items(value)
        if case .undefined(let undefined) = slices { throw undefined.failure }
        guard let count = slices.integer else {
            throw Failure.runtime("unsupported operand type(s) for //: 'int' and '\(slices.typeName)'")
        }
        if count == 0 { throw Failure.runtime("integer division or modulo by zero") }
        var (number, offset) = (0, 0)
        return { [unowned self] in
            guard number < count else { return nil }
            let (size, extra) = (items.count / count, items.count % count)
            let start = offset + number * size
            if number < extra { offset += 1 }
            let end = offset + (number + 1) * size
            var part = Array(items[start ..< end])
            if !fill.isNone, number >= extra { part.append(fill) }
            number += 1
            return try list(part)
        }
    }
}
