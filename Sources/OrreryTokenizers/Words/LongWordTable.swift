#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// How often words of more than 15 bytes were met. Their bytes stand side by side in one block.
final class LongWordTable {
    private struct Slot {
        var hash: UInt64 = 0
        var start = 0
        /// 0 where the slot is free.
        var length = 0
        var count = 0
    }

    private(set) var count = 0
    private var slots = [Slot](repeating: Slot(), count: 1 << 10)
    private var block: UnsafeMutablePointer<UInt8>
    private var used = 0
    private var capacity = 1 << 16
    private let hasher: WordHasher

    init(_ hasher: WordHasher) {
        self.hasher = hasher
        block = .allocate(capacity: capacity)
    }

    deinit { block.deallocate() }

    var byteCount: Int { slots.count * MemoryLayout<Slot>.stride + capacity }

    /// - Precondition: the word has more than 15 bytes.
    func add(_ word: UnsafeBufferPointer<UInt8>, count added: Int) {
        let hash = hasher.hash(word)
        let mask = slots.count - 1
        var index = Int(truncatingIfNeeded: hash) & mask
        while slots[index].length != 0 {
            let slot = slots[index]
            if slot.hash == hash && slot.length == word.count
                && memcmp(block + slot.start, word.baseAddress!, word.count) == 0
            {
                slots[index].count += added
                return
            }
            index = (index + 1) & mask
        }
        reserve(word.count)
        (block + used).update(from: word.baseAddress!, count: word.count)
        slots[index] = Slot(hash: hash, start: used, length: word.count, count: added)
        used += word.count
        count += 1
        if count * 8 > slots.count * 5 { grow() }
    }

    private func reserve(_ bytes: Int) {
        guard used + bytes > capacity else { return }
        let newCapacity = max(capacity * 2, used + bytes)
        let newBlock = UnsafeMutablePointer<UInt8>.allocate(capacity: newCapacity)
        newBlock.update(from: block, count: used)
        block.deallocate()
        (block, capacity) = (newBlock, newCapacity)
    }

    private func grow() {
        var larger = [Slot](repeating: Slot(), count: slots.count * 2)
        let mask = larger.count - 1
        for slot in slots where slot.length != 0 {
            var index = Int(truncatingIfNeeded: slot.hash) & mask
            while larger[index].length != 0 { index = (index + 1) & mask }
            larger[index] = slot
        }
        slots = larger
    }

    func add(_ other: LongWordTable) { other.forEach { add($0, count: $1) } }

    /// Forgets the words that were met at most `rare` times.
    func drop(upTo rare: Int) {
        let kept = LongWordTable(hasher)
        forEach { if $1 > rare { kept.add($0, count: $1) } }
        swap(&slots, &kept.slots)
        swap(&block, &kept.block)
        (used, kept.used) = (kept.used, used)
        (capacity, kept.capacity) = (kept.capacity, capacity)
        count = kept.count
    }

    func forEach(_ body: (UnsafeBufferPointer<UInt8>, Int) throws -> Void) rethrows {
        for slot in slots where slot.length != 0 {
            try body(UnsafeBufferPointer(start: block + slot.start, count: slot.length), slot.count)
        }
    }
}
