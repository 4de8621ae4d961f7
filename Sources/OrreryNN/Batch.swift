import Kernels
import OrreryTensor

/// The rows of one forward pass: tokens of any number of sequences, each a run of neighbouring positions.
///
/// While training a run is a document; while generating, a piece of a prompt or the newest token. They mix freely: what
/// a row becomes depends on its own sequence alone.
public struct Batch: Sendable {
    public struct Run: Sendable {
        /// Rows.
        public var count: Int
        /// What is kept of the sequence, which the rows continue; nil: they begin it, and nothing is kept.
        public var state: (any SequenceState)?
        /// The length of the whole sequence where it is known before its end: rotary scalings that go by it (dynamic,
        /// longrope) then turn every piece alike. nil: what has come so far.
        public var sequenceLength: Int?

        public init(count: Int, state: (any SequenceState)? = nil, sequenceLength: Int? = nil) {
            (self.count, self.state, self.sequenceLength) = (count, state, sequenceLength)
        }

        /// The position of the first row.
        public var start: Int { state?.count ?? 0 }
    }

    /// Which rows' results are wanted.
    public enum Outputs: Sendable, Hashable {
        case all
        /// Of each run the last.
        case last
        case rows([Int])
    }

    /// One per row, run after run.
    public var ids: [Int32]
    public var runs: [Run]
    public var outputs: Outputs

    public init(_ ids: [Int32], runs: [Run], outputs: Outputs = .all) {
        precondition(
            runs.reduce(0) { $0 + $1.count } == ids.count && runs.allSatisfy { $0.count > 0 },
            "batch: \(ids.count) ids for runs of \(runs.map(\.count))")
        (self.ids, self.runs, self.outputs) = (ids, runs, outputs)
    }

    /// Sequences of equal length from their beginning, nothing of which is kept.
    public init(_ ids: [Int32], sequences: Int = 1, outputs: Outputs = .all) {
        self.init(ids, runs: Array(repeating: Run(count: ids.count / sequences), count: sequences), outputs: outputs)
    }

    /// The next tokens of one sequence.
    public init(
        _ ids: [Int32], continuing state: any SequenceState, sequenceLength: Int? = nil, outputs: Outputs = .last
    ) {
        self.init(ids, runs: [Run(count: ids.count, state: state, sequenceLength: sequenceLength)], outputs: outputs)
    }

    /// Counts the rows in their sequences' states: what a model does at the end of a pass.
    package func complete() {
        for run in runs { run.state?.advance(by: run.count) }
    }

    /// The wanted rows of x [N, D].
    package func wanted(_ x: Tensor) -> Tensor {
        switch outputs {
        case .all: return x
        case .rows(let rows): return x.rows(at: rows)
        case .last:
            var end = 0
            let last = runs.map { run in
                end += run.count
                return end - 1
            }
            return last.count == x.rows ? x : x.rows(at: last)
        }
    }
}

/// Where the rows of a batch stand, for the layers that ask.
package final class BatchRows: Sendable {
    package let runs: [AttentionShape.Run]
    package let rotary: [RotaryRun]
    package let states: [(any SequenceState)?]
    package let isStateless: Bool

    init(_ batch: Batch) {
        var runs: [AttentionShape.Run] = [], rotary: [RotaryRun] = []
        for run in batch.runs {
            let place = AttentionShape.Run(
                firstRow: runs.last?.rows.upperBound ?? 0, queries: run.count, firstPosition: run.start)
            runs.append(place)
            rotary.append(RotaryRun(rows: place.rows, firstPosition: run.start, sequenceLength: run.sequenceLength))
        }
        (self.runs, self.rotary, states) = (runs, rotary, batch.runs.map(\.state))
        isStateless = states.allSatisfy { $0 == nil }
        let identities = states.compactMap { $0.map { ObjectIdentifier($0) } }
        precondition(Set(identities).count == identities.count, "batch: two runs continue one sequence")
    }

    /// The positions of all rows.
    package var positions: [Int32] {
        runs.flatMap { ($0.firstPosition ..< $0.firstPosition + $0.queries).map(Int32.init) }
    }

    /// The keys and values of one layer, one for each run: of a run without a state in memory for this pass.
    func tiles(layer: Int, heads: Int, headSize: Int, type: ElementType) -> [KeyValueTiles] {
        zip(runs, states).map { run, state in
            guard let state else {
                return KeyValueTiles(heads: heads, headSize: headSize, capacity: run.queries, type: CacheType(type))
            }
            guard let cache = state.keyValues else {
                preconditionFailure("attention: the state of a sequence has no keys and values")
            }
            return cache.layers[layer]
        }
    }
}
