/// What an expression gives while rendering: the part of Python's values that a sandboxed template can get hold of.
///
/// Values never change, apart from `namespace`, iterators and loops, so containers may be shared freely. No value holds
/// another more than `ItemList.deepest` levels down, so releasing or printing one cannot exhaust the stack.
enum Value {
    case null
    case bool(Bool)
    /// Python's integers have no bound; here a result beyond 64 bits is an error.
    case int(Int)
    case float(Double)
    case text(Text)
    case list(ItemList)
    case tuple(ItemList)
    case dictionary(Dictionary)
    case range(IntegerRange)
    case view(DictionaryView)
    case iterator(ValueIterator)
    case namespace(Namespace)
    case macro(Macro)
    case loop(LoopContext)
    case cycler(Cycler)
    case joiner(Joiner)
    case method(BoundMethod)
    case function(Function)
    case undefined(Undefined)

    /// Levels of values inside this one. What a rendering keeps alive to its end by itself counts as flat.
    var depth: Int {
        switch self {
        case .list(let items), .tuple(let items): items.depth
        case .dictionary(let dictionary): dictionary.depth
        case .view(let view): view.dictionary.depth + 1
        case .iterator(let iterator): iterator.depth
        case .loop(let loop): loop.iterator.depth + 1
        case .method(let method): method.receiver.depth + 1
        case .cycler(let cycler): cycler.items.depth + 1
        default: 0
        }
    }

    /// The name of Python's type, as its messages have it.
    var typeName: String {
        switch self {
        case .null: "NoneType"
        case .bool: "bool"
        case .int: "int"
        case .float: "float"
        case .text(let text): text.isMarkup ? "Markup" : "str"
        case .list: "list"
        case .tuple(let items): items.isGroup ? "_GroupTuple" : "tuple"
        case .dictionary: "dict"
        case .range: "range"
        case .view(let view): view.kind.typeName
        case .iterator(let iterator): iterator.typeName
        case .namespace: "TemplateNamespace"
        case .macro: "Macro"
        case .loop: "LoopContext"
        case .cycler: "Cycler"
        case .joiner: "Joiner"
        case .method: "builtin_function_or_method"
        case .function(let function): function.typeName
        case .undefined: "Undefined"
        }
    }

    /// As jinja2's messages name what lacks an attribute.
    var objectName: String {
        switch self {
        case .null: "None"
        case .namespace: "transformers.utils.chat_template_utils.TemplateNamespace object"
        case .macro, .loop: "jinja2.runtime.\(typeName) object"
        case .text(let text) where text.isMarkup: "markupsafe.Markup object"
        case .cycler, .joiner: "jinja2.utils.\(typeName) object"
        default: "\(typeName) object"
        }
    }

    var isUndefined: Bool { if case .undefined = self { true } else { false } }
    var isNone: Bool { if case .null = self { true } else { false } }
    var text: Text? { if case .text(let text) = self { text } else { nil } }

    /// An integer, or a boolean taken as one.
    var integer: Int? {
        switch self {
        case .int(let value): value
        case .bool(let value): value ? 1 : 0
        default: nil
        }
    }
}

/// The elements of a list or a tuple.
final class ItemList {
    /// Levels that values may contain one another.
    static let deepest = 200

    let items: [Value]
    let depth: Int
    /// A tuple whose elements are also called `grouper` and `list`.
    let isGroup: Bool
    private let meter: Meter?

    init(_ items: [Value], isGroup: Bool = false, _ meter: Meter?) throws {
        depth = (items.lazy.map(\.depth).max() ?? 0) + 1
        if depth > Self.deepest { throw Failure.limit("values more than \(Self.deepest) deep inside one another") }
        (self.items, self.isGroup, self.meter) = (items, isGroup, meter)
        try meter?.allow(elements: items.count)
        try meter?.reserve(Self.cost(items.count))
    }

    private static func cost(_ count: Int) -> Int { 96 + 16 * count }
    deinit { meter?.release(Self.cost(items.count)) }
}

/// `range(start, stop, step)`.
struct IntegerRange: Equatable {
    let start, stop, step: Int
    /// At most 100,000, which the sandbox sees to.
    let count: Int

    func element(_ index: Int) -> Int { start &+ index &* step }

    /// The place of a value in it.
    func index(of value: Int) -> Int? {
        let (distance, overflow) = value.subtractingReportingOverflow(start)
        guard !overflow, distance % step == 0, 0 ..< count ~= distance / step else { return nil }
        return distance / step
    }
}

/// A name or element that is not there: prints as nothing, is false and empty, and fails in any other use.
struct Undefined {
    enum Message {
        case missing(String)
        case attribute(of: String, String)
        case element(of: String, String)
        case hint(String)
        /// The sandbox hides it.
        case unsafe(attribute: String, type: String)
    }

    let message: Message

    var description: String {
        switch message {
        case .missing(let name): "'\(name)' is undefined"
        case .attribute(let object, let name): "'\(object)' has no attribute \(name)"
        case .element(let object, let name): "\(object) has no element \(name)"
        case .hint(let hint): hint
        case .unsafe(let attribute, let type): "access to attribute '\(attribute)' of '\(type)' object is unsafe."
        }
    }

    var failure: Failure { .runtime(description) }

    static func missing(_ name: String) -> Value { .undefined(Undefined(message: .missing(name))) }
    static func hint(_ hint: String) -> Value { .undefined(Undefined(message: .hint(hint))) }
}
