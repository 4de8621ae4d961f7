/// A dictionary in the order of insertion, with Python's equality of keys: 1, 1.0 and True are one key.
final class Dictionary {
    struct Entry {
        let key: Value
        let value: Value
    }

    let entries: [Entry]
    let depth: Int
    private let places: [Key: Int]
    private let meter: Meter?

    init(_ entries: [(key: Value, value: Value)], _ meter: Meter?) throws {
        var (kept, places) = ([Entry](), [Key: Int]())
        for (key, value) in entries {
            let hash = try Key(key, meter)
            if let place = places[hash] {
                // The first key stays, with the last value.
                kept[place] = Entry(key: kept[place].key, value: value)
            } else {
                places[hash] = kept.count
                kept.append(Entry(key: key, value: value))
            }
        }
        depth = (kept.lazy.map { max($0.key.depth, $0.value.depth) }.max() ?? 0) + 1
        if depth > ItemList.deepest {
            throw Failure.limit("values more than \(ItemList.deepest) deep inside one another")
        }
        (self.entries, self.places, self.meter) = (kept, places, meter)
        try meter?.allow(elements: kept.count)
        try meter?.reserve(Self.cost(kept.count))
    }

    deinit { meter?.release(Self.cost(entries.count)) }

    private static func cost(_ count: Int) -> Int { 128 + 120 * count }

    var count: Int { entries.count }

    subscript(name: Text) -> Value? { places[.text(name)].map { entries[$0].value } }

    /// - Throws: for a key that cannot be one.
    func value(_ key: Value, _ meter: Meter) throws -> Value? { places[try Key(key, meter)].map { entries[$0].value } }
}

/// A value as it is hashed and compared in dictionaries and by `unique`.
enum Key: Hashable {
    case null, undefined
    case int(Int)
    case float(Double)
    case text(Text)
    case tuple([Key])
    case identity(ObjectIdentifier)
    case function(Function)
    case range([Int])

    init(_ value: Value, _ meter: Meter?) throws {
        try meter?.step()
        switch value {
        case .null: self = .null
        case .undefined: self = .undefined
        case .bool(let value): self = .int(value ? 1 : 0)
        case .int(let value): self = .int(value)
        case .float(let value): self = Int(exactly: value).map(Key.int) ?? .float(value)
        case .text(let text): self = .text(text)
        case .tuple(let items): self = .tuple(try items.items.map { try Key($0, meter) })
        case .range(let range):
            self = .range([range.count, range.count > 0 ? range.start : 0, range.count > 1 ? range.step : 0])
        case .namespace(let object): self = .identity(ObjectIdentifier(object))
        case .macro(let object): self = .identity(ObjectIdentifier(object))
        case .loop(let object): self = .identity(ObjectIdentifier(object))
        case .iterator(let object): self = .identity(ObjectIdentifier(object))
        case .cycler(let object): self = .identity(ObjectIdentifier(object))
        case .joiner(let object): self = .identity(ObjectIdentifier(object))
        case .method(let object): self = .identity(ObjectIdentifier(object))
        case .function(let function): self = .function(function)
        case .list, .dictionary, .view: throw Failure.runtime("unhashable type: '\(value.typeName)'")
        }
    }
}

/// What `keys()`, `values()` and `items()` give.
struct DictionaryView {
    enum Kind: String {
        case keys, values, items
        var typeName: String { "dict_\(rawValue)" }
    }

    let kind: Kind
    let dictionary: Dictionary

    func element(_ index: Int, _ meter: Meter) throws -> Value {
        let entry = dictionary.entries[index]
        return switch kind {
        case .keys: entry.key
        case .values: entry.value
        case .items: .tuple(try ItemList([entry.key, entry.value], meter))
        }
    }
}
