import Foundation
import Kernels

private let u = Reference.float32Roundoff

private struct Geometry {
    /// Queries of each run, and the position of the first.
    var runs: [(queries: Int, first: Int)]
    var (H, Hkv, D): (Int, Int, Int)
    init(_ runs: [(Int, Int)], _ H: Int, _ Hkv: Int, _ D: Int) {
        (self.runs, self.H, self.Hkv, self.D) = (runs, H, Hkv, D)
    }
    init(_ B: Int, _ T: Int, _ H: Int, _ Hkv: Int, _ D: Int, first: Int = 0) {
        self.init(Array(repeating: (T, first), count: B), H, Hkv, D)
    }
    func shape(slopes: Bool, _ extra: Extra = .nothing) -> AttentionShape {
        var row = 0
        let runs = runs.map { queries, first in
            defer { row += queries }
            return AttentionShape.Run(firstRow: row, queries: queries, firstPosition: first)
        }
        var shape = AttentionShape(
            runs: runs, heads: H, keyValueHeads: Hkv, headSize: D,
            slopes: slopes ? (0 ..< H).map { 0.5 / Float($0 + 1) } : [])
        switch extra {
        case .nothing: break
        case .window(let width): shape.mask = .slidingWindow(width)
        case .softCap: (shape.softCap, shape.mask) = (0.75, .slidingWindow(70))
        case .sinks: (shape.sinks, shape.mask) = ((0 ..< H).map { 2 - Float($0) }, .slidingWindow(3))
        case .bothWays: (shape.mask, shape.softCap) = (.none, 3)
        case .otherSequence:
            shape.mask = .none
            for r in runs.indices { shape.runs[r].keys += 71 + r }
        case .distances:
            let reach = 9
            shape.distanceBias = DistanceBias(
                reach: reach, terms: (0 ..< H * (2 * reach + 1)).map { Float($0 * 7 % 11) / 8 - 0.5 })
            if runs[0].queries % 2 == 1 { shape.mask = .none }
        }
        return shape
    }
    var isTraining: Bool { runs.allSatisfy { $0.first == 0 } }
    var label: String { "\(runs.map { "\($0.queries) at \($0.first)" }.joined(separator: ", ")), H \(H)/\(Hkv) D \(D)" }
}

/// What attention has besides causal order, one at a time.
private enum Extra {
    case nothing, window(Int), softCap, sinks, bothWays, otherSequence, distances
    static let all: [Extra] = [
        .window(1), .window(5), .window(64), .window(67), .softCap, .sinks, .bothWays, .otherSequence, .distances,
    ]
    /// Those that have a gradient.
    static let trained: [Extra] = [.window(5), .window(67), .softCap, .bothWays, .sinks, .otherSequence, .distances]
}

private let training = [
    Geometry(1, 1, 1, 1, 1), Geometry(1, 7, 2, 2, 15), Geometry(2, 33, 3, 1, 7), Geometry(1, 65, 4, 2, 17),
    Geometry(1, 129, 2, 1, 33), Geometry(2, 100, 2, 2, 64),
    Geometry(1, 50, 1, 1, 128), Geometry(1, 64, 2, 2, 16), Geometry(1, 193, 1, 1, 8),
    Geometry([(5, 0), (70, 0), (1, 0), (64, 0)], 4, 2, 16),
]
private let cached = [
    Geometry(1, 1, 4, 2, 17, first: 0), Geometry(2, 1, 4, 1, 64, first: 63), Geometry(1, 1, 3, 3, 31, first: 128),
    Geometry(3, 17, 2, 1, 24, first: 60),
    Geometry(1, 1, 20, 1, 8, first: 70), Geometry(1, 7, 2, 2, 33, first: 129),
    Geometry([(1, 40), (9, 0), (1, 0), (66, 3), (1, 130)], 4, 2, 24),
]

/// Beyond a segment of keys: the last query, a chunk that straddles two segments, and one that sees the second alone
/// through a window.
private let long = [
    Geometry(1, 1, 4, 2, 16, first: 2100), Geometry(2, 7, 2, 1, 33, first: 1020), Geometry(1, 50, 1, 1, 8, first: 2040),
    Geometry([(1, 2100), (3, 1022), (1, 5)], 2, 1, 16),
]

/// Rows of q [N, H, D] and of k, v [S, Hkv, D], with gaps behind each row.
private struct Inputs {
    let (q, k, v, dy): ([Float], [Float], [Float], [Float])
    let shape: AttentionShape

    init(_ shape: AttentionShape, _ type: ElementType) {
        var samples = Samples(shape.rows * 1000 + shape.headSize)
        let (ofQueries, ofKeys) = (
            shape.rows * shape.heads * shape.headSize, shape.keys * shape.keyValueHeads * shape.headSize
        )
        q = samples.floats(ofQueries, type)
        k = samples.floats(ofKeys, type)
        v = samples.floats(ofKeys, type)
        dy = samples.floats(ofQueries, type)
        self.shape = shape
    }

    func queries(_ values: [Float]?, _ type: ElementType) -> Grid {
        let width = shape.heads * shape.headSize
        return Grid(type, rows: shape.rows, width: width, stride: width + 5, values)
    }
    func keys(_ values: [Float]?, _ type: ElementType) -> Grid {
        let width = shape.keyValueHeads * shape.headSize
        return Grid(type, rows: shape.keys, width: width, stride: width + 3, values)
    }
    func heads(_ grid: Grid) -> HeadRows { grid.heads(shape.headSize) }
}

private let dropout = Dropout(probability: 0.25, seed: 11, stream: 5)
private func reference(
    _ shape: AttentionShape, _ inputs: Inputs, _ type: ElementType, drops: Bool
) -> ReferenceAttention {
    var r = ReferenceAttention(
        shape, q: inputs.q.rounded(to: type), k: inputs.k.rounded(to: type), v: inputs.v.rounded(to: type))
    if drops {
        r.dropped = Double(dropout.probability)
        r.keeps = { row, head, s in Reference.keeps(dropout, row: UInt32(head * shape.rows + row), element: s) }
    }
    return r
}

/// A score is wrong by D u of its terms' size, a probability by twice that as a share; the sum over S keys adds S u;
/// bfloat16 rounds each probability once more. y is a sum of terms p |v| with that share.
private func share(_ shape: AttentionShape, _ result: ReferenceAttention.Result, _ type: ElementType) -> Double {
    let scoreError = Double(2 * shape.headSize + 4) * u * result.largestScore
    return 2 * scoreError + Double(shape.keys + shape.headSize + 16) * u + (type == .bfloat16 ? type.roundoff : 0)
}

/// ALiBi, dropout, and one thing besides them.
private struct Variation {
    var (slopes, drops): (Bool, Bool)
    var extra = Extra.nothing
    var label: String { "\(slopes ? " ALiBi" : "")\(drops ? " dropout" : "") \(extra)" }

    static let forward: [Variation] =
        [
            Variation(slopes: false, drops: false), Variation(slopes: true, drops: false),
            Variation(slopes: false, drops: true), Variation(slopes: true, drops: true),
        ] + Extra.all.map { Variation(slopes: false, drops: false, extra: $0) }
    static let gradient: [Variation] =
        [Variation(slopes: false, drops: false), Variation(slopes: true, drops: true)]
        + Extra.trained.map { Variation(slopes: false, drops: false, extra: $0) }
}

/// A cache for each run, with all its keys and values.
private func written(_ shape: AttentionShape, _ k: HeadRows, _ v: HeadRows, _ type: CacheType) -> [KeyValueTiles] {
    var row = 0
    return shape.runs.map { run in
        let tiles = KeyValueTiles(
            heads: shape.keyValueHeads, headSize: shape.headSize, capacity: run.keys + 9, type: type)
        tiles.write(keys: k, values: v, rows: row ..< row + run.keys, at: 0)
        row += run.keys
        return tiles
    }
}

private func forwardCase(_ geometry: Geometry, _ variation: Variation, _ type: ElementType) -> KernelCase {
    let shape = geometry.shape(slopes: variation.slopes, variation.extra), drops = variation.drops
    return KernelCase(kernel: "attention", label: "\(geometry.label) \(type.name)\(variation.label)") {
        processor, findings in
        let inputs = Inputs(shape, type)
        let q = inputs.queries(inputs.q, type), k = inputs.keys(inputs.k, type), v = inputs.keys(inputs.v, type),
            y = inputs.queries(nil, type)
        let lse = Grid(.float32, width: shape.heads * shape.rows)
        let tiles =
            geometry.isTraining
            ? KeyValueTiles.ofTraining(shape, keys: inputs.heads(k), values: inputs.heads(v), type: type)
            : written(shape, inputs.heads(k), inputs.heads(v), CacheType(type))
        processor.attention(
            shape, q: inputs.heads(q), keyValues: tiles, y: inputs.heads(y), logSumExp: lse.floats,
            dropout: drops ? dropout : nil)
        let want = reference(shape, inputs, type, drops: drops).forward(), share = share(shape, want, type)
        findings.expect(y, want.y, "y") { share * want.magnitude[$0] }
        findings.expect(lse, want.logSumExp, "lse") { share + 2 * u * abs(want.logSumExp[$0]) }
    }
}

private func gradientCase(_ geometry: Geometry, _ variation: Variation, _ type: ElementType) -> KernelCase {
    let shape = geometry.shape(slopes: variation.slopes, variation.extra), drops = variation.drops
    return KernelCase(kernel: "attention gradient", label: "\(geometry.label) \(type.name)\(variation.label)") {
        processor, findings in
        let inputs = Inputs(shape, type)
        let model = reference(shape, inputs, type, drops: drops), forward = model.forward()
        let q = inputs.queries(inputs.q, type), k = inputs.keys(inputs.k, type), v = inputs.keys(inputs.v, type)
        let y = inputs.queries(forward.y.map(Float.init), type), dy = inputs.queries(inputs.dy, type)
        let lse = Grid(forward.logSumExp.map(Float.init)), want = model.gradient(dy: inputs.dy)
        let dq = inputs.queries(nil, type), dk = inputs.keys(nil, type), dv = inputs.keys(nil, type)
        let dsinks = Grid(want.dsinks.map { _ in 0.5 }), ddistances = Grid(want.ddistances.map { _ in 0.5 })
        processor.attentionGradient(
            shape, q: inputs.heads(q), k: inputs.heads(k), v: inputs.heads(v), y: inputs.heads(y), dy: inputs.heads(dy),
            logSumExp: lse.floats,
            dq: inputs.heads(dq), dk: inputs.heads(dk), dv: inputs.heads(dv),
            dsinks: shape.sinks.isEmpty ? nil : dsinks.floats,
            ddistances: shape.distanceBias == nil ? nil : ddistances.floats, computeType: type,
            dropout: drops ? dropout : nil)
        // P and dS round once each, and y's rounding reaches dS through delta; the sums over queries add T u
        let share = 2 * share(shape, forward, type) + Double(2 * shape.rows) * u
        findings.expect(dv, want.dv, "dv") { share * want.dvMagnitude[$0] }
        findings.expect(dk, want.dk, "dk") { share * want.dkMagnitude[$0] }
        findings.expect(dq, want.dq, "dq") { share * want.dqMagnitude[$0] }
        // They are added to what is there.
        let rest = Double(shape.rows + 2) * u
        findings.expect(dsinks, want.dsinks.map { $0 + 0.5 }, "dsinks") {
            share * want.dsinksMagnitude[$0] + rest * (want.dsinksMagnitude[$0] + 0.5)
        }
        findings.expect(ddistances, want.ddistances.map { $0 + 0.5 }, "ddistances") {
            share * want.ddistancesMagnitude[$0] + rest * (want.ddistancesMagnitude[$0] + 0.5)
        }
    }
}

/// Keys and values that a cache keeps in `type`: to the rounding of the arithmetic what the same numbers give in
/// float64, and to that of the type what exact ones give.
private func cacheCase(_ geometry: Geometry, _ variation: Variation, _ type: CacheType) -> KernelCase {
    let shape = geometry.shape(slopes: variation.slopes, variation.extra),
        source = type == .bfloat16 ? ElementType.bfloat16 : .float32
    return KernelCase(kernel: "attention on a cache", label: "\(geometry.label) \(type.rawValue)\(variation.label)") {
        processor, findings in
        let inputs = Inputs(shape, source), D = shape.headSize
        let q = inputs.queries(inputs.q, source), k = inputs.keys(inputs.k, source), v = inputs.keys(inputs.v, source),
            y = inputs.queries(nil, source)
        let tiles = written(shape, inputs.heads(k), inputs.heads(v), type)
        processor.attention(shape, q: inputs.heads(q), keyValues: tiles, y: inputs.heads(y), logSumExp: nil)
        func kept(_ x: [Float]) -> [Float] {
            stride(from: 0, to: x.count, by: D).flatMap { Reference.kept(Array(x[$0 ..< $0 + D]), as: type) }
        }
        let same = ReferenceAttention(shape, q: inputs.q, k: kept(inputs.k), v: kept(inputs.v)).forward(),
            arithmetic = share(shape, same, source)
        findings.expect(y, same.y, "y") { arithmetic * same.magnitude[$0] }
        // Numbers are below 2: a score is wrong by the error of each key times |q| < 2, and the softmax and the values
        // each once more.
        let exact = ReferenceAttention(shape, q: inputs.q, k: inputs.k, v: inputs.v).forward()
        let step = Reference.keptError(type, largest: 2), score = Double(shape.scale) * 2 * Double(D) * step
        findings.expect(y, exact.y, "y next to exact keys and values") {
            (exp(2 * score) - 1 + arithmetic) * (exact.magnitude[$0] + step) + step
        }
    }
}

private let kept: [Variation] =
    [Variation(slopes: false, drops: false), Variation(slopes: true, drops: false)]
    + Extra.all.map { Variation(slopes: false, drops: false, extra: $0) }

let cacheCases: [KernelCase] = CacheType.allCases.flatMap { type in
    (cached + long).flatMap { geometry in kept.map { cacheCase(geometry, $0, type) } }
}

let attentionCases: [KernelCase] = ElementType.both.flatMap { type -> [KernelCase] in
    let forward = (training + cached).flatMap { geometry in
        Variation.forward.filter { !$0.drops || geometry.isTraining }.map { forwardCase(geometry, $0, type) }
    }
    return forward + training.flatMap { geometry in Variation.gradient.map { gradientCase(geometry, $0, type) } }
}
