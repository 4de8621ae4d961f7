/// An event of a stream that a server sends.
package struct ServerSentEvent: Sendable, Hashable {
    /// What kind of event it is; empty where the stream does not say.
    package var name: String
    /// What it says, its lines joined by newlines.
    package var data: String

    package init(name: String = "", data: String) {
        self.name = name
        self.data = data
    }
}

/// Reads server-sent events from bytes that come in any pieces (WHATWG HTML, 9.2.6).
///
/// Lines end with LF, CR or CRLF. A character whose bytes come in two pieces is whole, since text is decoded by the line.
package struct EventStreamParser {
    private var line: [UInt8] = []
    private var data: [[UInt8]] = []
    private var byteCount = 0
    private var name = ""
    private var skipsLineFeed = false
    private var isFirstLine = true
    private let limit: Int

    /// - Parameter limit: the most bytes that one event may have.
    package init(limit: Int = 16 << 20) { self.limit = limit }

    /// The events that the bytes complete.
    ///
    /// - Throws: `ChatServerError` where an event is longer than the limit.
    package mutating func push(_ bytes: some Sequence<UInt8>) throws -> [ServerSentEvent] {
        var events: [ServerSentEvent] = []
        for byte in bytes {
            let skips = skipsLineFeed
            skipsLineFeed = byte == UInt8(ascii: "\r")
            if byte == UInt8(ascii: "\n"), skips { continue }
            if byte == UInt8(ascii: "\n") || byte == UInt8(ascii: "\r") {
                endLine(&events)
            } else {
                byteCount += 1
                guard byteCount <= limit else { throw ChatServerError.format("an event has more than \(limit) bytes") }
                line.append(byte)
            }
        }
        return events
    }

    /// The event at the end of a stream whose last empty line is missing; nil where nothing is left.
    package mutating func finish() -> ServerSentEvent? {
        var events: [ServerSentEvent] = []
        if !line.isEmpty { endLine(&events) }
        dispatch(&events)
        return events.first
    }

    private mutating func endLine(_ events: inout [ServerSentEvent]) {
        var bytes = line[...]
        line.removeAll(keepingCapacity: true)
        if isFirstLine, bytes.starts(with: [0xEF, 0xBB, 0xBF]) { bytes = bytes.dropFirst(3) }
        isFirstLine = false
        if bytes.isEmpty { return dispatch(&events) }
        let field = bytes.prefix { $0 != UInt8(ascii: ":") }
        var value = bytes.dropFirst(field.count + 1)
        if value.first == UInt8(ascii: " ") { value.removeFirst() }
        // A comment has no field, and others (id, retry) say nothing here.
        switch String(decoding: field, as: UTF8.self) {
        case "data": data.append(Array(value))
        case "event": name = String(decoding: value, as: UTF8.self)
        default: break
        }
    }

    private mutating func dispatch(_ events: inout [ServerSentEvent]) {
        if !data.isEmpty {
            let text = String(decoding: Array(data.joined(separator: [UInt8(ascii: "\n")])), as: UTF8.self)
            events.append(ServerSentEvent(name: name, data: text))
        }
        data = []
        name = ""
        byteCount = 0
    }
}
