#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Cuts text into words and counts them: one thread's part of `WordCounting`.
///
/// In turns of a few dozen words: first they are all cut, then all looked up, so that the processor waits for many
/// entries of the table at once (as `BytePairEncoder` does).
package final class WordTally {
    package let table: WordTable
    private let batch: UnsafeMutablePointer<CutWord>

    private static let batchSize = 256
    /// A regular-expression engine has the whole text before it, in UTF-16, with all its matches.
    private static let longestForRegex = 1 << 28

    private struct CutWord {
        var key: WordKey
        var hash: UInt64
    }

    package init(_ hasher: WordHasher) {
        table = WordTable(hasher)
        batch = .allocate(capacity: Self.batchSize)
    }

    deinit { batch.deallocate() }

    /// Counts the words of `text` from `start`, where one starts, to `end`, where one ends. The scanner sees what
    /// follows.
    func count(_ text: ScannedText, from start: Int, to end: Int, _ scanner: some WordScanner) {
        let (batch, table, hasher) = (batch, table, table.short.hasher)
        let short = table.short
        let bytes = text.bytes
        var start = start
        var count = 0

        @inline(__always)
        func add(_ key: WordKey) {
            let hash = hasher.hash(key)
            short.prefetch(hash: hash)
            batch[count] = CutWord(key: key, hash: hash)
            count &+= 1
        }
        @inline(__always)
        func flush() {
            for index in 0 ..< count { short.add(batch[index].key, hash: batch[index].hash, count: 1) }
            count = 0
        }
        while start < end {
            if count > Self.batchSize - ASCIIBlock.size { flush() }
            // A block has at most 64 words; 16 bytes may be read from the start of each.
            if end &- start >= ASCIIBlock.size + 16, (bytes[start] | bytes[start &+ 1]) < 0x80 {
                var ends = scanner.wordStarts(in: ASCIIBlock(bytes + start), bytes + start) & ~1
                if ends != 0 {
                    let base = start
                    repeat {
                        let next = base &+ ends.trailingZeroBitCount
                        ends &= ends &- 1
                        if next &- start <= WordKey.maximalLength {
                            add(WordKey(SixteenBytes(bytes + start), length: next &- start))
                        } else {
                            table.long.add(UnsafeBufferPointer(start: bytes + start, count: next &- start), count: 1)
                        }
                        start = next
                    } while ends != 0
                    continue
                }
            }
            let length = Self.lengthOfWord(in: text, from: start, scanner)
            if length <= WordKey.maximalLength {
                add(WordKey(bytes + start, length: length, available: text.count &- start))
            } else {
                table.long.add(UnsafeBufferPointer(start: bytes + start, count: length), count: 1)
            }
            start &+= length
        }
        flush()
    }

    /// Out of line, so that the loop around plain words keeps its registers.
    @inline(never)
    private static func lengthOfWord(in text: ScannedText, from start: Int, _ scanner: some WordScanner) -> Int {
        scanner.endOfWord(in: text, from: start) &- start
    }

    /// The texts of a piece: its lines, or the piece itself.
    package enum Unit { case lines, whole }

    /// Counts the words of all texts of a piece.
    package func count(
        _ utf8: UnsafeBufferPointer<UInt8>, _ piece: Range<Int>, unit: Unit, _ splitter: WordSplitter
    ) throws {
        switch splitter.cutter {
        case .gpt2(let scanner): count(utf8, piece, unit, scanner)
        case .cl100k(let scanner): count(utf8, piece, unit, scanner)
        case .o200k(let scanner): count(utf8, piece, unit, scanner)
        case .none(let scanner): count(utf8, piece, unit, scanner)
        case .regex, .steps:
            try forEachText(utf8, piece, unit) { text in
                guard text.count <= Self.longestForRegex else {
                    throw TokenizerError.invalid(
                        "holds a text of \(text.count) bytes; expected at most \(Self.longestForRegex) with a pattern of one's own, or lines as texts"
                    )
                }
                var start = 0
                for end in try splitter.wordEnds(of: text) {
                    table.add(UnsafeBufferPointer(rebasing: text[start ..< end]))
                    start = end
                }
            }
        }
    }

    private func count(
        _ utf8: UnsafeBufferPointer<UInt8>, _ piece: Range<Int>, _ unit: Unit,
        _ scanner: some WordScanner
    ) {
        switch unit {
        case .whole:
            if !piece.isEmpty { count(ScannedText(utf8), from: piece.lowerBound, to: piece.upperBound, scanner) }
        case .lines: forEachText(utf8, piece, unit) { count(ScannedText($0), from: 0, to: $0.count, scanner) }
        }
    }

    private func forEachText(
        _ utf8: UnsafeBufferPointer<UInt8>, _ piece: Range<Int>, _ unit: Unit,
        _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) rethrows {
        guard unit == .lines else { return try body(UnsafeBufferPointer(rebasing: utf8[piece])) }
        var start = piece.lowerBound
        while start < piece.upperBound {
            let line = UnsafeBufferPointer(rebasing: utf8[start ..< piece.upperBound])
            let length = line.endOfLine
            try body(UnsafeBufferPointer(rebasing: line[..<length]))
            start += length
        }
    }
}

extension UnsafeBufferPointer<UInt8> {
    /// The length of the first line, its line break included.
    package var endOfLine: Int {
        guard let base = baseAddress, let newline = memchr(base, 0x0A, count) else { return count }
        return UnsafeRawPointer(newline) - UnsafeRawPointer(base) + 1
    }
}
