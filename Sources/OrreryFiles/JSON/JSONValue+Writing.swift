extension JSONValue {
    /// The layout of JSON text.
    public enum Layout: Sendable {
        /// Everything on one line: `{"step":1,"loss":4.25}`.
        case compact
        /// Two spaces per level, one member per line.
        case pretty
    }

    /// The JSON text of this value. The same value always gives the same bytes.
    ///
    /// Numbers are the shortest that read back as the same double, and keep a point or an exponent, so that they read
    /// back as doubles. NaN and the infinities, which JSON does not have, are written as null.
    public func text(_ layout: Layout = .compact) -> String {
        var output: [UInt8] = []
        write(into: &output, layout == .pretty ? 0 : nil)
        return String(decoding: output, as: UTF8.self)
    }

    /// - Parameter indent: the level of a pretty layout; nil for a compact one.
    private func write(into output: inout [UInt8], _ indent: Int?) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .int(let value): output += String(value).utf8
        case .double(let value): output += (value.isFinite ? value.description : "null").utf8
        case .string(let value): Self.write(value, into: &output)
        case .array(let elements):
            Self.write(elements, "[", "]", into: &output, indent) { $0.write(into: &$1, $2) }
        case .object(let object):
            Self.write(object.members, "{", "}", into: &output, indent) { member, output, indent in
                Self.write(member.key, into: &output)
                output.append(UInt8(ascii: ":"))
                if indent != nil { output.append(UInt8(ascii: " ")) }
                member.value.write(into: &output, indent)
            }
        }
    }

    private static func write<Item>(
        _ items: [Item], _ open: Unicode.Scalar, _ close: Unicode.Scalar, into output: inout [UInt8], _ indent: Int?,
        _ writeItem: (Item, inout [UInt8], Int?) -> Void
    ) {
        output.append(UInt8(ascii: open))
        for (position, item) in items.enumerated() {
            if position > 0 { output.append(UInt8(ascii: ",")) }
            if let indent { startLine(indent + 1, &output) }
            writeItem(item, &output, indent.map { $0 + 1 })
        }
        if let indent, !items.isEmpty { startLine(indent, &output) }
        output.append(UInt8(ascii: close))
    }

    private static func startLine(_ indent: Int, _ output: inout [UInt8]) {
        output.append(UInt8(ascii: "\n"))
        output.append(contentsOf: repeatElement(UInt8(ascii: " "), count: 2 * indent))
    }

    /// Appends a JSON string: only what must be escaped is (RFC 8259, section 7).
    package static func write(_ text: String, into output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "\""): output += "\\\"".utf8
            case UInt8(ascii: "\\"): output += "\\\\".utf8
            case 0x08: output += "\\b".utf8
            case 0x0C: output += "\\f".utf8
            case 0x0A: output += "\\n".utf8
            case 0x0D: output += "\\r".utf8
            case 0x09: output += "\\t".utf8
            case 0 ..< 0x20:
                output += "\\u00".utf8
                output.append(UInt8(ascii: byte < 0x10 ? "0" : "1"))
                output += String(byte & 0xF, radix: 16).utf8
            default: output.append(byte)
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    /// Replaces the file at `path` with the JSON text and a newline, whole or not at all.
    ///
    /// - Throws: `FileError` if the file cannot be written.
    public func write(to path: String, _ layout: Layout = .pretty) throws {
        try AtomicFile.write(text(layout) + "\n", to: path)
    }
}
