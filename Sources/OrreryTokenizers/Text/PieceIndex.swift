#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// From the bytes of a piece to its id: an open-addressing table of integers over a `PieceTable`.
///
/// A dictionary keyed by `String` would take "é" and "e" with an accent for one, and one keyed by `[UInt8]` would need
/// an array for each look-up.
struct PieceIndex: Sendable {
    static let missing: TokenID = -1

    /// The upper half of the hash, and the id plus one; 0 where a slot is free.
    private var slots: [UInt64]
    private let mask: Int
    private let pieces: PieceTable
    /// The length of the longest piece; nothing longer needs a look.
    let longest: Int

    /// Indexes the pieces with these ids.
    ///
    /// - Throws: `Duplicate` where two of them are equal.
    init(_ pieces: PieceTable, ids: some Collection<Int>) throws {
        var capacity = 16
        while capacity < ids.count * 2 { capacity *= 2 }
        self.pieces = pieces
        slots = [UInt64](repeating: 0, count: capacity)
        mask = capacity - 1
        longest = ids.reduce(0) { max($0, pieces.range(of: $1).count) }
        for id in ids { try insert(id) }
    }

    /// Two ids with one piece.
    struct Duplicate: Error {
        let first: Int
        let second: Int
    }

    private mutating func insert(_ id: Int) throws {
        let range = pieces.range(of: id)
        let (slot, other) = pieces.withBytes { find(UnsafeBufferPointer(rebasing: $0[range])) }
        guard other == Self.missing else { throw Duplicate(first: Int(other), second: id) }
        slots[slot.index] = slot.tag | UInt64(id + 1)
    }

    /// The id of the piece that equals `bytes`, or `missing`.
    func id(of bytes: UnsafeBufferPointer<UInt8>) -> TokenID { bytes.count > longest ? Self.missing : find(bytes).id }

    /// The id of the piece that equals `bytes`, or `missing`.
    func id(of bytes: some Sequence<UInt8>) -> TokenID { Array(bytes).withUnsafeBufferPointer { id(of: $0) } }

    @inline(__always)
    private func find(_ bytes: UnsafeBufferPointer<UInt8>) -> (slot: (index: Int, tag: UInt64), id: TokenID) {
        guard let base = bytes.baseAddress else { return ((0, 0), Self.missing) }
        let hash = ByteHash.hash(base, count: bytes.count)
        let tag = hash & 0xFFFF_FFFF_0000_0000
        var index = Int(truncatingIfNeeded: hash) & mask
        while true {
            let slot = slots[index]
            if slot == 0 { return ((index, tag), Self.missing) }
            if slot & 0xFFFF_FFFF_0000_0000 == tag {
                let id = Int(truncatingIfNeeded: slot & 0xFFFF_FFFF) - 1
                let range = pieces.range(of: id)
                if range.count == bytes.count,
                    pieces.withBytes({ memcmp($0.baseAddress! + range.lowerBound, base, bytes.count) == 0 })
                {
                    return ((index, tag), TokenID(id))
                }
            }
            index = (index + 1) & mask
        }
    }
}
