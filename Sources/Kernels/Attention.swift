internal import CKernels

// Fused attention (arXiv:2205.14135): scores exist only as tiles of queries by 64 keys at absolute positions, so memory
// is linear in the sequence, and a query's result depends neither on the other queries of its tile nor on how the
// sequence was cut.
//
// Keys come in segments at absolute positions too. The softmax of a segment is computed by itself and then added to
// that of the earlier ones (arXiv:1805.02867), for a prompt as for a single query: so the segments of one query may be
// computed by several threads, as in Flash-Decoding, without changing a bit.
extension Processor {
    static let queryBlock = 48
    /// Positions of a segment: some 256 KB of keys and values of 64 numbers in 16 bits.
    static let segment = 1024

    /// y = softmax(scale q kᵀ) v per head: `PlainAttention` in OrreryNN says the same in tensors.
    ///
    /// - Parameters:
    ///   - q: [N, H, head size]; y likewise.
    ///   - keyValues: one per run, holding its keys, or those of them that the mask lets these queries see.
    ///   - logSumExp: [H, N] float32, kept for the gradient, or nil.
    package func attention(
        _ shape: AttentionShape, q: HeadRows, keyValues: [KeyValueTiles], y: HeadRows,
        logSumExp: UnsafeMutablePointer<Float>?, dropout: Dropout? = nil
    ) {
        precondition(
            keyValues.count == shape.runs.count,
            "attention: keys and values of \(keyValues.count) sequences for \(shape.runs.count) runs")
        func attend(_ terms: UnsafePointer<Float>?) {
            self.attend(
                AttentionCall(
                    shape: shape, terms: terms, q: q, keyValues: keyValues, y: y, logSumExp: logSumExp, dropout: dropout
                ))
        }
        guard let bias = shape.distanceBias else { return attend(nil) }
        bias.terms.withUnsafeBufferPointer { attend($0.baseAddress) }
    }

    private func attend(_ call: AttentionCall) {
        let shape = call.shape, rows = call.tasks, operations = 2 * shape.products
        func task(_ index: Int) -> AttentionTask { AttentionTask(call, rows[index], on: self) }
        // With few tasks, those of a single query are cut into their segments, to keep the threads busy.
        let cut =
            threads == 1 || rows.count >= 4 * threads
            ? [] : rows.indices.filter { rows[$0].acrossHeads && shape.segments(of: rows[$0]).count > 1 }
        guard !cut.isEmpty else {
            return run(.attention, rows.count, operations: operations, bytes: 0) { task($0).attend() }
        }
        let pieces: [(task: Int, segment: Int?)] = rows.indices.flatMap { index -> [(Int, Int?)] in
            cut.contains(index) ? shape.segments(of: rows[index]).map { (index, $0) } : [(index, nil)]
        }
        let size = SoftmaxState.floats(rows: shape.group, headSize: shape.headSize)
        let memory = Storage(byteCount: pieces.count * size * 4)
        func part(_ piece: Int) -> SoftmaxState {
            SoftmaxState(
                memory.pointer.assumingMemoryBound(to: Float.self) + piece * size, rows: shape.group,
                headSize: shape.headSize)
        }
        run(.attention, pieces.count, operations: operations, bytes: 0) { piece in
            if let segment = pieces[piece].segment {
                task(pieces[piece].task).attend(segment: segment, into: part(piece))
            } else {
                task(pieces[piece].task).attend()
            }
        }
        run(.attention, cut.count, bytes: 0) { index in
            task(cut[index]).finish(pieces.indices.filter { pieces[$0].task == cut[index] }.map(part))
        }
        withExtendedLifetime(memory) {}
    }
}

/// What all tasks of one attention share.
struct AttentionCall {
    let shape: AttentionShape
    /// Of the distance bias.
    let terms: UnsafePointer<Float>?
    let q: HeadRows
    let keyValues: [KeyValueTiles]
    let y: HeadRows
    let logSumExp: UnsafeMutablePointer<Float>?
    let dropout: Dropout?

    /// A run's blocks of queries, head by head, the longest rows first so that threads finish together. Of a run of one
    /// query the query heads that share a key-value head are the rows of one task, so that the cache is read once;
    /// while training, each has its own.
    var tasks: [QueryRows] {
        var tasks: [QueryRows] = []
        for (r, run) in shape.runs.enumerated() {
            if run.queries == 1, logSumExp == nil {
                tasks += (0 ..< shape.keyValueHeads).map {
                    QueryRows(
                        run: r, head: $0 * shape.group, keyValueHead: $0, first: 0, count: shape.group,
                        acrossHeads: true)
                }
                continue
            }
            for head in 0 ..< shape.heads {
                for first in stride(from: 0, to: run.queries, by: Processor.queryBlock).reversed() {
                    let count = min(Processor.queryBlock, run.queries - first)
                    tasks.append(
                        QueryRows(
                            run: r, head: head, keyValueHead: head / shape.group, first: first, count: count,
                            acrossHeads: false))
                }
            }
        }
        return tasks
    }
}

/// The queries of one task: neighbours in time of one head, or the heads of a group at one time.
struct QueryRows {
    var run: Int
    var head: Int
    var keyValueHead: Int
    /// Among the queries of the run.
    var first: Int
    var count: Int
    var acrossHeads: Bool
}

extension AttentionShape {
    /// The segments of keys of which some row sees one. Rows are in the order of positions: the first reaches back
    /// furthest, the last sees the newest key.
    func segments(of rows: QueryRows) -> ClosedRange<Int> {
        let run = runs[rows.run], first = run.firstPosition + rows.first,
            last = first + (rows.acrossHeads ? 0 : rows.count - 1)
        return keys(seenFrom: first, in: run).lowerBound / Processor.segment ... keys(seenFrom: last, in: run)
            .upperBound / Processor.segment
    }
}

/// Lays out one task's scratch arrays in a single block, each on a cache line of its own. Offsets are in words of 4
/// bytes.
struct ScratchPlan {
    private(set) var count = 0
    mutating func floats(_ n: Int) -> Int {
        defer { count += (n + 15) / 16 * 16 + 16 }  // a vector past the end may be read
        return count
    }
}
