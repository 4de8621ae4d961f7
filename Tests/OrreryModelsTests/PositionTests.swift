import Foundation
import Kernels
import OrreryModels
import OrreryNN
import OrreryTensor
import Testing

/// Each way to tell positions, against a plain twin, and inside attention with the cache and without.
@Suite struct PositionTests {
    /// Those of two sequences.
    private static func rows(count: Int, from first: Int) -> BatchRows {
        let runs = (0 ..< 2).map { _ in
            let state = KeyValueCache(windows: [], keyValueHeads: 1, headSize: 1, capacity: first, type: .float32)
            state.advance(by: first)
            return Batch.Run(count: count, state: state)
        }
        return ForwardContext().over(Batch([Int32](repeating: 0, count: 2 * count), runs: runs)).rows
    }

    @Test func sinusoidal() throws {
        let added = try #require(PositionEncoding.sinusoidal.added(Self.rows(count: 5, from: 3), width: 7)).floats
        for b in 0 ..< 2 {
            for t in 0 ..< 5 {
                for i in 0 ..< 7 {
                    let angle = Double(t + 3) / pow(10000, Double(i - i % 2) / 7)
                    #expect(abs(added[(b * 5 + t) * 7 + i] - Float(i % 2 == 0 ? sin(angle) : cos(angle))) < 1e-7)
                }
            }
        }
    }

    @Test func learned() throws {
        let table = try Embedding(WeightScope(RandomWeights(seed: 1))["wpe"], 20, 6)
        let added = try #require(PositionEncoding.learned(table).added(Self.rows(count: 3, from: 4), width: 6))
        let rows = Array(table.weight.value.floats[4 * 6 ..< 7 * 6])
        #expect(added.shape == [6, 6] && added.floats == rows + rows)
    }

    @Test func othersAddNothing() {
        for encoding in [
            PositionEncoding.none, .rotary(RotaryTable(rotated: 4, positions: 9, theta: 10)), .alibi(slopes: [0.5]),
        ] {
            #expect(encoding.added(Self.rows(count: 2, from: 0), width: 4) == nil)
        }
    }

    /// Pairs (i, i + half) turn by position / theta^(2i / rotated); the rest of each head passes.
    @Test(arguments: [(6, 6), (8, 4), (10, 2)]) func rotary(headSize: Int, rotated: Int) {
        let (B, T, H, first, theta) = (2, 5, 3, 300, Float(50))  // past the first rows that the table makes
        let x = numbers([B * T, H * headSize]), given = x.floats
        let found = x.rotary(
            RotaryTable(rotated: rotated, positions: 400, theta: theta), headSize: headSize,
            (0 ..< B).map { RotaryRun(rows: $0 * T ..< ($0 + 1) * T, firstPosition: first) }
        ).floats
        var expected = given
        for row in 0 ..< B * T {
            for h in 0 ..< H {
                let at = row * H * headSize + h * headSize
                for i in 0 ..< rotated / 2 {
                    let angle = Double(first + row % T) * pow(Double(theta), -2 * Double(i) / Double(rotated))
                    let (a, b) = (Double(given[at + i]), Double(given[at + i + rotated / 2]))
                    expected[at + i] = Float(a * cos(angle) - b * sin(angle))
                    expected[at + i + rotated / 2] = Float(b * cos(angle) + a * sin(angle))
                }
            }
        }
        #expect(difference(found, expected) < 3e-5)  // float32 angles of some hundred radians
    }

    /// From the authors' code, arXiv:2108.12409, for powers of two and between.
    @Test func alibiSlopes() {
        #expect(PositionEncoding.alibiSlopes(heads: 8) == (1 ... 8).map { pow(2, -Float($0)) })
        #expect(PositionEncoding.alibiSlopes(heads: 1) == [pow(2, -8)])
        let six = [0.25, 0.0625, 0.015625, 0.00390625, 0.5, 0.125] as [Float]
        #expect(PositionEncoding.alibiSlopes(heads: 6) == six)
        #expect(PositionEncoding.alibiSlopes(heads: 12).count == 12)
    }

    enum Encoding: String, CaseIterable { case none, sinusoidal, learned, rotary, alibi }

    /// One attention of grouped heads: against the textbook, and with the cache in pieces.
    @Test(arguments: Encoding.allCases) func attention(_ kind: Encoding) throws {
        let (B, T, H, Hk, d, D) = (2, 70, 6, 2, 5, 11)
        let root = WeightScope(LouderWeights(seed: 3))
        let encoding: PositionEncoding =
            switch kind {
            case .none: .none
            case .sinusoidal: .sinusoidal
            case .learned: .learned(try Embedding(root["wpe"], T, D))
            case .rotary: .rotary(RotaryTable(rotated: 4, positions: T, theta: 100))
            case .alibi: .alibi(slopes: PositionEncoding.alibiSlopes(heads: H))
            }
        let attention = CausalSelfAttention(
            projection: .fused(try Linear(root["qkv"], D, (H + 2 * Hk) * d, bias: true)),
            output: try Linear(root["out"], H * d, D, bias: true),
            positions: encoding, heads: H, keyValueHeads: Hk, headSize: d)
        let x = numbers([B * T, D])
        func attend(_ first: Int, _ count: Int, _ states: [KeyValueCache]? = nil, _ taps: (any Taps)? = nil) -> [Float]
        {
            var rows: [Float] = []
            for b in 0 ..< B { rows += x.floats[(b * T + first) * D ..< (b * T + first + count) * D] }
            let batch = Batch(
                [Int32](repeating: 0, count: B * count),
                runs: (0 ..< B).map { Batch.Run(count: count, state: states?[$0]) })
            let context = ForwardContext(taps: taps).over(batch), piece = Tensor(rows, shape: [B * count, D])
            defer { batch.complete() }
            let x = encoding.added(context.rows, width: D).map { piece + $0 } ?? piece
            return attention(x, of: AttentionInput(x), context).floats
        }
        let whole = attend(0, T)

        let states = (0 ..< B).map { _ in
            KeyValueCache(windows: [nil], keyValueHeads: Hk, headSize: d, capacity: T, type: .float32)
        }
        for count in [1, 3, 60, 1, 5] {
            let first = states[0].count
            let piece = attend(first, count, states)
            for b in 0 ..< B {
                let found = piece[b * count * D ..< (b + 1) * count * D],
                    expected = whole[(b * T + first) * D ..< (b * T + first + count) * D]
                #expect(Array(found) == Array(expected))
            }
        }

        // The textbook, in float64, on queries and keys as the layer makes them.
        let recorder = Recorder {
            [.query, .key, .value, .rotatedQuery, .rotatedKey, .mixed].contains($0.point)
        }
        _ = attend(0, T, nil, recorder)
        let q = try #require(recorder[.rotatedQuery] ?? recorder[.query]).floats,
            k = try #require(recorder[.rotatedKey] ?? recorder[.key]).floats
        let v = try #require(recorder[.value]).floats, slopes = PositionEncoding.alibiSlopes(heads: H)
        func dot(_ a: [Float], _ i: Int, _ b: [Float], _ j: Int) -> Double {
            var sum = 0.0
            for n in 0 ..< d { sum += Double(a[i + n]) * Double(b[j + n]) }
            return sum
        }
        var expected = [Float](repeating: 0, count: B * T * H * d)
        for row in 0 ..< B * T {
            for h in 0 ..< H {
                let t = row % T, first = row - t, at = (row * H + h) * d
                func keyAt(_ s: Int) -> Int { ((first + s) * Hk + h / (H / Hk)) * d }
                var weights = (0 ... t).map { s in
                    let score: Double = dot(q, at, k, keyAt(s)) / Double(d).squareRoot()
                    return exp(kind == .alibi ? score - Double(slopes[h]) * Double(t - s) : score)
                }
                let sum = weights.reduce(0, +)
                weights = weights.map { $0 / sum }
                for i in 0 ..< d {
                    var mixed = 0.0
                    for s in 0 ... t { mixed += weights[s] * Double(v[keyAt(s) + i]) }
                    expected[at + i] = Float(mixed)
                }
            }
        }
        #expect(difference(try #require(recorder[.mixed]).floats, expected) < 1e-5)
    }
}
