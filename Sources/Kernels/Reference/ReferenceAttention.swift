import Foundation

/// Attention with every score in memory. N rows of queries in runs, S keys of all runs one after the other, H heads, D
/// head size.
package struct ReferenceAttention {
    package var shape: AttentionShape
    /// [N, H, D]
    package var q: [Float]
    /// [S, Hkv, D]
    package var k: [Float]
    package var v: [Float]
    /// Whether dropout keeps the probability of (row, h, s), and its chance of dropping.
    package var keeps: ((Int, Int, Int) -> Bool)?
    package var dropped: Double = 0

    package init(_ shape: AttentionShape, q: [Float], k: [Float], v: [Float]) {
        (self.shape, self.q, self.k, self.v) = (shape, q, k, v)
    }

    package struct Result {
        /// [N, H, D]
        package var y: [Double]
        /// [H, N]
        package var logSumExp: [Double]
        /// Σ p |v|, the size of the terms of y
        package var magnitude: [Double]
        /// The largest Σ |scale q k| + |bias| of a score.
        package var largestScore: Double
    }

    package struct Gradient {
        package var (dq, dk, dv): ([Double], [Double], [Double])
        /// The same sums over absolute values.
        package var (dqMagnitude, dkMagnitude, dvMagnitude): ([Double], [Double], [Double])
        /// [H], and [H, 2 reach + 1]; empty where the shape has none.
        package var (dsinks, ddistances): ([Double], [Double])
        package var (dsinksMagnitude, ddistancesMagnitude): ([Double], [Double])
    }

    /// A query: its row, its head, its position, and where its sequence's keys begin.
    private struct Row {
        var row: Int
        var head: Int
        var position: Int
        var firstKey: Int
        var seen: ClosedRange<Int>
    }

    private func query(_ r: Row) -> Int { (r.row * shape.heads + r.head) * shape.headSize }
    private func key(_ r: Row, _ s: Int) -> Int {
        ((r.firstKey + s) * shape.keyValueHeads + r.head / shape.group) * shape.headSize
    }
    private func dot(_ x: [Float], _ i: Int, _ y: [Float], _ j: Int) -> Double {
        (0 ..< shape.headSize).reduce(0) { $0 + Double(x[i + $1]) * Double(y[j + $1]) }
    }
    private func size(_ x: [Float], _ i: Int, _ y: [Float], _ j: Int) -> Double {
        (0 ..< shape.headSize).reduce(0) { $0 + abs(Double(x[i + $1]) * Double(y[j + $1])) }
    }
    private func used(_ p: Double, _ r: Row, _ s: Int) -> Double {
        guard let keeps else { return p }
        return keeps(r.row, r.head, s) ? p / (1 - dropped) : 0
    }
    private func forEachRow(_ body: (Row) -> Void) {
        for head in 0 ..< shape.heads {
            var firstKey = 0
            for run in shape.runs {
                for t in 0 ..< run.queries {
                    let position = run.firstPosition + t
                    body(
                        Row(
                            row: run.firstRow + t, head: head, position: position, firstKey: firstKey,
                            seen: shape.keys(seenFrom: position, in: run)))
                }
                firstKey += run.keys
            }
        }
    }

    /// scale q k of one query and key, soft-capped (arXiv:2408.00118), before what distance adds.
    private func capped(_ r: Row, _ s: Int) -> Double {
        let score = Double(shape.scale) * dot(q, query(r), k, key(r, s))
        return shape.softCap.map { Double($0) * tanh(score / Double($0)) } ?? score
    }

    /// Scores of the keys that a query sees, with - slope (distance) (arXiv:2108.12409) and T5's terms
    /// (arXiv:1910.10683).
    private func scores(_ r: Row) -> [Double] { r.seen.map { s in capped(r, s) + bias(r, s) } }

    private func bias(_ r: Row, _ s: Int) -> Double {
        let distance = s - r.position, slope = shape.slopes.isEmpty ? 0 : Double(shape.slopes[r.head])
        return slope * Double(distance) + Double(shape.distanceBias?.term(head: r.head, distance: distance) ?? 0)
    }

    package func forward() -> Result {
        let zeros = [Double](repeating: 0, count: q.count)
        var result = Result(y: zeros, logSumExp: [], magnitude: zeros, largestScore: 0)
        forEachRow { r in
            let s = scores(r), sink = shape.sinks.isEmpty ? -.infinity : Double(shape.sinks[r.head]),
                top = max(s.max()!, sink)
            let lse = top + log(s.reduce(exp(sink - top)) { $0 + exp($1 - top) })
            result.logSumExp.append(lse)
            for (j, score) in zip(r.seen, s) {
                let p = used(exp(score - lse), r, j)
                for i in 0 ..< shape.headSize {
                    let term = p * Double(v[key(r, j) + i])
                    result.y[query(r) + i] += term
                    result.magnitude[query(r) + i] += abs(term)
                }
                let terms =
                    Double(shape.scale) * size(q, query(r), k, key(r, j)) + abs(bias(r, j)) + Double(shape.softCap ?? 0)
                result.largestScore = max(result.largestScore, terms)
            }
        }
        return result
    }

    /// dV = Pᵀ dO, dP = dO Vᵀ, dS = P (dP - rowsum(dO O)), dQ = scale dS K, dK = scale dSᵀ Q (arXiv:2205.14135,
    /// appendix B.2).
    package func gradient(dy: [Float]) -> Gradient {
        let (ofQueries, ofKeys) = ([Double](repeating: 0, count: q.count), [Double](repeating: 0, count: k.count))
        let ofSinks = [Double](repeating: 0, count: shape.sinks.count)
        let ofDistances = [Double](repeating: 0, count: shape.distanceBias?.terms.count ?? 0)
        var g = Gradient(
            dq: ofQueries, dk: ofKeys, dv: ofKeys, dqMagnitude: ofQueries, dkMagnitude: ofKeys, dvMagnitude: ofKeys,
            dsinks: ofSinks, ddistances: ofDistances, dsinksMagnitude: ofSinks, ddistancesMagnitude: ofDistances)
        let forward = forward(), scale = Double(shape.scale)
        var row = 0
        forEachRow { r in
            let from = query(r), lse = forward.logSumExp[row]
            row += 1
            let delta = (0 ..< shape.headSize).reduce(0) { $0 + Double(dy[from + $1]) * forward.y[from + $1] }
            let deltaSize = (0 ..< shape.headSize).reduce(0) {
                $0 + abs(Double(dy[from + $1])) * forward.magnitude[from + $1]
            }
            if !shape.sinks.isEmpty {
                let share = exp(Double(shape.sinks[r.head]) - lse)
                g.dsinks[r.head] -= share * delta
                g.dsinksMagnitude[r.head] += share * deltaSize
            }
            for (j, score) in zip(r.seen, scores(r)) {
                let to = key(r, j), p = exp(score - lse), pUsed = used(p, r, j)
                let dp = used(dot(dy, from, v, to), r, j), dpSize = used(size(dy, from, v, to), r, j)
                let tangent = shape.softCap.map { capped(r, j) / Double($0) } ?? 0
                let ds = scale * p * (dp - delta) * (1 - tangent * tangent), dsSize = scale * p * (dpSize + deltaSize)
                if let term = shape.distanceBias?.index(head: r.head, distance: j - r.position) {
                    g.ddistances[term] += p * (dp - delta)
                    g.ddistancesMagnitude[term] += p * (dpSize + deltaSize)
                }
                for i in 0 ..< shape.headSize {
                    let (qi, ki, dyi) = (Double(q[from + i]), Double(k[to + i]), Double(dy[from + i]))
                    g.dv[to + i] += pUsed * dyi
                    g.dk[to + i] += ds * qi
                    g.dq[from + i] += ds * ki
                    g.dvMagnitude[to + i] += pUsed * abs(dyi)
                    g.dkMagnitude[to + i] += dsSize * abs(qi)
                    g.dqMagnitude[from + i] += dsSize * abs(ki)
                }
            }
        }
        return g
    }
}
