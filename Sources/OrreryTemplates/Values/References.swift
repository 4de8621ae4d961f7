/// `namespace(...)`: the one value whose attributes a template may set. A rendering keeps all of them alive and empties
/// them at its end, so that those that hold one another are freed, and without recursion.
final class Namespace {
    private(set) var attributes: [(name: Text, value: Value)] = []

    subscript(name: Text) -> Value? { attributes.first { $0.name == name }?.value }

    func set(_ name: Text, _ value: Value) {
        if let place = attributes.firstIndex(where: { $0.name == name }) {
            attributes[place].value = value
        } else {
            attributes.append((name, value))
        }
    }

    func clear() { attributes = [] }
}

/// The variables of one running function: the template, a macro or a recursive loop. nil is a variable without a value.
final class Activation {
    var slots: [Value?]
    let parent: Activation?
    /// Whether a macro sees it.
    var isCaptured = false

    init(slots: Int, parent: Activation?) {
        self.slots = Array(repeating: nil, count: slots)
        self.parent = parent
    }
}

/// A macro, or the body of a call block, with the variables around its definition.
final class Macro {
    let definition: MacroDefinition
    let scope: Activation

    init(_ definition: MacroDefinition, _ scope: Activation) { (self.definition, self.scope) = (definition, scope) }
}

/// A method with the value it belongs to.
final class BoundMethod {
    let receiver: Value
    let name: String

    init(_ receiver: Value, _ name: String) { (self.receiver, self.name) = (receiver, name) }
}

/// The functions that every template can call.
enum Function: String, Hashable {
    case range, dict, namespace, cycler, joiner, lipsum
    case raiseException = "raise_exception"
    case strftimeNow = "strftime_now"

    var typeName: String {
        switch self {
        case .namespace, .cycler, .joiner: "type"
        case .dict: "TemplateDict"
        default: "function"
        }
    }
}

/// `cycler(...)`: its items in turn.
final class Cycler {
    let items: ItemList
    var position = 0

    init(_ items: ItemList) { self.items = items }

    var current: Value { items.items[position] }
    func advance() -> Value {
        defer { position = (position + 1) % items.items.count }
        return current
    }
}

/// `joiner(separator)`: nothing when first called, then the separator.
final class Joiner {
    let separator: Value
    var isUsed = false

    init(_ separator: Value) { self.separator = separator }
}

/// The variable `loop`, which also walks the values of a loop, one ahead where the template looks ahead.
final class LoopContext {
    private(set) var index0 = -1
    private(set) var iterator: ValueIterator
    let depth0: Int
    /// Renders the body for the children; only for a recursive loop.
    let recurse: ((Value, Int) throws -> Value)?
    private var knownLength: Int?
    /// What was read ahead, nil for the end, if something was.
    private var ahead: Value?
    private var isAhead = false
    private var before: Value?
    private(set) var current: Value?
    var lastChanged: ItemList?

    /// - Parameter length: nil for what has none until it is read.
    init(_ iterator: ValueIterator, length: Int?, depth0: Int, recurse: ((Value, Int) throws -> Value)?) {
        (self.iterator, knownLength, self.depth0, self.recurse) = (iterator, length, depth0, recurse)
    }

    func next() throws -> Value? {
        guard let value = try peek() else { return nil }
        isAhead = false
        index0 += 1
        (before, current) = (current, value)
        return value
    }

    func peek() throws -> Value? {
        if !isAhead { (ahead, isAhead) = (try iterator.next(), true) }
        return ahead
    }

    func length(_ meter: Meter) throws -> Int {
        if let knownLength { return knownLength }
        var rest: [Value] = []
        while let value = try iterator.next() {
            rest.append(value)
            try meter.allow(elements: rest.count)
        }
        iterator = ValueIterator(rest)
        let length = rest.count + index0 + 1 + (isAhead && ahead != nil ? 1 : 0)
        knownLength = length
        return length
    }

    var previous: Value {
        index0 == 0
            ? Undefined.hint("there is no previous item") : before ?? Undefined.hint("there is no previous item")
    }
    func following() throws -> Value { try peek() ?? Undefined.hint("there is no next item") }
}
