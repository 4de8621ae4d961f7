internal import CTokenizers
import OrreryTokenizers

/// What distinguishes one way of learning merges from another.
protocol MergePolicy: MergeOrder {
    /// The token that two neighbours become, or nil where this pair never merges: it is passed over, and stays two
    /// symbols.
    mutating func merge(_ left: UInt32, _ right: UInt32) -> UInt32?

    /// Whether two symbols may ever merge. Asked once for each pair that comes up.
    func allows(_ left: UInt32, _ right: UInt32) -> Bool

    /// Tokens there are.
    var count: Int { get }
}

/// Byte-pair learning (Sennrich et al. 2016, arXiv:1508.07909) over words and their counts: again and again the pair
/// that is met most often becomes a symbol.
///
/// Pair counts are kept up to date as merges change words; a candidate's count is corrected when it comes to the top of
/// the queue, so that pairs which only became rarer cost nothing. A merge goes through the words that its candidate
/// lists, and through nothing else. All sums are of integers, so no order of words or threads can change what is
/// learnt.
struct MergeLearner<Policy: MergePolicy>: ~Copyable {
    private(set) var policy: Policy
    /// The pairs in the order they were merged, and what they became.
    private(set) var merges: [(pair: SymbolPair, result: UInt32)] = []

    private let words: SymbolWords
    private let counts: PairCounts
    private var queue: MergeQueue<Policy>
    private var occurrences: MergeOccurrences
    /// Symbols before the merged pair, and behind it.
    private var before: NeighbourChanges
    private var behind: NeighbourChanges

    /// Counts the pairs of `words`, which merging then changes.
    init(_ words: SymbolWords, policy: Policy) {
        self.policy = policy
        self.words = words
        let initial = InitialPairs(words, policy)
        let candidates = initial.candidates
        counts = initial.counts
        queue = MergeQueue(capacity: candidates.count * 2)
        occurrences = initial.takeOccurrences()
        before = NeighbourChanges(capacity: policy.count)
        behind = NeighbourChanges(capacity: policy.count)
        for candidate in candidates where candidate.count > 0 { queue.push(candidate, policy) }
    }

    /// Learns merges until there are `vocabularySize` tokens, or no pair is left that was met `minimalFrequency` times.
    ///
    /// - Parameter progress: called with the number of tokens after each merge. What it throws ends the learning.
    mutating func learn(vocabularySize: Int, minimalFrequency: Int, _ progress: (Int) throws -> Void) rethrows {
        while policy.count < vocabularySize, var candidate = queue.top {
            let count = counts[candidate.pair]
            if count != candidate.count {
                // It became rarer since; or, where two ways lead to one token, more frequent.
                candidate.count = count
                queue.replaceTop(with: candidate, policy)
                continue
            }
            guard count >= max(1, minimalFrequency) else { break }
            queue.removeTop(policy)
            let (left, right) = (candidate.pair.left, candidate.pair.right)
            guard let result = policy.merge(left, right) else { continue }
            merges.append((candidate.pair, result))
            before.reserve(policy.count)
            behind.reserve(policy.count)
            mergeAll(left, right, into: result, in: candidate.words)
            takeChanges(left, right, result)
            try progress(policy.count)
        }
    }

    /// Words of a list whose cells are asked for before they are needed: they are all over memory.
    private static var lookAhead: Int { 12 }

    private mutating func mergeAll(_ left: UInt32, _ right: UInt32, into result: UInt32, in list: Range<Int>) {
        let (cells, numbers) = (words.cells, occurrences.words)
        for index in list {
            if index &+ Self.lookAhead < list.upperBound {
                orrery_prefetch(cells + Int(numbers[index &+ Self.lookAhead]))
            }
            merge(left, right, into: result, in: numbers[index], cells)
        }
    }

    /// Merges a pair wherever it stands in a word, from left to right.
    @inline(__always)
    private mutating func merge(
        _ left: UInt32, _ right: UInt32, into result: UInt32, in number: SymbolWords.Number,
        _ cells: UnsafeMutablePointer<UInt32>
    ) {
        let word = cells + Int(number)
        let (length, count) = (Int(word[0]), SymbolWords.count(of: word))
        let symbols = word + SymbolWords.headerCells
        var (source, target) = (0, 0)
        while source < length {
            let symbol = symbols[source]
            guard symbol == left, source &+ 1 < length, symbols[source &+ 1] == right else {
                symbols[target] = symbol
                (source, target) = (source &+ 1, target &+ 1)
                continue
            }
            if target > 0 {
                let previous = symbols[target &- 1]
                before.lose(previous, count: count)
                before.gain(previous, count: count, in: number)
            }
            if source &+ 2 < length {
                let next = symbols[source &+ 2]
                behind.lose(next, count: count)
                // The result next to itself counts on one side only, or one pair would be two candidates.
                if next == result {
                    before.gain(next, count: count, in: number)
                } else {
                    behind.gain(next, count: count, in: number)
                }
            }
            symbols[target] = result
            (source, target) = (source &+ 2, target &+ 1)
        }
        word[0] = UInt32(truncatingIfNeeded: target)
    }

    /// Brings the counts up to date, and adds a candidate for each pair that was gained.
    private mutating func takeChanges(_ left: UInt32, _ right: UInt32, _ result: UInt32) {
        let (previous, next) = (before.touched, behind.touched)
        for neighbour in previous { lose(before.records[Int(neighbour)].lost, SymbolPair(neighbour, left)) }
        for neighbour in next { lose(behind.records[Int(neighbour)].lost, SymbolPair(right, neighbour)) }
        for neighbour in previous { gain(before.records + Int(neighbour), SymbolPair(neighbour, result)) }
        for neighbour in next { gain(behind.records + Int(neighbour), SymbolPair(result, neighbour)) }
        before.writeWords(to: occurrences.words)
        behind.writeWords(to: occurrences.words)
        before.reset()
        behind.reset()
    }

    private func lose(_ count: Int, _ pair: SymbolPair) {
        if count != 0 { counts.add(-count, to: pair) }
    }

    private mutating func gain(_ record: UnsafeMutablePointer<NeighbourChanges.Record>, _ pair: SymbolPair) {
        guard record.pointee.numWords > 0 else { return }
        let count = policy.allows(pair.left, pair.right) ? counts.add(record.pointee.gained, to: pair) : 0
        guard count > 0 else {
            record.pointee.cursor = -1
            return
        }
        let numWords = Int(record.pointee.numWords)
        let start = occurrences.reserve(numWords)
        record.pointee.cursor = start
        queue.push(MergeCandidate(pair: pair, count: count, words: start ..< start + numWords), policy)
    }
}
