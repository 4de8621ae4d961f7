#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The ranks of pairs met before, before `ByteLevelMerges` has to be asked.
///
/// One slot per hash, overwritten by whatever pair comes next: a look-up is one load and one comparison, and the memory
/// is bounded. A text meets few of all pairs, so the slots it uses stay in the processor's caches, where a table of all
/// merges would not.
struct PairCache {
    /// 32,768 pairs, 256 KB.
    private static let bits: UInt64 = 15

    fileprivate let rules: ByteLevelMerges
    /// Left id, right id and rank, of 21, 21 and 22 bits, inverted: untouched zero pages are then slots of a pair that
    /// never occurs.
    private let slots: UnsafeMutablePointer<UInt64>
    private let multiplier = UInt64.random(in: 0 ... UInt64.max) | 1

    init(_ rules: ByteLevelMerges) {
        self.rules = rules
        guard let memory = calloc(1 << Int(Self.bits), 8) else { fatalError("PairCache: out of memory") }
        slots = memory.assumingMemoryBound(to: UInt64.self)
    }

    func deallocate() { free(slots) }

    /// The rank of the merge of two tokens, or `Merging.noMerge`.
    func rank(_ left: UInt32, _ right: UInt32) -> UInt32 {
        find(left, right) { rules.rank(left, right) }
    }

    /// The same for tokens whose bytes lie side by side at `bytes`, where sixteen may be read. Most neighbours are no
    /// merge, and most of those make up bytes that the vocabulary's filter knows to be no token.
    @inline(__always)
    func rank(_ left: UInt32, _ right: UInt32, _ bytes: UnsafePointer<UInt8>, length: Int) -> UInt32 {
        guard length <= WordKey.maximalLength else { return rank(left, right) }
        let key = WordKey(SixteenBytes(bytes), length: length)
        let hash = rules.tokens.hasher.hash(key)
        guard rules.tokens.mayContain(hash: hash) else { return Merging.noMerge }
        return find(left, right) { rules.rank(left, right, joined: key, hash: hash) }
    }

    @inline(__always)
    private func find(_ left: UInt32, _ right: UInt32, _ ask: () -> UInt32) -> UInt32 {
        let key = UInt64(left) << 21 | UInt64(right)
        let slot = slots + Int(truncatingIfNeeded: (key &* multiplier) &>> (64 &- Self.bits))
        let word = ~slot.pointee
        if word &>> 22 == key { return UInt32(truncatingIfNeeded: word) & Merging.noMerge }
        let rank = ask()
        slot.pointee = ~(key << 22 | UInt64(rank))
        return rank
    }

    /// Merges `word` and leaves its tokens in `scratch.symbols`, with `Merging.noToken` for a byte without token.
    ///
    /// - Precondition: `word` has 1 to 2^31 - 1 bytes.
    /// - Returns: the number of tokens.
    func merge(_ word: UnsafeBufferPointer<UInt8>, _ scratch: MergeScratch) -> Int {
        scratch.begin(count: word.count)
        let (symbols, byteTokens) = (scratch.symbols, rules.byteTokens)
        var count = 0
        func keep(_ id: UInt32, _ start: Int, _ end: Int) {
            symbols[count] = id
            count &+= 1
        }
        var index = 0
        if word.count <= MergeScratch.longestScan {
            let bytes = scratch.bytes
            while index < word.count {
                bytes[index] = word[index]
                symbols[index] = byteTokens[Int(word[index])]
                index &+= 1
            }
            ShortBytePairs(pairs: self, bytes: UnsafePointer(bytes)).merge(scratch, keep)
        } else {
            while index < word.count {
                symbols[index] = byteTokens[Int(word[index])]
                index &+= 1
            }
            LongBytePairs(pairs: self, bytes: word.baseAddress!).merge(scratch, keep)
        }
        return count
    }
}

/// The rule for the bytes of a word, each a symbol: what `ByteLevelMerges` says, remembered by `PairCache`.
private protocol BytePairs: MergeRule {
    var pairs: PairCache { get }
    var bytes: UnsafePointer<UInt8> { get }
}

extension BytePairs {
    @inline(__always)
    func firstRank(_ left: UInt32, _ right: UInt32, from start: Int) -> UInt32 {
        pairs.rules.rank(ofBytes: bytes[start], bytes[start &+ 1])
    }

    @inline(__always)
    func result(ofRank rank: UInt32, from start: Int) -> UInt32 { pairs.rules.result(ofRank: rank) }
}

/// For words of which sixteen bytes may be read wherever a symbol starts.
private struct ShortBytePairs: BytePairs {
    let pairs: PairCache
    let bytes: UnsafePointer<UInt8>

    @inline(__always)
    func rank(_ left: UInt32, _ right: UInt32, from start: Int, over middle: Int, to end: Int) -> UInt32 {
        pairs.rank(left, right, bytes + start, length: end &- start)
    }
}

/// For words of any length.
private struct LongBytePairs: BytePairs {
    let pairs: PairCache
    let bytes: UnsafePointer<UInt8>

    @inline(__always)
    func rank(_ left: UInt32, _ right: UInt32, from start: Int, over middle: Int, to end: Int) -> UInt32 {
        pairs.rank(left, right)
    }
}
