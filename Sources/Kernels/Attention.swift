internal import CKernels
import Foundation

// Fused attention (arXiv:2205.14135): scores exist only as tiles of queries by 64 keys at absolute positions, so memory is linear
// in the sequence, and a query's result depends neither on the other queries of its tile nor on how the sequence was cut.
extension Processor {
    static let queryBlock = 48

    /// y = softmax(scale q kᵀ) v per head.
    ///
    /// - Parameters:
    ///   - q: [B, T, H, head size]; y likewise.
    ///   - keyValues: one per sequence, holding `shape.keys` positions.
    ///   - logSumExp: [B, H, T] float32, kept for the gradient, or nil.
    package func attention(
        _ shape: AttentionShape, q: HeadRows, keyValues: [KeyValueTiles], y: HeadRows, logSumExp: UnsafeMutablePointer<Float>?, dropout: Dropout? = nil
    ) {
        guard let bias = shape.distanceBias else { return attention(shape, nil, q, keyValues, y, logSumExp, dropout) }
        bias.terms.withUnsafeBufferPointer { attention(shape, $0.baseAddress, q, keyValues, y, logSumExp, dropout) }
    }

    private func attention(
        _ shape: AttentionShape, _ terms: UnsafePointer<Float>?, _ q: HeadRows, _ keyValues: [KeyValueTiles], _ y: HeadRows,
        _ logSumExp: UnsafeMutablePointer<Float>?, _ dropout: Dropout?
    ) {
        if shape.queries == 1, shape.group > 1 {
            // Decoding: the query heads that share a key-value head are the rows of one tile, so that the cache is read once.
            run(.attention, shape.batch * shape.keyValueHeads, operations: 2 * shape.products, bytes: 0) { task in
                let (b, kv) = (task / shape.keyValueHeads, task % shape.keyValueHeads)
                let rows = QueryRows(batch: b, head: kv * shape.group, keyValueHead: kv, first: 0, count: shape.group, acrossHeads: true)
                attend(shape, terms, rows, q, keyValues[b], y, logSumExp, dropout)
            }
            return
        }
        let blocks = (shape.queries + Self.queryBlock - 1) / Self.queryBlock
        run(.attention, shape.batch * shape.heads * blocks, operations: 2 * shape.products, bytes: 0) { task in
            let block = blocks - 1 - task % blocks  // the longest rows first, so that threads finish together
            let (b, h) = (task / blocks / shape.heads, task / blocks % shape.heads)
            let first = block * Self.queryBlock
            let rows = QueryRows(
                batch: b, head: h, keyValueHead: h / shape.group, first: first, count: min(Self.queryBlock, shape.queries - first), acrossHeads: false)
            attend(shape, terms, rows, q, keyValues[b], y, logSumExp, dropout)
        }
    }

    private func attend(
        _ shape: AttentionShape, _ terms: UnsafePointer<Float>?, _ rows: QueryRows, _ q: HeadRows, _ kv: KeyValueTiles, _ y: HeadRows,
        _ logSumExp: UnsafeMutablePointer<Float>?, _ dropout: Dropout?
    ) {
        let (mr, tile) = (Int(kernels.panel_rows), KeyValueTiles.tile)
        let panels = (rows.count + mr - 1) / mr
        var scratch = ScratchPlan()
        let qWords = scratch.floats(panels * mr * kv.keyDepth), scores = scratch.floats(rows.count * tile)
        let pWords = scratch.floats(panels * mr * kv.valueDepth), output = scratch.floats(rows.count * shape.headSize)
        let maximum = scratch.floats(rows.count), sum = scratch.floats(rows.count), row = scratch.floats(rows.count)
        let slope = scratch.floats(rows.count), mask = scratch.floats(rows.count * tile / 32)
        let firstKey = scratch.floats(rows.count), lastKey = scratch.floats(rows.count), bias = scratch.floats(rows.count * 2)
        let memory = Storage(byteCount: scratch.count * 4)
        defer { withExtendedLifetime((memory, kv)) {} }  // kernels read them through pointers
        let base = memory.pointer.assumingMemoryBound(to: Float.self)
        let words = memory.pointer.assumingMemoryBound(to: UInt32.self)
        let positions = (memory.pointer + row * 4).assumingMemoryBound(to: Int32.self)
        let firstKeys = (memory.pointer + firstKey * 4).assumingMemoryBound(to: Int32.self)
        let lastKeys = (memory.pointer + lastKey * 4).assumingMemoryBound(to: Int32.self)
        let biases = (memory.pointer + bias * 4).assumingMemoryBound(to: UnsafePointer<Float>?.self)

        let query = leftOperand(
            q.at(batch: rows.batch, row: rows.first, head: rows.head), q.type, stride: rows.acrossHeads ? q.headSize : q.rowStride, rows: rows.count,
            depth: shape.headSize, as: kv.type, in: words + qWords)
        for r in 0 ..< rows.count {
            let position = shape.firstPosition + rows.first + (rows.acrossHeads ? 0 : r), head = rows.head + (rows.acrossHeads ? r : 0)
            let seen = shape.mask.keys(seenFrom: position)
            (positions[r], firstKeys[r], lastKeys[r]) = (Int32(position), Int32(seen.lowerBound), Int32(seen.upperBound))
            // A sink is a score that was seen before all others and has no value.
            (base[maximum + r], base[sum + r]) = shape.sinks.isEmpty ? (-.infinity, 0) : (shape.sinks[head], 1)
            if !shape.slopes.isEmpty { base[slope + r] = shape.slopes[head] }
            if let bias = shape.distanceBias { biases[r] = terms! + head * bias.width }
        }
        memset(base + output, 0, rows.count * shape.headSize * 4)
        // Rows are in the order of positions: the first reaches back furthest, the last sees the newest key.
        for t in Int(firstKeys[0]) / tile ... Int(lastKeys[rows.count - 1]) / tile {
            kernels.product(
                rows.count, tile, kv.keyDepth, query.words, query.stride, query.direct, kv.keys(head: rows.keyValueHead, tile: t),
                kv.keyDepth * Int(kernels.panel_columns), kv.type.code, base + scores, ElementType.float32.code, tile, Int32(ORRERY_START_ZERO), nil)
            var geometry = orrery_score_tile(
                first_key: firstKeys, last_key: lastKeys, query_position: positions, slope: shape.slopes.isEmpty ? nil : UnsafePointer(base + slope),
                bias: terms == nil ? nil : UnsafePointer(biases), bias_reach: Int32(shape.distanceBias?.reach ?? 0), soft_cap: shape.softCap ?? 0, mask: nil,
                keep_scale: 1, scale: shape.scale, key_position: Int32(t * tile), rows: Int32(rows.count), keys: Int32(tile))
            if let dropout {
                let bits = UnsafeMutableRawPointer(base + mask).assumingMemoryBound(to: UInt8.self)
                makeMask(dropout, shape, rows, tile: t, bits)
                geometry.mask = UnsafePointer(bits)
                geometry.keep_scale = 1 / (1 - dropout.probability)
            }
            kernels.softmax_tile(&geometry, base + scores, tile, base + maximum, base + sum, base + output, shape.headSize, shape.headSize)
            let p = leftOperand(tile: base + scores, rows: rows.count, depth: tile, as: kv.type, in: words + pWords)
            kernels.product(
                rows.count, shape.headSize, kv.valueDepth, p.words, p.stride, p.direct, kv.values(head: rows.keyValueHead, tile: t),
                kv.valueDepth * Int(kernels.panel_columns), kv.type.code, base + output, ElementType.float32.code, shape.headSize,
                Int32(ORRERY_START_C), nil)
        }
        let lse = logSumExp.map { $0 + (rows.batch * shape.heads + rows.head) * shape.queries + rows.first }
        kernels.softmax_finish(
            base + output, shape.headSize, base + maximum, base + sum, y.at(batch: rows.batch, row: rows.first, head: rows.head), y.type.code,
            rows.acrossHeads ? y.headSize : y.rowStride, lse, rows.count, shape.headSize)
    }

    /// Dropout bits of one tile: counters are (key group, batch x head x query row).
    func makeMask(_ dropout: Dropout, _ shape: AttentionShape, _ rows: QueryRows, tile: Int, _ bits: UnsafeMutablePointer<UInt8>) {
        var code = dropout.code
        let groups = KeyValueTiles.tile / 8
        for r in 0 ..< rows.count {
            let row = (rows.batch * shape.heads + rows.head) * shape.queries + rows.first + r
            kernels.dropout_mask(&code, UInt32(truncatingIfNeeded: row), UInt32(tile * groups), groups, bits + r * groups)
        }
    }
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
