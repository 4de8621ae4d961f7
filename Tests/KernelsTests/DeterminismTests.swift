import Foundation
import Kernels
import Testing

// The promises of docs/architecture.md, bit for bit, on every instruction set in float32 and bfloat16: a result depends
// on its own inputs, and not on its neighbours in the batch, the cut of the sequence or the threads.
@Suite struct DeterminismTests {
    // MARK: products

    @Test(arguments: InstructionSet.available, ElementType.both)
    func aRowOfAProductDependsOnItselfAlone(on set: InstructionSet, type: ElementType) {
        for (K, N) in [(100, 65), (2051, 40), (7, 1)] {
            var samples = Samples(K)
            let M = 100, a = Grid(type, rows: M, width: K, samples.floats(M * K)),
                b = Grid(type, rows: K, width: N, samples.floats(K * N))
            let bias = Grid(samples.floats(N))
            for out in ElementType.both {
                func rows(_ range: Range<Int>, threads: Int) -> [UInt32] {
                    let processor = Processor(set, threads: threads), c = Grid(out, rows: range.count, width: N)
                    let part = Matrix(a.pointer + range.lowerBound * K * type.size, type, rows: range.count, columns: K)
                    processor.multiply(
                        part, PackedMatrix(b.matrix, computeType: type, on: processor), into: c.matrix,
                        start: .bias(bias.floats))
                    return c.bits
                }
                let whole = rows(0 ..< M, threads: 1)
                for threads in [2, 3, 5] { #expect(rows(0 ..< M, threads: threads) == whole, "\(threads) threads") }
                for range in [0 ..< 1, 41 ..< 42, 99 ..< 100, 3 ..< 40, 17 ..< 100] {
                    #expect(
                        rows(range, threads: 2) == Array(whole[range.lowerBound * N ..< range.upperBound * N]),
                        "rows \(range)")
                }
            }
        }
    }

    @Test(arguments: InstructionSet.available, ElementType.both)
    func operandsMayStandEitherWay(on set: InstructionSet, type: ElementType) {
        let (M, N, K) = (33, 65, 77)
        var samples = Samples(3)
        let a = samples.floats(M * K), b = samples.floats(K * N), processor = Processor(set, threads: 2)
        let rows = Grid(type, rows: M, width: K, a),
            columns = Grid(type, rows: K, width: M, Reference.transposed(a, rows: M, columns: K))
        let right = Grid(.float32, rows: K, width: N, b),
            turned = Grid(.float32, rows: N, width: K, Reference.transposed(b, rows: K, columns: N))
        var results = Set<[UInt32]>()
        for left in [rows.matrix, columns.matrix.transposed] {
            for right in [right.matrix, turned.matrix.transposed] {
                let c = Grid(.float32, rows: M, width: N)
                processor.multiply(left, right, into: c.matrix, computeType: type)
                results.insert(c.bits)
            }
        }
        #expect(results.count == 1)
    }

    // MARK: attention

    /// One sequence's rows of q, k, v, from `source` type, its cache of `cache` type.
    private struct Sequence {
        let (H, Hkv, D, T): (Int, Int, Int, Int)
        let source: ElementType
        let cache: CacheType
        let (q, k, v): (Grid, Grid, Grid)
        let slopes: [Float]
        let window: Int?

        init(
            seed: Int, H: Int, Hkv: Int, D: Int, T: Int, source: ElementType, cache: CacheType, slopes: Bool = false,
            window: Int? = nil
        ) {
            (self.H, self.Hkv, self.D, self.T, self.source, self.cache) = (H, Hkv, D, T, source, cache)
            self.window = window
            var samples = Samples(seed)
            q = Grid(source, rows: T, width: H * D, samples.floats(T * H * D))
            k = Grid(source, rows: T, width: Hkv * D, samples.floats(T * Hkv * D))
            v = Grid(source, rows: T, width: Hkv * D, samples.floats(T * Hkv * D))
            self.slopes = slopes ? (0 ..< H).map { 1 / Float($0 + 2) } : []
        }

        func shape(_ range: Range<Int>) -> AttentionShape {
            AttentionShape(
                runs: [.init(firstRow: 0, queries: range.count, firstPosition: range.lowerBound)], heads: H,
                keyValueHeads: Hkv, headSize: D,
                mask: AttentionMask(slidingWindow: window), slopes: slopes)
        }

        func rows(_ grid: Grid, from row: Int) -> HeadRows {
            HeadRows(grid.pointer + row * grid.width * grid.type.size, grid.type, rowStride: grid.width, headSize: D)
        }

        /// Writes and attends in pieces, as a decoder does.
        func inPieces(
            of size: Int, from start: Int = 0, on processor: Processor, in given: KeyValueTiles? = nil
        ) -> [UInt32] {
            let tiles = given ?? KeyValueTiles(heads: Hkv, headSize: D, capacity: T, type: cache, on: processor),
                y = Grid(source, rows: T, width: H * D)
            for first in stride(from: start, to: T, by: size) {
                let range = first ..< min(T, first + size)
                tiles.write(
                    keys: rows(k, from: first), values: rows(v, from: first), rows: 0 ..< range.count, at: first)
                processor.attention(
                    shape(range), q: rows(q, from: first), keyValues: [tiles], y: rows(y, from: first), logSumExp: nil)
            }
            return Array(y.bits[(start * H * D)...])
        }

        func training(on processor: Processor) -> [UInt32] {
            Processor.$current.withValue(processor) {
                let shape = shape(0 ..< T), y = Grid(source, rows: T, width: H * D), lse = Grid(.float32, width: H * T)
                let tiles = KeyValueTiles.ofTraining(
                    shape, keys: rows(k, from: 0), values: rows(v, from: 0),
                    type: cache == .float32 ? .float32 : .bfloat16)
                processor.attention(
                    shape, q: rows(q, from: 0), keyValues: tiles, y: rows(y, from: 0), logSumExp: lse.floats)
                return y.bits
            }
        }
    }

    @Test(arguments: InstructionSet.available, [(4, 2, 24, false), (2, 2, 33, false), (3, 1, 16, true)])
    func theCutOfASequenceDoesNotMatter(on set: InstructionSet, heads: (H: Int, Hkv: Int, D: Int, slopes: Bool)) {
        for (source, cache) in [ElementType.float32, .bfloat16].flatMap({ source in
            CacheType.allCases.map { (source, $0) }
        }) {
            let sequence = Sequence(
                seed: 1, H: heads.H, Hkv: heads.Hkv, D: heads.D, T: 150, source: source, cache: cache,
                slopes: heads.slopes)
            let whole = sequence.inPieces(of: 150, on: Processor(set, threads: 1))
            for threads in 1 ... 3 {
                let processor = Processor(set, threads: threads)
                for size in [150, 64, 7, 1] {
                    #expect(
                        sequence.inPieces(of: size, on: processor) == whole,
                        "\(source) in \(cache): pieces of \(size), \(threads) threads")
                }
                guard cache == .float32 || cache == .bfloat16 else { continue }
                #expect(
                    sequence.training(on: processor) == whole, "\(source) in \(cache): training, \(threads) threads")
            }
        }
    }

    /// Beyond one segment of keys, where a single query's segments are computed by several threads.
    @Test(arguments: InstructionSet.available, CacheType.allCases)
    func segmentsDoNotMatter(on set: InstructionSet, cache: CacheType) {
        for window in [nil, 1100] {
            let sequence = Sequence(
                seed: 2, H: 2, Hkv: 1, D: 20, T: 2300, source: .float32, cache: cache, window: window)
            let whole = sequence.inPieces(of: 2300, on: Processor(set, threads: 1))
            for threads in [1, 2, 5] {
                for size in [701, 1] {
                    let found = sequence.inPieces(of: size, on: Processor(set, threads: threads))
                    #expect(found == whole, "pieces of \(size), window \(window ?? 0), \(threads) threads")
                }
            }
        }
    }

    /// A ring of tiles gives what a cache of all positions gives, also after some were taken back.
    @Test(arguments: InstructionSet.available, CacheType.allCases)
    func aRingGivesWhatAllPositionsGive(on set: InstructionSet, cache: CacheType) {
        let processor = Processor(set, threads: 2), T = 1300
        for window in [1, 64, 100, 193] {
            let sequence = Sequence(seed: 3, H: 4, Hkv: 2, D: 20, T: T, source: .float32, cache: cache, window: window)
            let whole = sequence.inPieces(of: T, on: processor)
            func ring() -> KeyValueTiles {
                KeyValueTiles(heads: 2, headSize: 20, capacity: T, type: cache, window: window, on: processor)
            }
            func bytes(window: Int?) -> Int {
                KeyValueTiles.byteCount(heads: 2, headSize: 20, capacity: T, type: cache, window: window, on: processor)
            }
            #expect(bytes(window: window) * 2 < bytes(window: nil))
            for size in [KeyValueTiles.slack, 63, 1] {
                let tiles = ring()
                #expect(tiles.byteCount == 0)
                #expect(
                    sequence.inPieces(of: size, on: processor, in: tiles) == whole,
                    "window \(window), pieces of \(size)")
                #expect(tiles.byteCount == bytes(window: window))
                #expect(
                    tiles.canContinue(from: T - KeyValueTiles.slack) && tiles.canContinue(from: 0)
                        && !tiles.canContinue(from: T - 700))
                let back = T - KeyValueTiles.slack
                #expect(
                    sequence.inPieces(of: size, from: back, on: processor, in: tiles) == Array(whole[(back * 80)...]),
                    "window \(window), again from \(back)")
            }
        }
    }

    @Test(arguments: InstructionSet.available, CacheType.allCases)
    func theBatchDoesNotMatter(on set: InstructionSet, cache: CacheType) {
        let type = cache == .bfloat16 ? ElementType.bfloat16 : .float32
        let processor = Processor(set, threads: 2), (H, Hkv, D, B) = (4, 2, 24, 16), lengths = [1, 63, 64, 100]
        for length in lengths {
            let sequences = (0 ..< B).map {
                Sequence(seed: $0, H: H, Hkv: Hkv, D: D, T: length, source: type, cache: cache)
            }
            let tiles = sequences.map { s in
                let tiles = KeyValueTiles(heads: Hkv, headSize: D, capacity: length + 5, type: cache, on: processor)
                tiles.write(keys: s.rows(s.k, from: 0), values: s.rows(s.v, from: 0), rows: 0 ..< length, at: 0)
                return tiles
            }
            // each sequence's last position, all of them in one call
            let q = Grid(type, rows: B, width: H * D, sequences.flatMap { $0.q.values.suffix(H * D) }),
                y = Grid(type, rows: B, width: H * D)
            var shape = sequences[0].shape(length - 1 ..< length)
            shape.runs = (0 ..< B).map { .init(firstRow: $0, queries: 1, firstPosition: length - 1) }
            processor.attention(shape, q: q.heads(D), keyValues: tiles, y: y.heads(D), logSumExp: nil)
            for (b, sequence) in sequences.enumerated() {
                let alone = sequence.inPieces(of: length, on: processor).suffix(H * D)
                #expect(
                    Array(y.bits[b * H * D ..< (b + 1) * H * D]) == Array(alone), "sequence \(b) of length \(length)")
            }
        }
    }

    /// A cache that held something else, longer, gives what a fresh one gives.
    @Test(arguments: InstructionSet.available, CacheType.allCases)
    func whatStoodInTheCacheDoesNotMatter(on set: InstructionSet, cache: CacheType) {
        let type = cache == .bfloat16 ? ElementType.bfloat16 : .float32
        let processor = Processor(set, threads: 1)
        let old = Sequence(seed: 5, H: 2, Hkv: 1, D: 17, T: 130, source: type, cache: cache)
        let new = Sequence(seed: 6, H: 2, Hkv: 1, D: 17, T: 70, source: type, cache: cache)
        let tiles = KeyValueTiles(heads: 1, headSize: 17, capacity: 130, type: cache, on: processor),
            y = Grid(type, rows: 70, width: 34)
        tiles.write(keys: old.rows(old.k, from: 0), values: old.rows(old.v, from: 0), rows: 0 ..< 130, at: 0)
        tiles.write(keys: new.rows(new.k, from: 0), values: new.rows(new.v, from: 0), rows: 0 ..< 70, at: 0)
        processor.attention(
            new.shape(0 ..< 70), q: new.rows(new.q, from: 0), keyValues: [tiles], y: new.rows(y, from: 0),
            logSumExp: nil)
        #expect(y.bits == new.inPieces(of: 70, on: processor))

        func kept(_ grid: Grid) -> [Float] {
            (0 ..< 70).flatMap { Reference.kept(Array(grid.values[$0 * 17 ..< ($0 + 1) * 17]), as: cache) }
        }
        let copy = Grid(.float32, rows: 70, width: 17, stride: 20)
        tiles.copyKeys(head: 0, count: 70, to: copy.floats, stride: 20)
        #expect(copy.values == kept(new.k) && copy.intact)
        tiles.copyValues(head: 0, count: 70, to: copy.floats, stride: 20)
        #expect(copy.values == kept(new.v) && copy.intact)
    }

    // MARK: gradients

    @Test(arguments: InstructionSet.available, ElementType.both)
    func gradientsDoNotDependOnTheThreads(on set: InstructionSet, type: ElementType) {
        let (B, T, H, Hkv, D) = (3, 100, 4, 2, 24)
        var samples = Samples(8)
        let runs = (0 ..< B).map { AttentionShape.Run(firstRow: $0 * T, queries: T) }
        let shape = AttentionShape(runs: runs, heads: H, keyValueHeads: Hkv, headSize: D),
            dropout = Dropout(probability: 0.1, seed: 1, stream: 2)
        let (ofQueries, ofKeys) = (B * T * H * D, B * T * Hkv * D)
        let q = samples.floats(ofQueries), k = samples.floats(ofKeys), v = samples.floats(ofKeys),
            dy = samples.floats(ofQueries)
        let weight = samples.floats(H * D), ids = samples.ids(B * T, below: 50)
        var results = Set<[UInt32]>()
        for threads in [1, 2, 3] {
            let processor = Processor(set, threads: threads)
            Processor.$current.withValue(processor) {
                func grid(_ heads: Int, _ values: [Float]?) -> Grid {
                    Grid(type, rows: B * T, width: heads * D, values)
                }
                func rows(_ grid: Grid) -> HeadRows { grid.heads(D) }
                let (q, k, v, dy) = (grid(H, q), grid(Hkv, k), grid(Hkv, v), grid(H, dy)), y = grid(H, nil),
                    lse = Grid(.float32, width: B * H * T)
                processor.attention(
                    shape, q: rows(q),
                    keyValues: KeyValueTiles.ofTraining(shape, keys: rows(k), values: rows(v), type: type), y: rows(y),
                    logSumExp: lse.floats, dropout: dropout)
                let (dq, dk, dv) = (grid(H, nil), grid(Hkv, nil), grid(Hkv, nil))
                processor.attentionGradient(
                    shape, q: rows(q), k: rows(k), v: rows(v), y: rows(y), dy: rows(dy), logSumExp: lse.floats,
                    dq: rows(dq), dk: rows(dk), dv: rows(dv),
                    computeType: type, dropout: dropout)

                let W = H * D, dx = grid(H, nil), rstd = Grid(.float32, width: B * T),
                    mean = Grid(.float32, width: B * T)
                let zeros = [Float](repeating: 0, count: W), w = Grid(weight)
                let sums = (0 ..< 4).map { _ in Grid(zeros) }
                processor.rmsNorm(
                    q.vector, weight: w.floats, epsilon: 1e-5, into: y.vector, rstd: rstd.floats, width: W)
                processor.rmsNormGradient(
                    q.vector, weight: w.floats, rstd: rstd.floats, dy: dy.vector, into: dx.vector,
                    dweight: sums[0].floats, width: W)
                processor.layerNorm(
                    q.vector, weight: w.floats, bias: nil, epsilon: 1e-5, into: y.vector, mean: mean.floats,
                    rstd: rstd.floats, width: W)
                processor.layerNormGradient(
                    q.vector, weight: w.floats, mean: mean.floats, rstd: rstd.floats, dy: dy.vector, into: dx.vector,
                    dweight: sums[1].floats,
                    dbias: sums[2].floats, width: W)
                processor.addColumnSums(dy.vector, into: sums[3].floats, width: W)
                let table = Grid([Float](repeating: 0, count: 50 * W))
                ids.withUnsafeBufferPointer {
                    processor.scatterAdd(dy.vector, ids: $0.baseAddress!, into: table.floats, width: W)
                }
                let long = Grid((0 ..< 100_000).map { Float($0 % 1013) - 500 })
                let squares = processor.sumOfSquares(long.floats, count: 100_000).bitPattern
                // the gradient of a weight: dyᵀ x
                let dWeight = Grid(.float32, rows: W, width: W, [Float](repeating: 0.5, count: W * W))
                processor.multiply(
                    dy.matrix.transposed, q.matrix, into: dWeight.matrix, start: .accumulate, computeType: type)
                let grids = [dq, dk, dv, dx, lse, table, dWeight] + sums
                results.insert(grids.flatMap(\.bits) + [UInt32(truncatingIfNeeded: squares), UInt32(squares >> 32)])
            }
        }
        #expect(results.count == 1)
    }
}
