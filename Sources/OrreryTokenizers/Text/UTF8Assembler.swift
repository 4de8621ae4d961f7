/// Joins pieces of UTF-8 into text without ever emitting half a character.
///
/// The strings that `append` and `finish` return, put together, are `String(decoding:as: UTF8.self)` of all the bytes:
/// an unfinished character waits for its rest, and bytes that cannot become one turn into U+FFFD at once.
package struct UTF8Assembler: Sendable {
    /// The start of a character, at most three bytes.
    private var pending: [UInt8] = []

    package init() {}

    /// Whether part of a character is waiting.
    package var isWaiting: Bool { !pending.isEmpty }

    /// The characters that `bytes` completes.
    package mutating func append(_ bytes: some Sequence<UInt8>) -> String {
        pending.append(contentsOf: bytes)
        let complete = pending.withUnsafeBufferPointer(Self.completeLength)
        defer { pending.removeFirst(complete) }
        return String(decoding: pending[..<complete], as: UTF8.self)
    }

    /// What is left when no more bytes will come: U+FFFD for an unfinished character, else nothing.
    package mutating func finish() -> String {
        defer { pending.removeAll() }
        return String(decoding: pending, as: UTF8.self)
    }

    /// The length of `utf8` without an unfinished character at its end.
    private static func completeLength(_ utf8: UnsafeBufferPointer<UInt8>) -> Int {
        // A character has at most four bytes, so an unfinished one starts at one of the last three; ill-formed text
        // cannot hide its start, because no byte both continues a character and starts one.
        for position in stride(from: utf8.count - 1, through: max(0, utf8.count - 3), by: -1)
        where utf8[position] & 0xC0 != 0x80 {
            return UTF8Step(utf8, at: position) == .incomplete ? position : utf8.count
        }
        return utf8.count
    }
}
