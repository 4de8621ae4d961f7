/// One rendering of a template. Runs on one thread; values it makes end with it.
final class Interpreter {
    enum Flow { case normal, breakLoop, continueLoop }

    let scopes: Scopes
    let meter: Meter
    /// What `strftime_now` shows, in seconds since 1970.
    let now: Double
    /// Names of the environment, and over them those given to the template.
    private let given: [Text: Value]
    /// Where the interpreter stands in the source, for messages.
    var position = 0
    private var output: Writer
    /// Whether output goes to a buffer of a macro or block.
    private var captures = 0
    /// Bytes of the output between `{% generation %}` and its end.
    private var generated: [Range<Int>] = []
    /// What may hold itself, emptied at the end.
    private var namespaces: [Namespace] = []
    private var captured: [Activation] = []

    init(_ scopes: Scopes, given: [String: Value], meter: Meter, now: Double) {
        (self.scopes, self.meter, self.now) = (scopes, meter, now)
        output = Writer(meter)
        let environment: [String: Value] = [
            "range": .function(.range), "dict": .function(.dict), "namespace": .function(.namespace),
            "cycler": .function(.cycler),
            "joiner": .function(.joiner), "lipsum": .function(.lipsum), "raise_exception": .function(.raiseException),
            "strftime_now": .function(.strftimeNow),
        ]
        // By code points, as Python compares names; Swift's strings are equal where they only look alike.
        self.given = [Text: Value](environment.merging(given) { $1 }.map { (Text($0), $1) }) { $1 }
    }

    func render(_ statements: [Statement]) throws -> (text: Text, generated: [Range<Int>]) {
        defer {
            for namespace in namespaces { namespace.clear() }
            for activation in captured { activation.slots = [] }
        }
        let root = Activation(slots: scopes.root.slots, parent: nil)
        enter(scopes.root, root)
        _ = try execute(statements, root)
        root.slots = []
        return (try output.text(), generated)
    }

    // MARK: Output

    func write(_ text: Text) throws { try output.append(text) }

    /// What `body` writes, instead of writing it.
    func capture(_ body: () throws -> Flow) throws -> (text: Text, flow: Flow) {
        let outer = output
        output = Writer(meter)
        captures += 1
        try meter.reserve(outer.bytes.count)
        defer {
            meter.release(outer.bytes.count)
            captures -= 1
            output = outer
        }
        let flow = try body()
        return (try output.text(), flow)
    }

    /// Writes what the assistant said, and keeps its place.
    func writeGenerated(_ text: Text) throws {
        let start = output.bytes.count
        try write(text)
        if captures == 0 { generated.append(start ..< output.bytes.count) }
    }

    // MARK: Variables

    func enter(_ frame: Scopes.Frame, _ activation: Activation) {
        for (slot, load) in frame.loads {
            switch load {
            case .given(let name): activation.slots[slot] = given[Text(name)]
            case .copy(let reference): activation.slots[slot] = read(reference, activation)
            case .missing: activation.slots[slot] = nil
            case .parameter: break
            }
        }
    }

    func leave(_ frame: Scopes.Frame, _ activation: Activation) {
        for (slot, _) in frame.loads { activation.slots[slot] = nil }
    }

    func read(_ reference: Scopes.Reference, _ activation: Activation) -> Value? {
        var scope = activation
        for _ in 0 ..< reference.hops { scope = scope.parent ?? scope }
        return scope.slots[reference.slot]
    }

    /// Keeps the variables that a macro sees until the rendering ends.
    func keep(_ activation: Activation) throws {
        guard !activation.isCaptured else { return }
        activation.isCaptured = true
        try meter.reserve(96 + 16 * activation.slots.count)
        captured.append(activation)
    }

    func makeNamespace() throws -> Namespace {
        try meter.reserve(128)
        let namespace = Namespace()
        namespaces.append(namespace)
        return namespace
    }

    // MARK: Values

    func text(_ bytes: [UInt8]) throws -> Value { .text(try Text(bytes, meter)) }
    /// A part of another text.
    func text(_ slice: ArraySlice<UInt8>, of whole: Text) throws -> Value {
        .text(
            try Text(
                Array(slice), foreign: whole.isForeign ? whole.foreign(in: slice.startIndex ..< slice.endIndex) : [],
                isMarkup: whole.isMarkup, meter))
    }
    func list(_ items: [Value]) throws -> Value { .list(try ItemList(items, meter)) }
    func tuple(_ items: [Value]) throws -> Value { .tuple(try ItemList(items, meter)) }
    func texts(_ pieces: [ArraySlice<UInt8>], of whole: Text) throws -> Value {
        try meter.allow(elements: pieces.count)
        return try list(pieces.map { try text($0, of: whole) })
    }

    /// A text made in some other way from others is foreign as a whole, if one of them is in part; and markup if the
    /// first is.
    func inheriting(_ value: Value, from first: Value, _ others: Value...) throws -> Value {
        guard case .text(let text) = value else { return value }
        let isForeign =
            !text.isForeign && !text.isEmpty
            && (first.text?.isForeign == true || others.contains { $0.text?.isForeign == true })
        let isMarkup = first.text?.isMarkup == true
        guard isForeign || isMarkup != text.isMarkup else { return value }
        return .text(
            try Text(
                text.utf8, foreign: isForeign ? [0 ..< text.utf8.count] : text.foreign,
                isMarkup: isMarkup || text.isMarkup, meter))
    }

    /// With `&`, `<`, `>` and quotes as entities, if it is not markup already.
    func escaped(_ text: Text) throws -> Text {
        if text.isMarkup { return text }
        let bytes = MarkupText.escaped(text.utf8)
        return try Text(bytes, foreign: text.isForeign ? [0 ..< bytes.count] : [], isMarkup: true, meter)
    }
}
