internal import CKernels
import Foundation

// The gradient of fused attention (arXiv:2307.08691, algorithm 2): each tile of probabilities is made again from the
// log-sum-exp.
extension Processor {
    /// From dy to dq, dk and dv; rows as in `attention`, one task per run and key-value head.
    ///
    /// - Parameters:
    ///   - k: of all runs one after another, as v: of a run as many as it has keys.
    ///   - y: the forward result; `logSumExp` [H, N] as the forward pass kept it.
    ///   - dsinks: [H], to which the gradient of the sinks is added, or nil; `ddistances` [H, 2 reach + 1] likewise, of
    ///     the terms of the distance bias.
    package func attentionGradient(
        _ shape: AttentionShape, q: HeadRows, k: HeadRows, v: HeadRows, y: HeadRows, dy: HeadRows,
        logSumExp: UnsafePointer<Float>,
        dq: HeadRows, dk: HeadRows, dv: HeadRows, dsinks: UnsafeMutablePointer<Float>? = nil,
        ddistances: UnsafeMutablePointer<Float>? = nil, computeType: ElementType, dropout: Dropout? = nil
    ) {
        precondition(
            shape.runs.allSatisfy { $0.firstPosition == 0 && ($0.keys == $0.queries || shape.mask == .none) },
            "attention gradient: with a cache there is none")
        let sums = TermSums(shape, sinks: dsinks != nil, distances: ddistances != nil)
        let terms = shape.distanceBias?.terms ?? []
        terms.withUnsafeBufferPointer { terms in
            run(.attention, shape.runs.count * shape.keyValueHeads, operations: 5 * shape.products, bytes: 0) { task in
                AttentionGradientTask(
                    processor: self, shape: shape, place: task / shape.keyValueHeads,
                    keyValueHead: task % shape.keyValueHeads, type: computeType, dropout: dropout,
                    terms: shape.distanceBias == nil ? nil : terms.baseAddress, sums: sums
                ).run(q: q, k: k, v: v, y: y, dy: dy, logSumExp: logSumExp, dq: dq, dk: dk, dv: dv)
            }
        }
        sums.add(toSinks: dsinks, distances: ddistances)
    }
}

/// Gradients of sinks and distance terms by run and head, added up run by run in their order, so that the sum does not
/// depend on threads.
private struct TermSums {
    private let shape: AttentionShape
    private let memory: Storage
    private let distancesAt: Int?
    private let hasSinks: Bool
    private var width: Int { shape.distanceBias?.width ?? 0 }
    private var base: UnsafeMutablePointer<Float> { memory.pointer.assumingMemoryBound(to: Float.self) }

    init(_ shape: AttentionShape, sinks: Bool, distances: Bool) {
        let cells = shape.runs.count * shape.heads
        (self.shape, hasSinks, distancesAt) = (shape, sinks && !shape.sinks.isEmpty, distances ? cells : nil)
        memory = Storage(
            byteCount: 4 * cells * (1 + (distances ? shape.distanceBias?.width ?? 0 : 0)), zeroed: true)
    }

    private func cell(_ run: Int, _ head: Int) -> Int { run * shape.heads + head }

    /// The sum of the sink of a head in a run, where it is wanted.
    func sink(run: Int, head: Int) -> UnsafeMutablePointer<Float>? { hasSinks ? base + cell(run, head) : nil }

    /// Those of its distance terms.
    func distances(run: Int, head: Int) -> UnsafeMutablePointer<Float>? {
        distancesAt.map { base + $0 + cell(run, head) * width }
    }

    func add(toSinks sinks: UnsafeMutablePointer<Float>?, distances: UnsafeMutablePointer<Float>?) {
        for run in shape.runs.indices {
            for head in 0 ..< shape.heads {
                if let sinks, let sum = sink(run: run, head: head) { sinks[head] += sum.pointee }
                guard let distances, let sums = self.distances(run: run, head: head) else { continue }
                for i in 0 ..< width { distances[head * width + i] += sums[i] }
            }
        }
        withExtendedLifetime(memory) {}
    }
}

/// One key-value head of one run, with the query heads of its group. T queries, S keys, D head size, blocks of queries
/// by tiles of keys.
private struct AttentionGradientTask {
    let processor: Processor
    let shape: AttentionShape
    /// Of the run.
    let place: Int
    let keyValueHead: Int
    let type: ElementType
    let dropout: Dropout?
    /// Of the distance bias.
    let terms: UnsafePointer<Float>?
    let sums: TermSums

    private var kernels: orrery_kernels { processor.kernels }
    private var sequence: AttentionShape.Run { shape.runs[place] }

    func run(
        q: HeadRows, k: HeadRows, v: HeadRows, y: HeadRows, dy: HeadRows, logSumExp: UnsafePointer<Float>, dq: HeadRows,
        dk: HeadRows, dv: HeadRows
    ) {
        let kernels = self.kernels
        let (mr, nr) = (Int(kernels.panel_rows), Int(kernels.panel_columns))
        let (T, S, D, G, start) = (sequence.queries, sequence.keys, shape.headSize, shape.group, sequence.firstRow)
        let firstKeyRow = shape.runs[..<place].reduce(0) { $0 + $1.keys }
        let (block, tile) = (Processor.queryBlock, KeyValueTiles.tile)
        let blocks = (T + block - 1) / block, tiles = (S + tile - 1) / tile
        let f32 = ElementType.float32.code
        let depthD = processor.depth(of: D, type), depthTile = processor.depth(of: tile, type),
            depthBlock = processor.depth(of: block, type)
        let columnPanels = (D + nr - 1) / nr, rowPanels = (block + mr - 1) / mr, keyPanels = (tile + mr - 1) / mr

        // Packed forms, per query block of each head: rows as left operand (Q, dO) and as right operand.
        let rowWords = rowPanels * mr * depthD, columnWords = columnPanels * nr * depthBlock
        var plan = ScratchPlan()
        let qRows = plan.floats(G * blocks * rowWords), dyRows = plan.floats(G * blocks * rowWords)
        let qColumns = plan.floats(G * blocks * columnWords), dyColumns = plan.floats(G * blocks * columnWords)
        let kTile = plan.floats(tile * depthD), vTile = plan.floats(tile * depthD),
            kColumns = plan.floats(columnPanels * nr * depthTile)
        let scores = plan.floats(block * tile), dp = plan.floats(block * tile)
        let left = plan.floats(max(keyPanels * mr * depthBlock, rowPanels * mr * depthTile))
        let dqSum = plan.floats(G * T * D), dkSum = plan.floats(tile * D), dvSum = plan.floats(tile * D)
        let delta = plan.floats(G * T), position = plan.floats(T), slope = plan.floats(block),
            mask = plan.floats(block * tile / 32), bias = plan.floats(2 * block), dbias = plan.floats(2 * block)
        let firstKey = plan.floats(T), lastKey = plan.floats(T)
        let memory = Storage(byteCount: plan.count * 4)
        defer { withExtendedLifetime(memory) {} }
        let base = memory.pointer.assumingMemoryBound(to: Float.self)
        let words = memory.pointer.assumingMemoryBound(to: UInt32.self)
        let positions = (memory.pointer + position * 4).assumingMemoryBound(to: Int32.self)
        let firstKeys = (memory.pointer + firstKey * 4).assumingMemoryBound(to: Int32.self)
        let lastKeys = (memory.pointer + lastKey * 4).assumingMemoryBound(to: Int32.self)
        let biases = (memory.pointer + bias * 4).assumingMemoryBound(to: UnsafePointer<Float>?.self)
        let dbiases = (memory.pointer + dbias * 4).assumingMemoryBound(to: UnsafeMutablePointer<Float>?.self)
        for t in 0 ..< T {
            let seen = shape.keys(seenFrom: t, in: sequence)
            (positions[t], firstKeys[t], lastKeys[t]) = (Int32(t), Int32(seen.lowerBound), Int32(seen.upperBound))
        }
        memset(base + dqSum, 0, G * T * D * 4)

        var rowOperand = (words: words, stride: 0, direct: Int32(0))  // all rows have one form
        for g in 0 ..< G {
            let head = keyValueHead * G + g
            kernels.row_dot(
                dy.at(row: start, head: head), dy.type.code, dy.rowStride, y.at(row: start, head: head), y.type.code,
                y.rowStride,
                base + delta + g * T, T, D)
            addSink(head: head, delta: base + delta + g * T, logSumExp: logSumExp)
            for i in 0 ..< blocks {
                let rows = min(block, T - i * block), at = g * blocks + i
                for (x, asRows, asColumns) in [(q, qRows, qColumns), (dy, dyRows, dyColumns)] {
                    let from = x.at(row: start + i * block, head: head)
                    rowOperand = processor.leftOperand(
                        from, x.type, stride: x.rowStride, rows: rows, depth: D, as: type,
                        in: words + asRows + at * rowWords)
                    kernels.pack(
                        from, x.type.code, 1, x.rowStride, D, rows, Int32(nr), type.code,
                        words + asColumns + at * columnWords, nr * depthBlock)
                }
            }
        }

        for j in 0 ..< tiles {
            let keys = min(tile, S - j * tile)
            if keys < tile { memset(words + kTile, 0, tile * depthD * 4); memset(words + vTile, 0, tile * depthD * 4) }
            let (kFrom, vFrom) = (
                k.at(row: firstKeyRow + j * tile, head: keyValueHead),
                v.at(row: firstKeyRow + j * tile, head: keyValueHead)
            )
            kernels.pack(kFrom, k.type.code, k.rowStride, 1, keys, D, Int32(nr), type.code, words + kTile, nr * depthD)
            kernels.pack(vFrom, v.type.code, v.rowStride, 1, keys, D, Int32(nr), type.code, words + vTile, nr * depthD)
            kernels.pack(
                kFrom, k.type.code, 1, k.rowStride, D, keys, Int32(nr), type.code, words + kColumns, nr * depthTile)
            memset(base + dkSum, 0, tile * D * 4)
            memset(base + dvSum, 0, tile * D * 4)
            for g in 0 ..< G {
                let head = keyValueHead * G + g
                if !shape.slopes.isEmpty { for r in 0 ..< block { base[slope + r] = shape.slopes[head] } }
                let gradients = sums.distances(run: place, head: head)
                if let terms, let bias = shape.distanceBias {
                    for r in 0 ..< block { (biases[r], dbiases[r]) = (terms + head * bias.width, gradients) }
                }
                for i in 0 ..< blocks {
                    // blocks whose rows all see other keys only
                    if Int(lastKeys[min(T, (i + 1) * block) - 1]) < j * tile
                        || Int(firstKeys[i * block]) >= (j + 1) * tile
                    {
                        continue
                    }
                    let rows = min(block, T - i * block), at = g * blocks + i
                    let depthRows = processor.depth(of: rows, type), depthKeys = processor.depth(of: keys, type)
                    kernels.product(
                        rows, tile, depthD, words + qRows + at * rowWords, rowOperand.stride, rowOperand.direct,
                        words + kTile, nr * depthD, type.code, base + scores, f32, tile,
                        Int32(ORRERY_START_ZERO), nil)
                    kernels.product(
                        rows, tile, depthD, words + dyRows + at * rowWords, rowOperand.stride, rowOperand.direct,
                        words + vTile, nr * depthD, type.code, base + dp, f32, tile,
                        Int32(ORRERY_START_ZERO), nil)
                    var geometry = orrery_score_tile(
                        first_key: firstKeys + i * block, last_key: lastKeys + i * block,
                        query_position: positions + i * block,
                        slope: shape.slopes.isEmpty ? nil : UnsafePointer(base + slope),
                        bias: terms == nil ? nil : UnsafePointer(biases),
                        bias_gradient: gradients == nil ? nil : UnsafePointer(dbiases),
                        bias_reach: Int32(shape.distanceBias?.reach ?? 0),
                        soft_cap: shape.softCap ?? 0, mask: nil,
                        keep_scale: 1, scale: shape.scale, key_position: Int32(j * tile), rows: Int32(rows),
                        keys: Int32(tile))
                    if let dropout {
                        let bits = UnsafeMutableRawPointer(base + mask).assumingMemoryBound(to: UInt8.self)
                        let query = QueryRows(
                            run: place, head: head, keyValueHead: keyValueHead, first: i * block, count: rows,
                            acrossHeads: false)
                        processor.makeMask(dropout, shape, query, tile: j, bits)
                        geometry.mask = UnsafePointer(bits)
                        geometry.keep_scale = 1 / (1 - dropout.probability)
                    }
                    let lse = logSumExp + head * shape.rows + start + i * block
                    kernels.score_gradient_tile(
                        &geometry, base + scores, base + dp, tile, lse, base + delta + g * T + i * block)
                    // dV += Pᵀ dO, dK += dSᵀ Q
                    for (from, right, sum) in [(scores, dyColumns, dvSum), (dp, qColumns, dkSum)] {
                        kernels.pack(
                            base + from, f32, 1, tile, keys, rows, Int32(mr), type.code, words + left, mr * depthRows)
                        kernels.product(
                            keys, D, depthRows, words + left, mr * depthRows, 0, words + right + at * columnWords,
                            nr * depthBlock, type.code, base + sum, f32,
                            D, Int32(ORRERY_START_C), nil)
                    }
                    // dQ += dS K
                    let ds = processor.leftOperand(tile: base + dp, rows: rows, depth: keys, as: type, in: words + left)
                    kernels.product(
                        rows, D, depthKeys, ds.words, ds.stride, ds.direct, words + kColumns, nr * depthTile, type.code,
                        base + dqSum + (g * T + i * block) * D,
                        f32, D, Int32(ORRERY_START_C), nil)
                }
            }
            store(base + dkSum, dk, head: keyValueHead, first: firstKeyRow + j * tile, rows: keys)
            store(base + dvSum, dv, head: keyValueHead, first: firstKeyRow + j * tile, rows: keys)
        }
        for g in 0 ..< G { store(base + dqSum + g * T * D, dq, head: keyValueHead * G + g, first: start, rows: T) }
    }

    /// A sink's share e^(sink - log sum) of a row goes nowhere: its gradient is -share delta, summed over the rows.
    private func addSink(head: Int, delta: UnsafePointer<Float>, logSumExp: UnsafePointer<Float>) {
        guard let sum = sums.sink(run: place, head: head) else { return }
        let lse = logSumExp + head * shape.rows + sequence.firstRow
        var total = 0.0
        for t in 0 ..< sequence.queries { total -= Double(exp(shape.sinks[head] - lse[t])) * Double(delta[t]) }
        sum.pointee = Float(total)
    }

    private func store(_ sums: UnsafePointer<Float>, _ out: HeadRows, head: Int, first: Int, rows: Int) {
        for r in 0 ..< rows {
            kernels.convert(
                sums + r * shape.headSize, ElementType.float32.code,
                out.at(row: first + r, head: head), out.type.code, shape.headSize)
        }
    }
}
