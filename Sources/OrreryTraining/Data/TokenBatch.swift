import OrreryNN
import OrreryRandom
import OrreryTokenizers
import Synchronization

/// Inputs and the ids that follow them, sequence after sequence: windows of one text, or documents packed behind each
/// other.
package struct TokenBatch: Sendable {
    package var inputs: [TokenID]
    /// What each input is to predict; negative where that does not count.
    package var targets: [TokenID]
    /// Of the documents. Positions begin again in each, and none sees another.
    package var lengths: [Int]
    /// How many documents each sequence has; nil: one.
    private var documentCounts: [Int]?

    /// - Parameter documentCounts: how many documents each sequence has; nil: one.
    package init(inputs: [TokenID], targets: [TokenID], lengths: [Int], documentCounts: [Int]? = nil) {
        precondition(
            inputs.count == targets.count && lengths.reduce(0, +) == inputs.count
                && documentCounts.map { $0.reduce(0, +) == lengths.count } ?? true,
            "batch: \(inputs.count) inputs, \(targets.count) targets, \(lengths)")
        (self.inputs, self.targets, self.lengths, self.documentCounts) = (inputs, targets, lengths, documentCounts)
    }

    /// Windows of one length.
    package init(inputs: [TokenID], targets: [TokenID], sequences: Int) {
        self.init(
            inputs: inputs, targets: targets, lengths: Array(repeating: inputs.count / sequences, count: sequences))
    }

    package var sequences: Int { documentCounts?.count ?? lengths.count }

    /// Some of the sequences.
    package subscript(range: Range<Int>) -> TokenBatch {
        func documents(_ sequences: Range<Int>) -> Int {
            documentCounts.map { $0[sequences].reduce(0, +) } ?? sequences.count
        }
        let firstDocument = documents(0 ..< range.lowerBound), own = firstDocument ..< firstDocument + documents(range)
        let first = lengths[..<own.lowerBound].reduce(0, +), ids = first ..< first + lengths[own].reduce(0, +)
        return TokenBatch(
            inputs: Array(inputs[ids]), targets: Array(targets[ids]), lengths: Array(lengths[own]),
            documentCounts: documentCounts.map { Array($0[range]) })
    }
}

extension TokenRun {
    /// nanoGPT's batches: windows at random places, or documents drawn at random. Which ones depends on seed and step
    /// alone.
    package func randomBatch(sequences: Int, contextLength: Int, seed: UInt64, stream: UInt64) -> TokenBatch {
        var random = SplitMix64(seed: seed, stream: stream)
        if documents?.mode == .padded {
            let windows = made.windows(contextLength) { self.windows(contextLength: contextLength) }
            return batch((0 ..< sequences).map { _ in windows[random.below(windows.count)] })
        }
        return batch(
            (0 ..< sequences).map { _ in
                let start = random.below(count - contextLength)
                return start ..< start + contextLength
            })
    }

    /// - Parameter windows: of inputs; each has an id behind its last.
    package func batch(_ windows: [Range<Int>]) -> TokenBatch {
        var inputs: [TokenID] = [], targets: [TokenID] = [], lengths: [Int] = [], counts: [Int] = []
        let size = windows.reduce(0) { $0 + $1.count }
        inputs.reserveCapacity(size)
        targets.reserveCapacity(size)
        for window in windows {
            let ids = self[window.lowerBound ..< window.upperBound + 1], first = targets.count
            inputs += ids.dropLast()
            targets += ids.dropFirst()
            let starts = documentStarts(in: window)
            // The last id of a document does not predict the first of the next one.
            for start in starts { targets[first + start - window.lowerBound - 1] = -1 }
            let edges = [window.lowerBound] + starts.filter { $0 < window.upperBound } + [window.upperBound]
            lengths += zip(edges, edges.dropFirst()).map { $1 - $0 }
            counts.append(edges.count - 1)
        }
        return TokenBatch(inputs: inputs, targets: targets, lengths: lengths, documentCounts: counts)
    }

    /// The documents that begin behind the first id of a window, up to the id behind its last.
    private func documentStarts(in window: Range<Int>) -> ArraySlice<Int> {
        guard let starts = documents?.starts else { return [] }
        return starts[starts.firstIndex(above: window.lowerBound) ..< starts.firstIndex(above: window.upperBound)]
    }

    /// Windows that cover the run without overlap, each with a next id for its last.
    package func windows(contextLength: Int) -> [Range<Int>] {
        func windows(_ part: Range<Int>) -> [Range<Int>] {
            (0 ..< max(0, (part.count - 1) / contextLength)).map {
                let start = part.lowerBound + $0 * contextLength
                return start ..< start + contextLength
            }
        }
        guard let (mode, starts) = documents, mode == .padded else { return windows(0 ..< count) }
        return zip(starts, starts.dropFirst() + [count]).flatMap { start, end in
            let whole = windows(start ..< end), next = whole.last?.upperBound ?? start
            return next < end - 1 ? whole + [next ..< end - 1] : whole
        }
    }
}

/// The windows that a run was last cut into: those of many documents are not made anew at every step.
final class MadeWindows: Sendable {
    private let last = Mutex<(contextLength: Int, windows: [Range<Int>])?>(nil)

    func windows(_ contextLength: Int, make: () -> [Range<Int>]) -> [Range<Int>] {
        last.withLock { last in
            if let last, last.contextLength == contextLength { return last.windows }
            let windows = make()
            last = (contextLength, windows)
            return windows
        }
    }
}

extension [Int] {
    /// The first place of a rising list whose number is larger.
    fileprivate func firstIndex(above number: Int) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if self[middle] > number { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
