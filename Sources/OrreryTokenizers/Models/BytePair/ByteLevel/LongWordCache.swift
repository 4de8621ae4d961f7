/// The tokens of words that `WordCache` has no room for: of 16 to 255 bytes, or of many tokens.
///
/// An open-addressing table over a block in which bytes and tokens of each word lie side by side. When either is full
/// all is forgotten, which keeps the rule simple and the memory bounded.
struct LongWordCache {
    static let longestWord = 255

    private struct Slot {
        var hash: UInt64 = 0
        var start: UInt32 = 0
        var length: UInt16 = 0
        /// 0 in an empty slot.
        var count: UInt16 = 0
    }

    private static let slotCount = 1 << 15
    private static let capacity = 1 << 19
    private let slots: UnsafeMutablePointer<Slot>
    /// The tokens of each word, then its bytes.
    private let block: UnsafeMutablePointer<UInt32>
    private var used = 0
    private var words = 0

    init() {
        slots = .allocate(capacity: Self.slotCount)
        slots.initialize(repeating: Slot(), count: Self.slotCount)
        block = .allocate(capacity: Self.capacity)
    }

    func deallocate() {
        slots.deallocate()
        block.deallocate()
    }

    /// The tokens of a word, valid until the next `insert`; nil if it is not there.
    func find(_ word: UnsafeBufferPointer<UInt8>, hash: UInt64) -> UnsafeBufferPointer<UInt32>? {
        var index = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
        while slots[index].count > 0 {
            let slot = slots[index]
            if slot.hash == hash && Int(slot.length) == word.count {
                let tokens = UnsafeBufferPointer(start: block + Int(slot.start), count: Int(slot.count))
                let bytes = UnsafeRawBufferPointer(start: block + Int(slot.start) + tokens.count, count: word.count)
                if bytes.elementsEqual(word) { return tokens }
            }
            index = (index + 1) & (Self.slotCount - 1)
        }
        return nil
    }

    /// Adds a word of at most `longestWord` bytes that is not there.
    mutating func insert(_ word: UnsafeBufferPointer<UInt8>, hash: UInt64, _ symbols: UnsafePointer<UInt32>, count: Int)
    {
        let size = count + (word.count + 3) / 4
        if words >= Self.slotCount / 2 || used + size > Self.capacity { removeAll() }
        var index = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
        while slots[index].count > 0 { index = (index + 1) & (Self.slotCount - 1) }
        slots[index] = Slot(hash: hash, start: UInt32(used), length: UInt16(word.count), count: UInt16(count))
        (block + used).update(from: symbols, count: count)
        UnsafeMutableRawPointer(block + used + count).copyMemory(from: word.baseAddress!, byteCount: word.count)
        used += size
        words += 1
    }

    private mutating func removeAll() {
        slots.update(repeating: Slot(), count: Self.slotCount)
        (used, words) = (0, 0)
    }
}
