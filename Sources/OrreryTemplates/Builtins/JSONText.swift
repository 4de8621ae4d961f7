extension Interpreter {
    /// Python's `json.dumps`, which transformers' `tojson` is.
    struct JSONOptions {
        var escapesBeyondASCII = false
        /// What one level is indented by; nil for everything on one line.
        var indent: [UInt8]?
        var itemSeparator: [UInt8] = Array(", ".utf8)
        var keySeparator: [UInt8] = Array(": ".utf8)
        var sortsKeys = false
    }

    func json(_ value: Value, _ options: JSONOptions) throws -> Text {
        var writer = Writer(meter)
        try writeJSON(value, options, level: 0, to: &writer)
        return try writer.text()
    }

    private func writeJSON(_ value: Value, _ options: JSONOptions, level: Int, to writer: inout Writer) throws {
        try meter.enter()
        defer { meter.leave() }
        switch value {
        case .null: try writer.append("null")
        case .bool(let value): try writer.append(value ? "true" : "false")
        case .int(let value): try writer.append(String(value))
        case .float(let value): try writer.append(JSONText.number(value))
        case .text(let text):
            try writer.append(
                JSONText.quoted(text.utf8, escapesBeyondASCII: options.escapesBeyondASCII), isForeign: text.isForeign)
        case .list(let items), .tuple(let items):
            try writeJSON(open: "[", close: "]", count: items.items.count, options, level, to: &writer) {
                index, writer in
                try writeJSON(items.items[index], options, level: level + 1, to: &writer)
            }
        case .dictionary(let dictionary):
            var entries = dictionary.entries
            if options.sortsKeys { entries = try sorted(entries, reverse: false) { $0.key } }
            try writeJSON(open: "{", close: "}", count: entries.count, options, level, to: &writer) { index, writer in
                let name = try jsonKey(entries[index].key)
                try writer.append(JSONText.quoted(name, escapesBeyondASCII: options.escapesBeyondASCII))
                try writer.append(options.keySeparator)
                try writeJSON(entries[index].value, options, level: level + 1, to: &writer)
            }
        default: throw Failure.runtime("Object of type \(value.typeName) is not JSON serializable")
        }
    }

    private func writeJSON(
        open: String, close: String, count: Int, _ options: JSONOptions, _ level: Int, to writer: inout Writer,
        _ element: (Int, inout Writer) throws -> Void
    ) throws {
        func newLine(_ level: Int, _ writer: inout Writer) throws {
            guard let indent = options.indent else { return }
            try writer.append("\n")
            for _ in 0 ..< level { try writer.append(indent) }
        }
        try writer.append(open)
        for index in 0 ..< count {
            if index > 0 { try writer.append(options.itemSeparator) }
            try newLine(level + 1, &writer)
            try element(index, &writer)
        }
        if count > 0 { try newLine(level, &writer) }
        try writer.append(close)
    }

    private func jsonKey(_ key: Value) throws -> [UInt8] {
        switch key {
        case .text(let text): text.utf8
        case .null: Array("null".utf8)
        case .bool(let value): Array((value ? "true" : "false").utf8)
        case .int(let value): Array(String(value).utf8)
        case .float(let value): Array(JSONText.number(value).utf8)
        default: throw Failure.runtime("keys must be str, int, float, bool or None, not \(key.typeName)")
        }
    }
}

enum JSONText {
    static func number(_ value: Double) -> String {
        value.isNaN ? "NaN" : value.isInfinite ? (value < 0 ? "-Infinity" : "Infinity") : FloatText.repr(value)
    }

    static func quoted(_ utf8: [UInt8], escapesBeyondASCII: Bool) -> [UInt8] {
        var bytes: [UInt8] = [UInt8(ascii: "\"")]
        for byte in utf8 {
            switch byte {
            case UInt8(ascii: "\""): bytes += "\\\"".utf8
            case UInt8(ascii: "\\"): bytes += "\\\\".utf8
            case UInt8(ascii: "\n"): bytes += "\\n".utf8
            case UInt8(ascii: "\r"): bytes += "\\r".utf8
            case UInt8(ascii: "\t"): bytes += "\\t".utf8
            case 8: bytes += "\\b".utf8
            case 12: bytes += "\\f".utf8
            case 0 ..< 32: bytes += "\\u00\(byte < 16 ? "0" : "")\(String(byte, radix: 16))".utf8
            default: bytes.append(byte)
            }
        }
        bytes.append(UInt8(ascii: "\""))
        return escapesBeyondASCII ? surrogatesEscaped(bytes) : bytes
    }

    /// All but printable ASCII as `\uXXXX`, in pairs above U+FFFF.
    private static func surrogatesEscaped(_ bytes: [UInt8]) -> [UInt8] {
        String(decoding: bytes, as: UTF8.self).utf16.flatMap { unit -> [UInt8] in
            unit < 0x7F
                ? [UInt8(unit)]
                : Array(
                    "\\u\(String(repeating: "0", count: 4 - String(unit, radix: 16).count))\(String(unit, radix: 16))"
                        .utf8)
        }
    }

    /// Python's `ascii`: beyond ASCII as `\xXX`, `\uXXXX` or `\UXXXXXXXX`.
    static func escapedBeyondASCII(_ utf8: [UInt8]) -> [UInt8] {
        String(decoding: utf8, as: UTF8.self).unicodeScalars.flatMap { scalar -> [UInt8] in
            if scalar.isASCII { return [UInt8(scalar.value)] }
            let digits = String(scalar.value, radix: 16)
            let (letter, width) = scalar.value < 0x100 ? ("x", 2) : scalar.value < 0x10000 ? ("u", 4) : ("U", 8)
            return Array("\\\(letter)\(String(repeating: "0", count: width - digits.count))\(digits)".utf8)
        }
    }
}
