/// The tokens of a byte-pair vocabulary: id to bytes, and bytes to id.
///
/// A token has a record of 16 bytes. One of at most 15 bytes is in it, laid out as a `WordKey`, so that a look-up by
/// bytes compares two integers; of a longer one the record says where in a block of bytes it is. The way back is an
/// open-addressing table of ids, each with eleven bits of the hash, and before it a filter (Bloom 1970, with one hash
/// function): most of what is looked for while words are merged is no token, and the filter, small enough to stay in
/// the second-level cache, says so of nine in ten.
///
/// `@unchecked Sendable`: everything is written in `init` and only read afterwards.
final class TokenBytes: @unchecked Sendable {
    /// Ids are below this, so that a pair of them and a rank fit one word (`PairCache`). The largest published
    /// vocabularies have an eighth.
    static let maximalCount = 1 << 21 - 1

    /// One more than the highest id.
    let count: Int
    /// The bytes of the longest token.
    let longest: Int
    let hasher = WordHasher()

    /// One token.
    private struct Record {
        var low: UInt64 = 0
        var high: UInt64 = 0

        /// In the last byte of the record of a longer token, where a short one has its length; then `low` is the place
        /// of its bytes and the rest of `high` their number. A hole is all zeros.
        static let longMark: UInt64 = 0xFF << 56

        var isLong: Bool { high >= Self.longMark }
        var length: Int { isLong ? Int(high & ~Self.longMark) : Int(high >> 56) }
    }

    private let records: UnsafeMutablePointer<Record>
    private let longBytes: UnsafeMutablePointer<UInt8>
    private let slots: UnsafeMutablePointer<UInt32>
    private let slotMask: Int
    private let filter: UnsafeMutablePointer<UInt64>
    private let filterMask: Int

    private static let empty = UInt32.max
    private static let idBits: UInt32 = 21

    /// A token of a file: bytes `start ..< start + count` of the block that `init` is given, and its id.
    struct Entry {
        var id: Int32
        var count: Int32
        var start: Int
    }

    /// What is wrong with entries.
    enum Fault: Error {
        case duplicateID(entry: Int)
        case duplicateBytes(entry: Int)
    }

    /// - Parameters:
    ///   - entries: at least one; the caller has checked that places are inside the block, ids in `0 ..< maximalCount`,
    ///     counts not 0.
    ///   - block: the bytes that the entries are in.
    /// - Throws: `Fault` naming the entry that repeats an earlier one.
    init(_ entries: [Entry], in block: UnsafeBufferPointer<UInt8>) throws {
        count = entries.reduce(0) { max($0, Int($1.id) + 1) }
        precondition(count <= Self.maximalCount, "TokenBytes: id \(count - 1), expected less than \(Self.maximalCount)")
        longest = entries.reduce(0) { max($0, Int($1.count)) }
        records = .allocate(capacity: count)
        records.initialize(repeating: Record(), count: count)
        longBytes = .allocate(
            capacity: entries.reduce(0) { $0 + ($1.count > WordKey.maximalLength ? Int($1.count) : 0) })
        // At most four fifths full: the filter keeps away what a full table is slow at.
        let slotCount = 1 << (Int.bitWidth - (entries.count * 5 / 4).leadingZeroBitCount)
        slotMask = slotCount - 1
        slots = .allocate(capacity: slotCount)
        slots.initialize(repeating: Self.empty, count: slotCount)
        let filterCount = max(1, slotCount / 8)
        filterMask = filterCount - 1
        filter = .allocate(capacity: filterCount)
        filter.initialize(repeating: 0, count: filterCount)

        var longCount = 0
        for (index, entry) in entries.enumerated() {
            let (id, length) = (Int(entry.id), Int(entry.count))
            guard records[id].high == 0 else { throw Fault.duplicateID(entry: index) }
            let source = block.baseAddress! + entry.start
            if length <= WordKey.maximalLength {
                let key = WordKey(source, length: length, available: block.count - entry.start)
                records[id] = Record(low: key.low, high: key.high)
            } else {
                (longBytes + longCount).update(from: source, count: length)
                records[id] = Record(low: UInt64(longCount), high: Record.longMark | UInt64(length))
                longCount += length
            }
            guard insert(id) else { throw Fault.duplicateBytes(entry: index) }
        }
    }

    deinit {
        records.deallocate()
        longBytes.deallocate()
        slots.deallocate()
        filter.deallocate()
    }

    /// The bytes of token `id`; empty where there is none. They live as long as this object.
    ///
    /// - Precondition: 0 <= id < count
    @inline(__always)
    subscript(id: Int) -> UnsafeBufferPointer<UInt8> {
        let record = records[id]
        let start =
            record.isLong
            ? longBytes + Int(record.low) : UnsafeMutableRawPointer(records + id).assumingMemoryBound(to: UInt8.self)
        return UnsafeBufferPointer(start: start, count: record.length)
    }

    /// The number of bytes of token `id`.
    @inline(__always)
    func length(of id: Int) -> Int { records[id].length }

    func contains(_ id: Int) -> Bool { id >= 0 && id < count && length(of: id) > 0 }

    /// A hash of all ids and bytes, the same for the same vocabulary always: FNV-1a over words of 64 bits.
    var fingerprint: UInt64 {
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        func mix(_ word: UInt64) { hash = (hash ^ word) &* 0x100_0000_01B3 }
        for id in 0 ..< count {
            let record = records[id]
            mix(record.isLong ? UInt64(record.length) : record.low)
            mix(record.isLong ? self[id].reduce(0) { $0 &* 31 &+ UInt64($1) } : record.high)
        }
        return hash
    }

    /// The id of the token that is this word, or nil.
    @inline(__always)
    func id(of key: WordKey, hash: UInt64) -> Int? {
        find(hash) { records[$0].low == key.low && records[$0].high == key.high }
    }

    /// The id of the token of exactly these bytes, or nil.
    func id(of word: UnsafeBufferPointer<UInt8>) -> Int? {
        guard let base = word.baseAddress, word.count > 0 else { return nil }
        guard word.count > WordKey.maximalLength else {
            let key = WordKey(base, length: word.count, available: word.count)
            return id(of: key, hash: hasher.hash(key))
        }
        return id(ofLong: word, hash: hasher.hash(word))
    }

    /// The id of the token whose bytes are those of `left` and then those of `right`, or nil.
    ///
    /// - Precondition: both are tokens.
    func id(ofJoined left: Int, _ right: Int) -> Int? {
        let (first, second) = (records[left], records[right])
        let length = first.length + second.length
        if length <= WordKey.maximalLength {
            let key = WordKey(low: first.low, high: first.high).followed(
                by: WordKey(low: second.low, high: second.high))
            return id(of: key, hash: hasher.hash(key))
        }
        guard length <= longest else { return nil }
        return withUnsafeTemporaryAllocation(of: UInt8.self, capacity: length) { joined in
            let end = joined.update(fromContentsOf: self[left])
            _ = joined[end...].update(fromContentsOf: self[right])
            return id(ofLong: UnsafeBufferPointer(joined), hash: hasher.hash(UnsafeBufferPointer(joined)))
        }
    }

    /// The same for a word of more than 15 bytes whose hash is known.
    func id(ofLong word: UnsafeBufferPointer<UInt8>, hash: UInt64) -> Int? {
        find(hash) { id in
            records[id].high == Record.longMark | UInt64(word.count) && self[id].elementsEqual(word)
        }
    }

    /// False only if no token has this hash.
    @inline(__always)
    func mayContain(hash: UInt64) -> Bool {
        filter[Int(truncatingIfNeeded: hash) & filterMask] &>> (hash &>> 47 & 63) & 1 != 0
    }

    @inline(__always)
    private func find(_ hash: UInt64, _ isEqual: (Int) -> Bool) -> Int? {
        guard mayContain(hash: hash) else { return nil }
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        let tag = UInt32(truncatingIfNeeded: hash >> 53)
        while slots[slot] != Self.empty {
            if slots[slot] >> Self.idBits == tag {
                let id = Int(slots[slot] & (1 << Self.idBits - 1))
                if isEqual(id) { return id }
            }
            slot = (slot &+ 1) & slotMask
        }
        return nil
    }

    /// False if a token of the same bytes is there.
    private func insert(_ id: Int) -> Bool {
        let record = records[id]
        let hash: UInt64
        if record.isLong {
            hash = hasher.hash(self[id])
            guard self.id(ofLong: self[id], hash: hash) == nil else { return false }
        } else {
            let key = WordKey(low: record.low, high: record.high)
            hash = hasher.hash(key)
            guard self.id(of: key, hash: hash) == nil else { return false }
        }
        var slot = Int(truncatingIfNeeded: hash) & slotMask
        while slots[slot] != Self.empty { slot = (slot &+ 1) & slotMask }
        filter[Int(truncatingIfNeeded: hash) & filterMask] |= 1 &<< (hash &>> 47 & 63)
        slots[slot] = UInt32(truncatingIfNeeded: hash >> 53) << Self.idBits | UInt32(id)
        return true
    }
}
