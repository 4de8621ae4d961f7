internal import CKernels

// Fused attention (arXiv:2205.14135): scores exist only as tiles of queries by 64 keys at absolute positions, so memory is linear
// in the sequence, and a query's result depends neither on the other queries of its tile nor on how the sequence was cut.
//
// Keys come in segments at absolute positions too. The softmax of a segment is computed by itself and then added to that of the earlier ones (arXiv:1805.02867),
// for a prompt as for a single query: so the segments of one query may be computed by several threads, as in Flash-Decoding, without changing a bit.
extension Processor {
    static let queryBlock = 48
    /// Positions of a segment: some 256 KB of keys and values of 64 numbers in 16 bits.
    static let segment = 1024

    /// y = softmax(scale q kᵀ) v per head.
    ///
    /// - Parameters:
    ///   - q: [B, T, H, head size]; y likewise.
    ///   - keyValues: one per sequence, holding `shape.keys` positions, or those of them that the mask lets these queries see.
    ///   - logSumExp: [B, H, T] float32, kept for the gradient, or nil.
    package func attention(
        _ shape: AttentionShape, q: HeadRows, keyValues: [KeyValueTiles], y: HeadRows, logSumExp: UnsafeMutablePointer<Float>?, dropout: Dropout? = nil
    ) {
        func attend(_ terms: UnsafePointer<Float>?) {
            let call = AttentionCall(shape: shape, terms: terms, q: q, keyValues: keyValues, y: y, logSumExp: logSumExp, dropout: dropout)
            if shape.queries == 1 { decode(call) } else { attendBlocks(call) }
        }
        guard let bias = shape.distanceBias else { return attend(nil) }
        bias.terms.withUnsafeBufferPointer { attend($0.baseAddress) }
    }

    private func attendBlocks(_ call: AttentionCall) {
        let shape = call.shape, blocks = (shape.queries + Self.queryBlock - 1) / Self.queryBlock
        run(.attention, shape.batch * shape.heads * blocks, operations: 2 * shape.products, bytes: 0) { task in
            let block = blocks - 1 - task % blocks  // the longest rows first, so that threads finish together
            let (b, h) = (task / blocks / shape.heads, task / blocks % shape.heads)
            let first = block * Self.queryBlock
            let rows = QueryRows(
                batch: b, head: h, keyValueHead: h / shape.group, first: first, count: min(Self.queryBlock, shape.queries - first), acrossHeads: false)
            AttentionTask(call, rows, on: self).attend()
        }
    }

    /// One query per sequence: the query heads that share a key-value head are the rows of one task, so that the cache is read once.
    private func decode(_ call: AttentionCall) {
        let shape = call.shape, groups = shape.batch * shape.keyValueHeads
        func task(_ index: Int) -> AttentionTask {
            let (b, kv) = (index / shape.keyValueHeads, index % shape.keyValueHeads)
            return AttentionTask(
                call, QueryRows(batch: b, head: kv * shape.group, keyValueHead: kv, first: 0, count: shape.group, acrossHeads: true), on: self)
        }
        let segments = task(0).segments
        if segments.count == 1 || threads == 1 || groups >= 4 * threads {
            return run(.attention, groups, operations: 2 * shape.products, bytes: 0) { task($0).attend() }
        }
        // Too few heads to keep the threads busy: a task for each segment, and then the sums.
        let size = SoftmaxState.floats(rows: shape.group, headSize: shape.headSize)
        let memory = Storage(byteCount: groups * segments.count * size * 4)
        func part(_ group: Int, _ segment: Int) -> SoftmaxState {
            SoftmaxState(
                memory.pointer.assumingMemoryBound(to: Float.self) + (group * segments.count + segment) * size, rows: shape.group, headSize: shape.headSize)
        }
        run(.attention, groups * segments.count, operations: 2 * shape.products, bytes: 0) { index in
            let (group, segment) = (index / segments.count, index % segments.count)
            task(group).attend(segment: segments.lowerBound + segment, into: part(group, segment))
        }
        run(.attention, groups, bytes: 0) { group in task(group).finish((0 ..< segments.count).map { part(group, $0) }) }
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
}

/// The queries of one task: neighbours in time of one head, or the heads of a group at one time.
struct QueryRows {
    var batch: Int
    var head: Int
    var keyValueHead: Int
    var first: Int
    var count: Int
    var acrossHeads: Bool
}

/// Lays out one task's scratch arrays in a single block, each on a cache line of its own. Offsets are in words of 4 bytes.
struct ScratchPlan {
    private(set) var count = 0
    mutating func floats(_ n: Int) -> Int {
        defer { count += (n + 15) / 16 * 16 + 16 }  // a vector past the end may be read
        return count
    }
}
