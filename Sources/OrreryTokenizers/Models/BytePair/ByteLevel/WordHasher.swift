/// Hashes of words. The seed is drawn anew for each table, so that no file or text can be made to collide.
package struct WordHasher {
    private let seed: UInt64

    package init() { seed = UInt64.random(in: 0 ... UInt64.max) }

    @inline(__always)
    func hash(_ key: WordKey) -> UInt64 { fold(key.low ^ seed, key.high ^ 0x9E37_79B9_7F4A_7C15) }

    /// The hash of a word of more than 15 bytes.
    func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64 {
        let raw = UnsafeRawBufferPointer(word)
        var state = seed ^ UInt64(truncatingIfNeeded: word.count)
        var position = 0
        while position + 16 < word.count {
            state = block(raw, position, state)
            position += 16
        }
        // The last 16 bytes, which may overlap the block before.
        return fold(block(raw, word.count - 16, state), 0xD6E8_FEB8_6659_FD93)
    }

    @inline(__always)
    private func block(_ raw: UnsafeRawBufferPointer, _ position: Int, _ state: UInt64) -> UInt64 {
        fold(
            raw.loadUnaligned(fromByteOffset: position, as: UInt64.self) ^ state,
            raw.loadUnaligned(fromByteOffset: position + 8, as: UInt64.self) ^ 0xA076_1D64_78BD_642F)
    }

    /// Both halves of the 128-bit product, mixed: one multiplication in which every bit of either factor counts
    /// (wyhash's step).
    @inline(__always)
    private func fold(_ a: UInt64, _ b: UInt64) -> UInt64 {
        let product = a.multipliedFullWidth(by: b)
        return product.high ^ product.low
    }
}
