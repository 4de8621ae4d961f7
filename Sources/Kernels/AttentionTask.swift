internal import CKernels
import Foundation

/// The softmax so far of some rows: largest score, sum of exponentials, and [rows, head size] values that they have
/// gathered.
struct SoftmaxState {
    let maximum: UnsafeMutablePointer<Float>
    let sum: UnsafeMutablePointer<Float>
    let output: UnsafeMutablePointer<Float>

    static func floats(rows: Int, headSize: Int) -> Int { 2 * line(rows) + line(rows * headSize) }
    private static func line(_ n: Int) -> Int { (n + 15) / 16 * 16 + 16 }  // a vector past the end may be read

    init(_ memory: UnsafeMutablePointer<Float>, rows: Int, headSize: Int) {
        (maximum, sum, output) = (memory, memory + Self.line(rows), memory + 2 * Self.line(rows))
    }

    /// Nothing seen yet.
    func clear(rows: Int, headSize: Int) {
        for r in 0 ..< rows { (maximum[r], sum[r]) = (-.infinity, 0) }
        memset(output, 0, rows * headSize * 4)
    }
}

/// Attention of the rows of one task, tile by tile, and the memory that it needs.
struct AttentionTask {
    private let call: AttentionCall
    private let rows: QueryRows
    private let processor: Processor
    private let kv: KeyValueTiles
    private let memory: Storage
    private let query: (words: UnsafeMutablePointer<UInt32>, stride: Int, direct: Int32)
    // Of each row: the keys it sees, its position, its slope and its terms.
    private let firstKeys: UnsafeMutablePointer<Int32>
    private let lastKeys: UnsafeMutablePointer<Int32>
    private let positions: UnsafeMutablePointer<Int32>
    private let slopes: UnsafeMutablePointer<Float>
    private let biases: UnsafeMutablePointer<UnsafePointer<Float>?>
    private let scores: UnsafeMutablePointer<Float>
    private let probabilities: UnsafeMutablePointer<UInt32>
    private let panel: UnsafeMutablePointer<Float>
    private let mask: UnsafeMutablePointer<UInt8>
    private let part: SoftmaxState
    private let total: SoftmaxState

    private var shape: AttentionShape { call.shape }

    init(_ call: AttentionCall, _ rows: QueryRows, on processor: Processor) {
        let shape = call.shape, run = shape.runs[rows.run], kv = call.keyValues[rows.run], tile = KeyValueTiles.tile
        (self.call, self.rows, self.processor, self.kv) = (call, rows, processor, kv)
        let mr = Int(processor.kernels.panel_rows), padded = (rows.count + mr - 1) / mr * mr
        var plan = ScratchPlan()
        let state = SoftmaxState.floats(rows: rows.count, headSize: shape.headSize)
        let (qAt, pAt, scoresAt, panelAt) = (
            plan.floats(padded * kv.layout.keyDepth), plan.floats(padded * kv.layout.valueDepth),
            plan.floats(rows.count * tile),
            plan.floats(kv.layout.isWords ? 0 : kv.layout.panelWords)
        )
        let (firstAt, lastAt, positionAt) = (plan.floats(rows.count), plan.floats(rows.count), plan.floats(rows.count))
        let (slopeAt, biasAt, maskAt) = (
            plan.floats(rows.count), plan.floats(2 * rows.count), plan.floats(rows.count * tile / 32)
        )
        let (partAt, totalAt) = (plan.floats(state), plan.floats(state))
        memory = Storage(byteCount: plan.count * 4)
        let base = memory.pointer
        func floats(_ at: Int) -> UnsafeMutablePointer<Float> { (base + at * 4).assumingMemoryBound(to: Float.self) }
        func ints(_ at: Int) -> UnsafeMutablePointer<Int32> { (base + at * 4).assumingMemoryBound(to: Int32.self) }
        (firstKeys, lastKeys, positions, slopes) = (ints(firstAt), ints(lastAt), ints(positionAt), floats(slopeAt))
        (scores, panel) = (floats(scoresAt), floats(panelAt))
        biases = (base + biasAt * 4).assumingMemoryBound(to: UnsafePointer<Float>?.self)
        mask = (base + maskAt * 4).assumingMemoryBound(to: UInt8.self)
        probabilities = (base + pAt * 4).assumingMemoryBound(to: UInt32.self)
        part = SoftmaxState(floats(partAt), rows: rows.count, headSize: shape.headSize)
        total = SoftmaxState(floats(totalAt), rows: rows.count, headSize: shape.headSize)

        query = processor.leftOperand(
            call.q.at(row: run.firstRow + rows.first, head: rows.head), call.q.type,
            stride: rows.acrossHeads ? call.q.headSize : call.q.rowStride,
            rows: rows.count, depth: shape.headSize, as: kv.type.productType,
            in: (base + qAt * 4).assumingMemoryBound(to: UInt32.self))
        for r in 0 ..< rows.count {
            let position = run.firstPosition + rows.first + (rows.acrossHeads ? 0 : r),
                head = rows.head + (rows.acrossHeads ? r : 0)
            let seen = shape.keys(seenFrom: position, in: run)
            (positions[r], firstKeys[r], lastKeys[r]) = (
                Int32(position), Int32(seen.lowerBound), Int32(seen.upperBound)
            )
            if !shape.slopes.isEmpty { slopes[r] = shape.slopes[head] }
            if let bias = shape.distanceBias { biases[r] = call.terms! + head * bias.width }
        }
    }

    /// All of it.
    func attend() {
        startTotal()
        for segment in shape.segments(of: rows) {
            attend(segment: segment, into: part)
            add(part)
        }
        writeResult()
    }

    /// What others have computed of the segments, in their order.
    func finish(_ parts: [SoftmaxState]) {
        startTotal()
        parts.forEach(add)
        writeResult()
    }

    private func startTotal() {
        total.clear(rows: rows.count, headSize: shape.headSize)
        // A sink is a score that was seen before all others and has no value.
        if !shape.sinks.isEmpty {
            for r in 0 ..< rows.count {
                (total.maximum[r], total.sum[r]) = (shape.sinks[rows.head + (rows.acrossHeads ? r : 0)], 1)
            }
        }
    }

    private func add(_ part: SoftmaxState) {
        processor.kernels.softmax_merge(
            part.maximum, part.sum, part.output, total.maximum, total.sum, total.output, rows.count, shape.headSize)
    }

    private func writeResult() {
        let row = shape.runs[rows.run].firstRow + rows.first,
            lse = call.logSumExp.map { $0 + rows.head * shape.rows + row }
        processor.kernels.softmax_finish(
            total.output, shape.headSize, total.maximum, total.sum, call.y.at(row: row, head: rows.head),
            call.y.type.code,
            rows.acrossHeads ? call.y.headSize : call.y.rowStride, lse, rows.count, shape.headSize)
        withExtendedLifetime((memory, kv)) {}  // kernels read them through pointers
    }

    /// The softmax of one segment alone.
    func attend(segment: Int, into state: SoftmaxState) {
        let tile = KeyValueTiles.tile, perSegment = Processor.segment / tile
        state.clear(rows: rows.count, headSize: shape.headSize)
        let seen = Int(firstKeys[0]) / tile ... Int(lastKeys[rows.count - 1]) / tile
        for t in seen.clamped(to: segment * perSegment ... (segment + 1) * perSegment - 1) {
            multiplyKeys(tile: t)
            softmax(tile: t, state)
            multiplyValues(tile: t, state)
        }
        withExtendedLifetime((memory, kv)) {}
    }

    private func multiplyKeys(tile t: Int) {
        let layout = kv.layout, tile = KeyValueTiles.tile, step = layout.isWords ? layout.keyPanels : 1
        for p in stride(from: 0, to: layout.keyPanels, by: step) {
            processor.kernels.product(
                rows.count, step * layout.width, layout.keyDepth, query.words, query.stride, query.direct,
                kv.keys(head: rows.keyValueHead, tile: t, panel: p, in: panel), layout.keyDepth * layout.width,
                kv.type.productType.code,
                scores + p * layout.width, ElementType.float32.code, tile, Int32(ORRERY_START_ZERO), nil)
        }
    }

    private func softmax(tile t: Int, _ state: SoftmaxState) {
        let tile = KeyValueTiles.tile
        var geometry = orrery_score_tile(
            first_key: firstKeys, last_key: lastKeys, query_position: positions,
            slope: shape.slopes.isEmpty ? nil : UnsafePointer(slopes),
            bias: call.terms == nil ? nil : UnsafePointer(biases), bias_gradient: nil,
            bias_reach: Int32(shape.distanceBias?.reach ?? 0),
            soft_cap: shape.softCap ?? 0, mask: nil,
            keep_scale: 1, scale: shape.scale, key_position: Int32(t * tile), rows: Int32(rows.count), keys: Int32(tile)
        )
        if let dropout = call.dropout {
            processor.makeMask(dropout, shape, rows, tile: t, mask)
            geometry.mask = UnsafePointer(mask)
            geometry.keep_scale = 1 / (1 - dropout.probability)
        }
        processor.kernels.softmax_tile(
            &geometry, scores, tile, state.maximum, state.sum, state.output, shape.headSize, shape.headSize)
    }

    private func multiplyValues(tile t: Int, _ state: SoftmaxState) {
        let layout = kv.layout, step = layout.isWords ? layout.valuePanels : 1
        let p = processor.leftOperand(
            tile: scores, rows: rows.count, depth: KeyValueTiles.tile, as: kv.type.productType, in: probabilities)
        for panel in stride(from: 0, to: layout.valuePanels, by: step) {
            let first = panel * layout.width, columns = min(step * layout.width, shape.headSize - first)
            processor.kernels.product(
                rows.count, columns, layout.valueDepth, p.words, p.stride, p.direct,
                kv.values(head: rows.keyValueHead, tile: t, panel: panel, in: self.panel),
                layout.valueDepth * layout.width, kv.type.productType.code, state.output + first,
                ElementType.float32.code, shape.headSize,
                Int32(ORRERY_START_C), nil)
        }
    }
}

extension Processor {
    /// Dropout bits of one tile: counters are (key group, head x row).
    func makeMask(
        _ dropout: Dropout, _ shape: AttentionShape, _ rows: QueryRows, tile: Int, _ bits: UnsafeMutablePointer<UInt8>
    ) {
        var code = dropout.code
        let groups = KeyValueTiles.tile / 8
        for r in 0 ..< rows.count {
            let row = rows.head * shape.rows + shape.runs[rows.run].firstRow + rows.first + r
            kernels.dropout_mask(
                &code, UInt32(truncatingIfNeeded: row), UInt32(tile * groups), groups, bits + r * groups)
        }
    }
}
