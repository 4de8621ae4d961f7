/// FNV-1a (www.isthe.com/chongo/tech/comp/fnv) over words of eight bytes. Each step is a bijection of the state, so a
/// change of one word is always seen: it tells a damaged file, not a forged one.
struct Checksum {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    mutating func add(_ word: UInt64) { value = (value ^ word) &* 0x100_0000_01b3 }

    /// Whole words, then what is left of the last one, filled with zeros.
    mutating func add(_ bytes: UnsafeRawBufferPointer) {
        let words = bytes.count / 8
        for i in 0 ..< words { add(UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: i * 8, as: UInt64.self))) }
        if bytes.count % 8 > 0 { add(bytes[(words * 8)...].reversed().reduce(0) { $0 << 8 | UInt64($1) }) }
    }

    mutating func add(_ bytes: [UInt8]) { bytes.withUnsafeBytes { add($0) } }
}
