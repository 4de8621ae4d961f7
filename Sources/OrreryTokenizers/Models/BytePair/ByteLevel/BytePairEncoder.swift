/// One thread's encoder: the model, caches of words, and working memory.
///
/// Not `Sendable`: `WorkspacePool` lends each to one thread at a time.
final class BytePairEncoder {
    private let model: BytePairModel
    private let scratch = MergeScratch()
    private let pairs: PairCache
    private let cache: WordCache
    private var longWords = LongWordCache()
    private let batch: UnsafeMutablePointer<CutWord>
    private let output: UnsafeMutablePointer<Int32>

    /// 131,072 words, 4 MB: of a text of 10 MB all words fit.
    private static let cacheBuckets = 1 << 16
    /// Words that are cut before they are looked up.
    private static let batchSize = 256
    /// A word of a batch writes at most 15 tokens, and up to three more in passing.
    private static let outputCapacity = batchSize * WordKey.maximalLength + 4
    /// Positions in a word are numbers of 32 bits.
    private static let longestWord = Int(Int32.max)

    init(_ model: BytePairModel) {
        self.model = model
        pairs = PairCache(model.rules)
        cache = WordCache(buckets: Self.cacheBuckets)
        batch = .allocate(capacity: Self.batchSize)
        output = .allocate(capacity: Self.outputCapacity)
    }

    deinit {
        pairs.deallocate()
        batch.deallocate()
        output.deallocate()
        cache.deallocate()
        longWords.deallocate()
    }

    /// Appends the tokens of `text`, cut into words by `scanner`.
    ///
    /// In turns of a few dozen words: first they are all cut, then all looked up. What a look-up waits for is memory,
    /// and in a loop of nothing else the processor waits for many at once.
    ///
    /// - Throws: `TokenizerError` naming a byte that has no token.
    func encode(_ text: ScannedText, _ scanner: some WordScanner, into ids: inout [TokenID]) throws {
        var start = 0
        while start < text.count {
            let count = cut(text, from: &start, scanner)
            try lookUp(count, in: text, into: &ids)
        }
    }

    /// Cuts words until `batch` is full or the text ends, and returns their number.
    private func cut(_ text: ScannedText, from position: inout Int, _ scanner: some WordScanner) -> Int {
        let (batch, cache, hasher) = (batch, cache, model.tokens.hasher)
        let (bytes, end) = (text.bytes, text.count)
        var start = position
        var count = 0

        /// - Precondition: 16 bytes from `start` may be read.
        @inline(__always)
        func add(start: Int, length: Int) {
            let key: WordKey
            if length <= WordKey.maximalLength {
                key = WordKey(SixteenBytes(bytes + start), length: length)
            } else {
                key = WordKey(low: UInt64(truncatingIfNeeded: length), high: 0)
            }
            let hash = hasher.hash(key)
            cache.prefetch(hash: hash)
            batch[count] = CutWord(key: key, hash: hash, start: start)
            count &+= 1
        }

        // A block has at most 64 words.
        while count <= Self.batchSize - ASCIIBlock.size && end &- start >= ASCIIBlock.size + 16 {
            // Words of other scripts come one by one.
            if (bytes[start] | bytes[start &+ 1]) < 0x80 {
                var ends = scanner.wordStarts(in: ASCIIBlock(bytes + start), bytes + start) & ~1
                if ends != 0 {
                    let base = start
                    repeat {
                        let next = base &+ ends.trailingZeroBitCount
                        ends &= ends &- 1
                        add(start: start, length: next &- start)
                        start = next
                    } while ends != 0
                    continue
                }
            }
            let length = Self.lengthOfWord(in: text, from: start, scanner)
            if length <= end &- start &- 16 {
                add(start: start, length: length)
                start &+= length
            } else {
                break
            }
        }
        if count > 0 || start == end {
            position = start
            return count
        }

        // The last words of the text.
        while count < Self.batchSize && start < end {
            let length = Self.lengthOfWord(in: text, from: start, scanner)
            let key =
                length <= WordKey.maximalLength
                ? WordKey(bytes + start, length: length, available: end &- start)
                : WordKey(low: UInt64(truncatingIfNeeded: length), high: 0)
            batch[count] = CutWord(key: key, hash: hasher.hash(key), start: start)
            count &+= 1
            start &+= length
        }
        position = start
        return count
    }

    /// Out of line, so that the loop around plain words keeps its registers.
    @inline(never)
    private static func lengthOfWord(in text: ScannedText, from start: Int, _ scanner: some WordScanner) -> Int {
        scanner.endOfWord(in: text, from: start) &- start
    }

    /// Appends the tokens of the first `count` words of `batch`.
    private func lookUp(_ count: Int, in text: ScannedText, into ids: inout [TokenID]) throws {
        let (cache, output, batch) = (cache, output, batch)
        var written = 0
        var index = 0
        while index < count {
            let word = batch + index
            index &+= 1
            if let entry = cache.find(word.pointee.key, hash: word.pointee.hash),
                entry.pointee.tokenCount <= WordCache.mostTokens
            {
                UnsafeMutableRawPointer(output + written).storeBytes(of: entry.pointee.ids, as: SIMD4<Int32>.self)
                written &+= entry.pointee.tokenCount
                continue
            }
            let tokens = try tokens(of: word.pointee, in: text)
            if tokens.count <= WordKey.maximalLength {
                UnsafeMutableRawPointer(output + written).copyMemory(
                    from: tokens.baseAddress!, byteCount: 4 &* tokens.count)
                written &+= tokens.count
            } else {
                ids.append(contentsOf: UnsafeBufferPointer(start: output, count: written))
                ids.append(contentsOf: tokens)
                written = 0
            }
        }
        ids.append(contentsOf: UnsafeBufferPointer(start: output, count: written))
    }

    /// A word between cutting and look-up. Of one longer than a key the key's `high` is 0 and its `low` the length.
    private struct CutWord {
        var key: WordKey
        var hash: UInt64
        var start: Int
    }

    /// The tokens of a word that is not in `cache`, valid until the next call.
    @inline(never)
    private func tokens(of cut: CutWord, in text: ScannedText) throws -> UnsafeBufferPointer<Int32> {
        let (key, hash) = (cut.key, cut.hash)
        if key.high == 0 {
            let word = UnsafeBufferPointer(start: text.bytes + cut.start, count: Int(key.low))
            return try tokens(ofLong: word, hash: model.tokens.hasher.hash(word), at: cut.start)
        }
        let word = UnsafeBufferPointer(start: text.bytes + cut.start, count: Int(key.high &>> 56))
        if cache.find(key, hash: hash) != nil { return try tokens(ofLong: word, hash: hash, at: cut.start) }
        let count: Int
        if model.takesWholeWords, let id = model.tokens.id(of: key, hash: hash) {
            scratch.symbols[0] = UInt32(truncatingIfNeeded: id)
            count = 1
        } else {
            count = try merge(word, at: cut.start)
        }
        cache.insert(key, hash: hash, scratch.symbols, count: count)
        return result(count)
    }

    /// The tokens of a word that `cache` does not hold.
    private func tokens(
        ofLong word: UnsafeBufferPointer<UInt8>, hash: UInt64, at start: Int
    ) throws -> UnsafeBufferPointer<Int32> {
        let isCached = word.count <= LongWordCache.longestWord
        if isCached, let tokens = longWords.find(word, hash: hash) {
            return UnsafeRawBufferPointer(tokens).bindMemory(to: Int32.self)
        }
        let count: Int
        if word.count > WordKey.maximalLength, model.takesWholeWords, let id = model.tokens.id(ofLong: word, hash: hash)
        {
            scratch.symbols[0] = UInt32(truncatingIfNeeded: id)
            count = 1
        } else {
            count = try merge(word, at: start)
        }
        if isCached { longWords.insert(word, hash: hash, scratch.symbols, count: count) }
        return result(count)
    }

    private func result(_ count: Int) -> UnsafeBufferPointer<Int32> {
        UnsafeRawBufferPointer(start: scratch.symbols, count: 4 * count).bindMemory(to: Int32.self)
    }

    /// Leaves the tokens of a word in `scratch.symbols` and returns their number.
    private func merge(_ word: UnsafeBufferPointer<UInt8>, at start: Int) throws -> Int {
        guard word.count <= Self.longestWord else {
            throw TokenizerError.invalid(
                "the word at byte \(start) has \(word.count) bytes; expected at most \(Self.longestWord)")
        }
        let count = pairs.merge(word, scratch)
        for index in 0 ..< count where scratch.symbols[index] == Merging.noToken {
            let missing = word.first { model.rules.byteTokens[Int($0)] == Merging.noToken }!
            throw TokenizerError.byteWithoutToken(missing, wordStart: start)
        }
        return count
    }
}
