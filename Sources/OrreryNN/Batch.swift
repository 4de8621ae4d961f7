import Kernels
import OrreryTensor

/// The rows of one forward pass: tokens of any number of sequences, each sequence a run of consecutive positions.
///
/// While training, a run is a document; while generating, it is a part of a prompt or the newest token. Runs mix
/// freely: what a row becomes depends on its own sequence alone.
public struct Batch: Sendable {
    /// Consecutive positions of one sequence.
    public struct Run: Sendable {
        /// The number of rows.
        public var count: Int
        /// The state of the sequence that the rows continue; nil for rows that begin a sequence of which nothing is
        /// kept.
        public var state: (any SequenceState)?
        /// The length of the whole sequence, where it is known before its end: rotary scalings that depend on it
        /// (dynamic, longrope) then turn all parts alike. With nil it is the length so far.
        public var sequenceLength: Int?
        /// What is added to the model's matrices for these rows; nil leaves the model as it is.
        public var adapter: Adapter?

        /// A run of `count` rows.
        public init(
            count: Int, state: (any SequenceState)? = nil, sequenceLength: Int? = nil, adapter: Adapter? = nil
        ) {
            (self.count, self.state, self.sequenceLength, self.adapter) = (count, state, sequenceLength, adapter)
        }

        /// The position of the first row.
        public var start: Int { state?.count ?? 0 }
    }

    /// The rows whose results are wanted.
    public enum Outputs: Sendable, Hashable {
        /// Every row.
        case all
        /// The last row of each run.
        case last
        /// The rows with these indices in the batch.
        case rows([Int])
    }

    /// The token of each row, run after run.
    public var ids: [Int32]
    /// The runs, in the order of their rows.
    public var runs: [Run]
    /// The rows whose results are wanted.
    public var outputs: Outputs

    /// A batch of these runs.
    ///
    /// - Precondition: the runs have as many rows as there are tokens.
    public init(_ ids: [Int32], runs: [Run], outputs: Outputs = .all) {
        precondition(
            runs.reduce(0) { $0 + $1.count } == ids.count && runs.allSatisfy { $0.count > 0 },
            "batch: \(ids.count) ids for runs of \(runs.map(\.count))")
        (self.ids, self.runs, self.outputs) = (ids, runs, outputs)
    }

    /// A batch of sequences of equal length from their beginning, of which nothing is kept.
    public init(_ ids: [Int32], sequences: Int = 1, outputs: Outputs = .all) {
        self.init(ids, runs: Array(repeating: Run(count: ids.count / sequences), count: sequences), outputs: outputs)
    }

    /// A batch of the next tokens of one sequence, whose state is kept.
    public init(
        _ ids: [Int32], continuing state: any SequenceState, sequenceLength: Int? = nil, outputs: Outputs = .last
    ) {
        self.init(ids, runs: [Run(count: ids.count, state: state, sequenceLength: sequenceLength)], outputs: outputs)
    }

    /// The same rows with an adapter for all of them; nil is none.
    public func adapted(by adapter: Adapter?) -> Batch {
        var batch = self
        for run in batch.runs.indices { batch.runs[run].adapter = adapter }
        return batch
    }

    /// Counts the rows in their sequences' states: what a model does at the end of a pass.
    package func complete() {
        for run in runs { run.state?.advance(by: run.count) }
    }

    /// The wanted rows of x [N, D].
    package func wanted(_ x: Tensor) -> Tensor {
        guard let places = wantedRows, places.count < x.rows || outputs != .last else { return x }
        return x.rows(at: places)
    }

    /// The places of the wanted rows; nil where all are wanted.
    var wantedRows: [Int]? {
        switch outputs {
        case .all: return nil
        case .rows(let rows): return rows
        case .last:
            var end = 0
            return runs.map { run in
                end += run.count
                return end - 1
            }
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
