extension Interpreter {
    /// Python's `str`.
    func string(_ value: Value) throws -> Text {
        switch value {
        case .text(let text): text.isMarkup ? try Text(text.utf8, foreign: text.foreign, meter) : text
        case .undefined: Text("")
        default: try repr(value)
        }
    }

    /// Python's `repr`.
    func repr(_ value: Value) throws -> Text {
        var writer = Writer(meter)
        try writeRepr(value, to: &writer)
        return try writer.text()
    }

    private func writeRepr(_ value: Value, to writer: inout Writer) throws {
        try meter.enter()
        defer { meter.leave() }
        switch value {
        case .null: try writer.append("None")
        case .bool(let value): try writer.append(value ? "True" : "False")
        case .int(let value): try writer.append(String(value))
        case .float(let value): try writer.append(FloatText.repr(value))
        case .text(let text):
            if text.isMarkup { try writer.append("Markup(") }
            try writer.append(ReprText.quoted(text), isForeign: text.isForeign)
            if text.isMarkup { try writer.append(")") }
        case .list(let items): try writeItems(items.items, "[", "]", to: &writer)
        case .tuple(let items): try writeItems(items.items, "(", items.items.count == 1 ? ",)" : ")", to: &writer)
        case .dictionary(let dictionary):
            try writer.append("{")
            for (index, entry) in dictionary.entries.enumerated() {
                if index > 0 { try writer.append(", ") }
                try writeRepr(entry.key, to: &writer)
                try writer.append(": ")
                try writeRepr(entry.value, to: &writer)
            }
            try writer.append("}")
        case .range(let range):
            try writer.append("range(\(range.start), \(range.stop)\(range.step == 1 ? "" : ", \(range.step)"))")
        case .view(let view):
            try writer.append(view.kind.typeName)
            try writeItems(
                try (0 ..< view.dictionary.count).map { try view.element($0, meter) }, "([", "])", to: &writer)
        case .namespace(let namespace):
            try writer.append("<Namespace {")
            for (index, attribute) in namespace.attributes.enumerated() {
                if index > 0 { try writer.append(", ") }
                try writer.append(ReprText.quoted(attribute.name))
                try writer.append(": ")
                try writeRepr(attribute.value, to: &writer)
            }
            try writer.append("}>")
        case .macro(let macro): try writer.append("<Macro \(macro.definition.name.map { "'\($0)'" } ?? "anonymous")>")
        case .loop(let loop): try writer.append("<LoopContext \(loop.index0 + 1)/\(try loop.length(meter))>")
        case .undefined: try writer.append("Undefined")
        // Python shows an address, which nobody can rely on.
        case .iterator(let iterator):
            try writer.append("<\(iterator.typeName) object\(iterator.function.map { " \($0)" } ?? "") at 0x0>")
        case .cycler, .joiner: try writer.append("<\(value.typeName) object at 0x0>")
        case .method(let method):
            try writer.append("<built-in method \(method.name) of \(method.receiver.typeName) object>")
        case .function(let function): try writer.append("<function \(function.rawValue)>")
        }
    }

    private func writeItems(_ items: [Value], _ open: String, _ close: String, to writer: inout Writer) throws {
        try writer.append(open)
        for (index, item) in items.enumerated() {
            if index > 0 { try writer.append(", ") }
            try writeRepr(item, to: &writer)
        }
        try writer.append(close)
    }
}

/// Bytes that grow no further than a string may.
struct Writer {
    private(set) var bytes: [UInt8] = []
    private var foreign: [Range<Int>] = []
    private let meter: Meter

    init(_ meter: Meter) { self.meter = meter }

    /// - Parameter isForeign: whether they came with the conversation and spell a control token.
    mutating func append(_ more: some Collection<UInt8>, isForeign: Bool = false) throws {
        try meter.allow(bytes.count + more.count)
        try meter.step(over: more.count)
        if isForeign, !more.isEmpty { foreign.append(bytes.count ..< bytes.count + more.count) }
        bytes += more
    }

    mutating func append(_ text: Text) throws {
        for range in text.foreign { foreign.append(range.lowerBound + bytes.count ..< range.upperBound + bytes.count) }
        try append(text.utf8)
    }

    func text(isMarkup: Bool = false) throws -> Text { try Text(bytes, foreign: foreign, isMarkup: isMarkup, meter) }

    mutating func append(_ text: String) throws { try append(text.utf8) }
}

enum MarkupText {
    /// markupsafe's `escape`.
    static func escaped(_ bytes: [UInt8]) -> [UInt8] {
        var result: [UInt8] = []
        for byte in bytes {
            switch byte {
            case UInt8(ascii: "&"): result += "&amp;".utf8
            case UInt8(ascii: "<"): result += "&lt;".utf8
            case UInt8(ascii: ">"): result += "&gt;".utf8
            case UInt8(ascii: "'"): result += "&#39;".utf8
            case UInt8(ascii: "\""): result += "&#34;".utf8
            default: result.append(byte)
            }
        }
        return result
    }
}

enum ReprText {
    /// Single quotes, unless there are only single quotes inside.
    static func quoted(_ text: Text) -> [UInt8] {
        let quote: UInt8 =
            text.utf8.contains(UInt8(ascii: "'")) && !text.utf8.contains(UInt8(ascii: "\""))
            ? UInt8(ascii: "\"") : UInt8(ascii: "'")
        var bytes: [UInt8] = [quote]
        for scalar in text.string.unicodeScalars {
            switch scalar {
            case "\n": bytes += "\\n".utf8
            case "\r": bytes += "\\r".utf8
            case "\t": bytes += "\\t".utf8
            case "\\": bytes += "\\\\".utf8
            case _ where scalar.value == UInt32(quote): bytes += [UInt8(ascii: "\\"), quote]
            case _ where scalar.isPythonPrintable: bytes += UTF8.encode(scalar)!
            default:
                let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
                let digits = String(scalar.value, radix: 16)
                bytes += "\\\(letter)\(String(repeating: "0", count: width - digits.count))\(digits)".utf8
            }
        }
        return bytes + [quote]
    }
}
