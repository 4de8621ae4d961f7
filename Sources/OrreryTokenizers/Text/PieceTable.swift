/// The pieces of a vocabulary side by side in one array: 250,000 strings without 250,000 allocations.
///
/// Pieces are bytes. Most are UTF-8, but a byte-level token may hold half a character.
package struct PieceTable: Sendable, RandomAccessCollection {
    private var bytes: [UInt8] = []
    /// The end of each piece; the start is the end of the one before.
    private var ends: [Int] = []

    package init() {}

    package init(_ pieces: some Sequence<some Sequence<UInt8>>) {
        for piece in pieces { append(piece) }
    }

    package mutating func append(_ piece: some Sequence<UInt8>) {
        bytes.append(contentsOf: piece)
        ends.append(bytes.count)
    }

    package mutating func reserveCapacity(pieces: Int, bytes count: Int) {
        ends.reserveCapacity(pieces)
        bytes.reserveCapacity(count)
    }

    package var startIndex: Int { 0 }
    package var endIndex: Int { ends.count }
    package subscript(id: Int) -> ArraySlice<UInt8> { bytes[range(of: id)] }

    /// Where piece `id` stands among the bytes of all.
    func range(of id: Int) -> Range<Int> { (id == 0 ? 0 : ends[id - 1]) ..< ends[id] }

    /// Piece `id` as text, for messages: bytes that are not UTF-8 become U+FFFD.
    func text(of id: Int) -> String { String(decoding: self[id], as: UTF8.self) }

    /// Gives `body` the bytes of all pieces.
    func withBytes<Result>(_ body: (UnsafeBufferPointer<UInt8>) throws -> Result) rethrows -> Result {
        try bytes.withUnsafeBufferPointer(body)
    }
}
