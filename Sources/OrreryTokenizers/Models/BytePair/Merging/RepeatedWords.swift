#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// The tokens of the words of one text, so that a word which comes again is not merged again.
///
/// Words are remembered by their place in the text, not copied. The table has a fixed size; when it is full enough, new
/// words are merged each time.
struct RepeatedWords {
    private static let longestWord = 64
    private static let largestTable = 1 << 16

    private struct Entry {
        var start: Int32 = 0
        var length: Int32 = 0
        var firstToken: Int32 = 0
        var tokenCount: Int32 = 0
        var hash: UInt64 = 0
    }

    private var entries: [Entry]
    private var freeEntries: Int
    /// The tokens of all words that are remembered, then those of a word that is not.
    private(set) var tokens: [(id: TokenID, length: Int32)] = []
    private var remembered = 0
    private let seed = ByteHash.currentSeed

    init(textLength: Int) {
        var size = 16
        while size < min(textLength / 8, Self.largestTable) { size *= 2 }
        entries = [Entry](repeating: Entry(), count: size)
        freeEntries = size / 2
    }

    /// Where in `tokens` those of `word` are, until the next call.
    ///
    /// - Parameters:
    ///   - start: where `word` stands in `text`, which is the same in every call.
    ///   - make: appends the tokens of a word that is new.
    @inline(__always)
    mutating func range(
        of word: UnsafeBufferPointer<UInt8>, at start: Int, in text: UnsafeBufferPointer<UInt8>,
        make: (inout [(id: TokenID, length: Int32)]) -> Void
    ) -> Range<Int> {
        let hash = word.count <= Self.longestWord ? ByteHash.hash(word.baseAddress!, count: word.count, seed: seed) : 0
        let mask = entries.count - 1
        var place = Int(truncatingIfNeeded: hash) & mask
        while word.count <= Self.longestWord, entries[place].length != 0 {
            let entry = entries[place]
            if entry.hash == hash, Int(entry.length) == word.count,
                memcmp(text.baseAddress! + Int(entry.start), word.baseAddress!, word.count) == 0
            {
                return Int(entry.firstToken) ..< Int(entry.firstToken + entry.tokenCount)
            }
            place = (place + 1) & mask
        }
        if tokens.count > remembered { tokens.removeLast(tokens.count - remembered) }
        make(&tokens)
        let range = remembered ..< tokens.count
        if word.count <= Self.longestWord, freeEntries > 0 {
            freeEntries -= 1
            entries[place] = Entry(
                start: Int32(start), length: Int32(word.count), firstToken: Int32(remembered),
                tokenCount: Int32(range.count), hash: hash)
            remembered = tokens.count
        }
        return range
    }
}
