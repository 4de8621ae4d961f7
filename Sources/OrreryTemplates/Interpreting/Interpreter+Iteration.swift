extension Interpreter {
    /// nil for what Python cannot iterate.
    func iteratorIfIterable(_ value: Value) throws -> ValueIterator? {
        let depth = min(value.depth + 1, ItemList.deepest)
        func counted(
            _ typeName: String, _ count: Int, _ element: @escaping (Int) throws -> Value
        ) throws -> ValueIterator {
            var index = 0
            return try ValueIterator(typeName, depth: depth) {
                guard index < count else { return nil }
                defer { index += 1 }
                return try element(index)
            }
        }
        switch value {
        case .iterator(let iterator): return iterator
        case .list(let items): return try counted("list_iterator", items.items.count) { items.items[$0] }
        case .tuple(let items): return try counted("tuple_iterator", items.items.count) { items.items[$0] }
        case .range(let range): return try counted("range_iterator", range.count) { .int(range.element($0)) }
        case .dictionary(let dictionary):
            return try counted("dict_keyiterator", dictionary.count) { dictionary.entries[$0].key }
        case .view(let view):
            return try counted("dict_iterator", view.dictionary.count) { [meter] in try view.element($0, meter) }
        case .text(let text):
            var offset = 0
            return try ValueIterator("str_iterator", depth: 1) { [meter] in
                guard offset < text.utf8.count else { return nil }
                let start = offset
                repeat { offset += 1 } while offset < text.utf8.count && text.utf8[offset] & 0xC0 == 0x80
                return .text(
                    try Text(
                        Array(text.utf8[start ..< offset]),
                        foreign: text.isForeign ? text.foreign(in: start ..< offset) : [], meter))
            }
        case .loop(let loop):
            return try ValueIterator("LoopContext", depth: depth) { [meter] in
                guard let value = try loop.next() else { return nil }
                return .tuple(try ItemList([value, .loop(loop)], meter))
            }
        case .undefined: return ValueIterator([], typeName: "generator")
        default: return nil
        }
    }

    func iterator(_ value: Value) throws -> ValueIterator {
        guard let iterator = try iteratorIfIterable(value) else {
            throw Failure.runtime("'\(value.typeName)' object is not iterable")
        }
        return iterator
    }

    /// All that is left of something iterable.
    func items(_ value: Value) throws -> [Value] {
        if case .list(let items) = value { return items.items }
        if case .tuple(let items) = value { return items.items }
        let iterator = try iterator(value)
        var result: [Value] = []
        while let item = try iterator.next() {
            try meter.step()
            try meter.allow(elements: result.count + 1)
            result.append(item)
        }
        return result
    }

    /// Python's `len`; nil for what has none, or has to be read to know it.
    func length(_ value: Value) -> Int? {
        switch value {
        case .text(let text): text.count
        case .list(let items), .tuple(let items): items.items.count
        case .dictionary(let dictionary): dictionary.count
        case .range(let range): range.count
        case .view(let view): view.dictionary.count
        case .undefined: 0
        default: nil
        }
    }

    func requiredLength(_ value: Value) throws -> Int {
        if case .loop(let loop) = value { return try loop.length(meter) }
        guard let length = length(value) else {
            throw Failure.runtime("object of type '\(value.typeName)' has no len()")
        }
        return length
    }

    func isTrue(_ value: Value) throws -> Bool {
        switch value {
        case .null, .undefined: false
        case .bool(let value): value
        case .int(let value): value != 0
        case .float(let value): value != 0
        case .loop(let loop): try loop.length(meter) != 0
        default: length(value) != 0
        }
    }
}
