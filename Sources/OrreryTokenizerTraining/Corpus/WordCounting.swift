import Dispatch
import OrreryTokenizers
import Synchronization

/// Counts the words of a corpus on several threads, in bounded memory.
///
/// Pieces are counted in rounds of `bytesPerRound`, whatever the number of threads. After a round the tables of all
/// threads become one, and where that is larger than `memoryLimit`, its rarest words are forgotten (as word2vec does,
/// and as lossy counting: Manku and Motwani 2002). What is forgotten depends on the corpus and the limit alone. Memory
/// is at most the limit and what one round can add, which for ordinary text is a tenth of its bytes, and for text
/// without any repetition about six times.
struct WordCounting {
    var threads: Int
    /// Bytes of the table of all words, from which on rare ones are forgotten.
    var memoryLimit: Int
    var report: TokenizerTrainer.ProgressHandler

    static let bytesPerRound = 128 << 20

    /// Counts one piece. The table is the thread's own.
    typealias CountPiece =
        @Sendable (_ text: UnsafeBufferPointer<UInt8>, _ piece: Range<Int>, _ tally: WordTally) throws -> Void

    /// - Throws: the error of the first piece that has one, or what `report` throws.
    func count(_ corpus: TrainingCorpus, cutting rule: CutRule, _ body: @escaping CountPiece) throws -> WordTable {
        let pieces = corpus.pieces()
        let hasher = WordHasher()
        var total: WordTable?
        let done = Atomic<Int>(0)
        for round in Self.rounds(of: pieces) {
            var tables = try count(round, rule, hasher, done, corpus.byteCount, body)
            // The order in which tables are added changes nothing but the time.
            tables.sort { $0.count > $1.count }
            let sum = total ?? tables.removeFirst()
            for table in tables { sum.add(table) }
            sum.shrink(to: memoryLimit)
            total = sum
        }
        return total ?? WordTable(hasher)
    }

    private static func rounds(of pieces: [CorpusPiece]) -> [ArraySlice<CorpusPiece>] {
        var rounds: [ArraySlice<CorpusPiece>] = []
        var (first, bytes) = (0, 0)
        for (index, piece) in pieces.enumerated() {
            bytes += piece.byteCount
            if bytes >= bytesPerRound || index == pieces.count - 1 {
                rounds.append(pieces[first ... index])
                (first, bytes) = (index + 1, 0)
            }
        }
        return rounds
    }

    private func count(
        _ pieces: ArraySlice<CorpusPiece>, _ rule: CutRule, _ hasher: WordHasher, _ done: borrowing Atomic<Int>,
        _ bytes: Int,
        _ body: CountPiece
    ) throws -> [WordTable] {
        struct Outcome: @unchecked Sendable {
            var tables: [WordTable] = []
            var failure: (piece: Int, error: any Error)?
        }
        let outcome = Mutex(Outcome())
        let next = Atomic<Int>(pieces.startIndex)
        let workers = max(1, min(threads, pieces.count))
        DispatchQueue.concurrentPerform(iterations: workers) { _ in
            let (reader, tally) = (CorpusReader(), WordTally(hasher))
            while true {
                let index = next.wrappingAdd(1, ordering: .relaxed).oldValue
                guard index < pieces.endIndex, outcome.withLock({ $0.failure == nil }) else { break }
                do {
                    let count = try reader.withBytes(of: pieces[index].document) { text in
                        guard let range = rule.range(ofPiece: pieces[index].index, in: text) else { return 0 }
                        try body(text, range, tally)
                        return range.count
                    }
                    let completed = done.wrappingAdd(count, ordering: .relaxed).newValue
                    try report(TokenizerTrainer.Progress(stage: .counting, completed: completed, total: bytes))
                } catch {
                    outcome.withLock { outcome in
                        if outcome.failure.map({ index < $0.piece }) ?? true { outcome.failure = (index, error) }
                    }
                }
            }
            let boxed = Boxed(table: tally.table)
            outcome.withLock { $0.tables.append(boxed.table) }
        }
        return try outcome.withLock { outcome in
            if let failure = outcome.failure { throw failure.error }
            return outcome.tables
        }
    }

    /// A table on its way from one thread to another.
    private struct Boxed: @unchecked Sendable { let table: WordTable }
}
