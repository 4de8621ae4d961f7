/// How often each word was met.
///
/// Its order is that of hashes and changes from run to run; who needs an order sorts.
package final class WordTable {
    let short: ShortWordTable
    let long: LongWordTable
    /// What was dropped to stay within the memory, if anything was.
    package private(set) var dropped: (upTo: Int, words: Int) = (0, 0)

    /// - Parameter hasher: the same for all tables that will be added to each other.
    package init(_ hasher: WordHasher = WordHasher()) {
        short = ShortWordTable(hasher)
        long = LongWordTable(hasher)
    }

    /// Distinct words.
    package var count: Int { short.count + long.count }

    /// Memory held.
    var byteCount: Int { short.byteCount + long.byteCount }

    package func add(_ word: UnsafeBufferPointer<UInt8>, count: Int = 1) {
        guard let base = word.baseAddress, word.count > 0 else { return }
        if word.count <= WordKey.maximalLength {
            let key = WordKey(base, length: word.count, available: word.count)
            short.add(key, hash: short.hasher.hash(key), count: count)
        } else {
            long.add(word, count: count)
        }
    }

    package func add(_ other: WordTable) {
        short.add(other.short)
        long.add(other.long)
    }

    /// Forgets rare words, the rarest first and all that are as rare, until `limit` bytes are enough.
    package func shrink(to limit: Int) {
        while byteCount > limit {
            let (before, rare) = (count, dropped.upTo + 1)
            short.drop(upTo: rare)
            long.drop(upTo: rare)
            dropped = (rare, dropped.words + before - count)
            if count == 0 { return }
        }
    }

    /// Calls `body` with each word, whose bytes are valid during the call, and how often it was met.
    package func forEach(_ body: (UnsafeBufferPointer<UInt8>, Int) throws -> Void) rethrows {
        try short.forEachEntry { entry in
            let bytes = UnsafeRawPointer(entry).assumingMemoryBound(to: UInt8.self)
            try body(UnsafeBufferPointer(start: bytes, count: Int(entry.pointee.high >> 56)), entry.pointee.count)
        }
        try long.forEach(body)
    }
}
