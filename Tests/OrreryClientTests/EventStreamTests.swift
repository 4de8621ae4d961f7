import OrreryClient
import OrreryRandom
import Testing

/// Server-sent events are the same however their bytes are cut (WHATWG HTML, 9.2.6).
@Suite struct EventStreamTests {
    private func events(_ bytes: [UInt8], cut: (Int) -> Int = { $0 }) throws -> [ServerSentEvent] {
        var parser = EventStreamParser(), events: [ServerSentEvent] = [], rest = bytes[...]
        while !rest.isEmpty {
            let piece = rest.prefix(max(1, cut(rest.count)))
            events += try parser.push(piece)
            rest = rest.dropFirst(piece.count)
        }
        if let last = parser.finish() { events.append(last) }
        return events
    }

    @Test(
        arguments: [
            ("data: one\n\ndata: two\n\n", [.init(data: "one"), .init(data: "two")]),
            ("data: one\r\n\r\ndata:two\r\n\r\n", [.init(data: "one"), .init(data: "two")]),
            ("data: one\r\rdata: two\r\r", [.init(data: "one"), .init(data: "two")]),
            (": ping\n\n:\n\ndata: x\n\n", [.init(data: "x")]),
            (
                "event: error\nid: 7\nretry: 10\ndata: a\ndata:  b\ndata\ndata: c\n\n",
                [.init(name: "error", data: "a\n b\n\nc")]
            ),
            ("\u{FEFF}data: x\n\n", [.init(data: "x")]), ("data: \u{FEFF}x\n\n", [.init(data: "\u{FEFF}x")]),
            // The last empty line is missing.
            ("data: x", [.init(data: "x")]), ("data: x\n", [.init(data: "x")]),
            ("event: only\n\n", []), ("", []), ("\n\n\n", []),
            ("data: 日本 👩‍👩‍👧\n\n", [.init(data: "日本 👩‍👩‍👧")]),
        ] as [(String, [ServerSentEvent])]) func read(_ text: String, _ expected: [ServerSentEvent]) throws
    {
        let bytes = Array(text.utf8)
        #expect(try events(bytes) == expected)
        #expect(try events(bytes) { _ in 1 } == expected)
        for size in 2 ... 7 { #expect(try events(bytes) { _ in size } == expected) }
    }

    /// Any bytes, cut anyhow: no crash, and always the same.
    @Test func anyBytes() throws {
        var random = SplitMix64(seed: 1)
        let pieces: [[UInt8]] = ["data:", "data: ", "event: e", ":", " ", "\n", "\r", "\r\n", "\n\n", "é", "😀", "{}"]
            .map {
                Array($0.utf8)
            }
        for _ in 0 ..< 2000 {
            var bytes: [UInt8] = []
            for _ in 0 ..< random.next() % 30 {
                if random.next() % 8 == 0 {
                    bytes.append(UInt8(truncatingIfNeeded: random.next()))
                } else {
                    bytes += pieces[Int(random.next() % UInt64(pieces.count))]
                }
            }
            let whole = try events(bytes)
            #expect(try events(bytes) { _ in 1 } == whole)
            #expect(try events(bytes) { _ in Int(random.next() % 5) } == whole)
        }
    }

    @Test func isBounded() throws {
        var parser = EventStreamParser(limit: 100)
        _ = try parser.push(Array((String(repeating: "data: 0123456789\n\n", count: 100)).utf8))
        #expect(throws: ChatServerError.self) {
            _ = try parser.push(Array((String(repeating: "data: 0123456789\n", count: 100)).utf8))
        }
    }
}
