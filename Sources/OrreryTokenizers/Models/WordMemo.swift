/// The tokens of words that were seen, so that a word which comes again is not cut again.
///
/// Its size is bounded: when it is full it is emptied.
struct WordMemo {
    static let longestWord = 64
    private static let slotCount = 1 << 15
    private static let maximalBytes = 1 << 21

    private struct Entry {
        var hash: UInt64 = 0
        var wordStart: Int32 = 0
        var wordLength: Int32 = 0
        var tokenStart: Int32 = 0
        var tokenCount: Int32 = 0
    }

    private var slots: [Int32] = []
    private var entries: [Entry] = []
    private var words: [UInt8] = []
    private var tokens: [ModelWorkspace.Token] = []

    /// Appends the tokens of `word`, which stands at `offset`, to `output`; false where it is not known.
    @inline(__always)
    func append(
        _ word: UnsafeBufferPointer<UInt8>, hash: UInt64, at offset: Int32 = 0, to output: inout [ModelWorkspace.Token]
    ) -> Bool {
        guard !slots.isEmpty else { return false }
        var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
        while slots[slot] >= 0 {
            let entry = entries[Int(slots[slot])]
            if entry.hash == hash, Int(entry.wordLength) == word.count, isEqual(entry, word) {
                let start = Int(entry.tokenStart)
                for token in tokens[start ..< start + Int(entry.tokenCount)] {
                    output.append(
                        ModelWorkspace.Token(id: token.id, start: token.start + offset, end: token.end + offset))
                }
                return true
            }
            slot = (slot + 1) & (Self.slotCount - 1)
        }
        return false
    }

    @inline(__always)
    private func isEqual(_ entry: Entry, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        words.withUnsafeBufferPointer { words in
            let base = Int(entry.wordStart)
            for place in 0 ..< word.count where words[base + place] != word[place] { return false }
            return true
        }
    }

    /// A hash of `word`, or nil where it is too long to be kept.
    @inline(__always)
    static func hash(_ word: UnsafeBufferPointer<UInt8>) -> UInt64? {
        word.count <= longestWord ? ByteHash.hash(word.baseAddress!, count: word.count) : nil
    }

    mutating func insert(
        _ word: UnsafeBufferPointer<UInt8>, hash: UInt64, at offset: Int32 = 0,
        _ added: ArraySlice<ModelWorkspace.Token>
    ) {
        if slots.isEmpty || entries.count * 2 >= Self.slotCount || words.count + tokens.count * 12 > Self.maximalBytes {
            clear()
        }
        var slot = Int(truncatingIfNeeded: hash) & (Self.slotCount - 1)
        while slots[slot] >= 0 { slot = (slot + 1) & (Self.slotCount - 1) }
        slots[slot] = Int32(entries.count)
        entries.append(
            Entry(
                hash: hash, wordStart: Int32(words.count), wordLength: Int32(word.count),
                tokenStart: Int32(tokens.count),
                tokenCount: Int32(added.count)))
        words.append(contentsOf: word)
        for token in added {
            tokens.append(ModelWorkspace.Token(id: token.id, start: token.start - offset, end: token.end - offset))
        }
    }

    private mutating func clear() {
        slots = [Int32](repeating: -1, count: Self.slotCount)
        entries.removeAll(keepingCapacity: true)
        words.removeAll(keepingCapacity: true)
        tokens.removeAll(keepingCapacity: true)
    }
}
