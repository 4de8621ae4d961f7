extension Interpreter {
    /// `value.name`: Python's attribute first, then the element of that key. What the sandbox hides is undefined.
    func attribute(_ name: String, of value: Value) throws -> Value {
        if case .undefined(let undefined) = value { throw undefined.failure }
        if let found = try member(name, of: value) { return found }
        if case .dictionary(let dictionary) = value, let found = dictionary[Text(name)] { return found }
        return undefinedAttribute(name, of: value)
    }

    /// `value[key]`: the element first, then Python's attribute.
    func item(_ key: Value, of value: Value) throws -> Value {
        if case .undefined(let undefined) = value { throw undefined.failure }
        if let found = try element(key, of: value) { return found }
        guard let name = key.text else {
            return .undefined(Undefined(message: .element(of: value.objectName, try repr(key).string)))
        }
        return try member(name.string, of: value) ?? undefinedAttribute(name.string, of: value)
    }

    private func undefinedAttribute(_ name: String, of value: Value) -> Value {
        .undefined(Undefined(message: .attribute(of: value.objectName, "'\(name)'")))
    }

    /// The element of a key; nil where Python has a KeyError, IndexError or TypeError.
    private func element(_ key: Value, of value: Value) throws -> Value? {
        if case .dictionary(let dictionary) = value {
            switch key {
            case .list, .dictionary, .view: return nil
            default: return (try? Key(key, meter)) == nil ? nil : try dictionary.value(key, meter)
            }
        }
        guard let index = key.integer else { return nil }
        func place(_ count: Int) -> Int? {
            let place = index < 0 ? index + count : index
            return 0 ..< count ~= place ? place : nil
        }
        switch value {
        case .list(let items), .tuple(let items): return place(items.items.count).map { items.items[$0] }
        case .range(let range): return place(range.count).map { .int(range.element($0)) }
        case .text(let string): return try place(string.count).map { try text(string.bytes($0 ..< $0 + 1), of: string) }
        default: return nil
        }
    }

    /// Python's attribute of a value, as the sandbox lets it through; nil if there is none.
    private func member(_ name: String, of value: Value) throws -> Value? {
        if name.hasPrefix("__") && name.hasSuffix("__") {
            return .undefined(Undefined(message: .unsafe(attribute: name, type: value.typeName)))
        }
        switch value {
        case .namespace(let namespace): return namespace[Text(name)]
        case .loop(let loop): return try member(name, of: loop)
        case .macro(let macro): return try member(name, of: macro)
        case .cycler(let cycler):
            return name == "current"
                ? cycler.current : methods(of: value).contains(name) ? .method(BoundMethod(value, name)) : nil
        case .range(let range) where ["start", "stop", "step"].contains(name):
            return .int(name == "start" ? range.start : name == "stop" ? range.stop : range.step)
        case .tuple(let items) where items.isGroup && (name == "grouper" || name == "list"):
            return items.items[name == "grouper" ? 0 : 1]
        case .int, .bool:
            if name == "real" || name == "numerator" { return .int(value.integer ?? 0) }
            if name == "imag" || name == "denominator" { return .int(name == "imag" ? 0 : 1) }
        case .float(let number):
            if name == "real" || name == "imag" { return .float(name == "real" ? number : 0) }
        default: break
        }
        if Methods.changing(value).contains(name) {
            return .undefined(Undefined(message: .unsafe(attribute: name, type: value.typeName)))
        }
        return methods(of: value).contains(name) ? .method(BoundMethod(value, name)) : nil
    }

    private func methods(of value: Value) -> Set<String> { Methods.names(value) }

    private func member(_ name: String, of loop: LoopContext) throws -> Value? {
        switch name {
        case "index": .int(loop.index0 + 1)
        case "index0": .int(loop.index0)
        case "first": .bool(loop.index0 == 0)
        case "last": .bool(try loop.peek() == nil)
        case "length": .int(try loop.length(meter))
        case "revindex": .int(try loop.length(meter) - loop.index0)
        case "revindex0": .int(try loop.length(meter) - loop.index0 - 1)
        case "depth": .int(loop.depth0 + 1)
        case "depth0": .int(loop.depth0)
        case "previtem": loop.previous
        case "nextitem": try loop.following()
        case "cycle", "changed": .method(BoundMethod(.loop(loop), name))
        default: nil
        }
    }

    private func member(_ name: String, of macro: Macro) throws -> Value? {
        let frame = frame(macro.definition.frame)
        return switch name {
        case "name": macro.definition.name.map { .text(Text($0)) } ?? .null
        case "arguments": try tuple(macro.definition.parameters.map { .text(Text($0.name)) })
        case "catch_kwargs": .bool(frame.keywords != nil)
        case "catch_varargs": .bool(frame.varargs != nil)
        case "caller": .bool(frame.caller != nil)
        default: nil
        }
    }

    // MARK: Slices

    /// `value[start:stop:step]`, by Python's rules for what lies outside.
    func slice(_ value: Value, _ start: Value, _ stop: Value, _ step: Value) throws -> Value {
        if case .undefined(let undefined) = value { throw undefined.failure }
        let places = { (count: Int) throws -> Slice in try Slice(start, stop, step, count: count) }
        switch value {
        case .list(let items): return try list(try places(items.items.count).places.map { items.items[$0] })
        case .tuple(let items): return try tuple(try places(items.items.count).places.map { items.items[$0] })
        case .text(let string):
            let slice = try places(string.count)
            if slice.step == 1 { return try text(string.bytes(slice.first ..< slice.first + slice.count), of: string) }
            let characters = string.characters
            return try inheriting(try text(slice.places.flatMap { characters[$0] }), from: value)
        case .range(let range):
            let slice = try places(range.count)
            let (scaled, overflow) = range.step.multipliedReportingOverflow(by: slice.step)
            if overflow { throw Failure.runtime("a range step beyond 64 bits") }
            return .range(
                IntegerRange(
                    start: range.element(slice.first), stop: range.element(slice.end), step: scaled, count: slice.count)
            )
        case .dictionary: throw Failure.runtime("unhashable type: 'slice'")
        default: throw Failure.runtime("'\(value.typeName)' object is not subscriptable")
        }
    }
}

/// The places that a slice takes from a sequence.
struct Slice {
    let first, step, count: Int
    /// Where the slice stops; `first + count * step` may lie behind it.
    let end: Int

    var places: [Int] { (0 ..< count).map { first + $0 * step } }

    init(_ start: Value, _ stop: Value, _ step: Value, count length: Int) throws {
        func bound(_ value: Value) throws -> Int? {
            if value.isNone { return nil }
            guard let integer = value.integer else {
                throw Failure.runtime("slice indices must be integers or None or have an __index__ method")
            }
            return integer
        }
        let (from, to, by) = (try bound(start), try bound(stop), try bound(step) ?? 1)
        if by == 0 { throw Failure.runtime("slice step cannot be zero") }
        func clamp(_ value: Int) -> Int {
            if value < 0 { return value < -length ? (by < 0 ? -1 : 0) : value + length }
            return min(value, by < 0 ? length - 1 : length)
        }
        first = from.map(clamp) ?? (by < 0 ? length - 1 : 0)
        end = to.map(clamp) ?? (by < 0 ? -1 : length)
        self.step = by
        let distance = by > 0 ? end - first : first - end
        count = distance <= 0 ? 0 : (distance - 1) / Int(clamping: by.magnitude) + 1
    }
}
