import Foundation

/// Attention with every score in memory. B sequences, T queries, S keys, H heads, D head size.
package struct ReferenceAttention {
    package var shape: AttentionShape
    /// [B, T, H, D]
    package var q: [Float]
    /// [B, S, Hkv, D]
    package var k: [Float]
    package var v: [Float]
    /// Whether dropout keeps the probability of (b, h, t, s), and its chance of dropping.
    package var keeps: ((Int, Int, Int, Int) -> Bool)?
    package var dropped: Double = 0

    package init(_ shape: AttentionShape, q: [Float], k: [Float], v: [Float]) { (self.shape, self.q, self.k, self.v) = (shape, q, k, v) }

    package struct Result {
        /// [B, T, H, D]
        package var y: [Double]
        /// [B, H, T]
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
    }

    private func query(_ b: Int, _ t: Int, _ h: Int) -> Int { ((b * shape.queries + t) * shape.heads + h) * shape.headSize }
    private func key(_ b: Int, _ s: Int, _ h: Int) -> Int { ((b * shape.keys + s) * shape.keyValueHeads + h / shape.group) * shape.headSize }
    private func dot(_ x: [Float], _ i: Int, _ y: [Float], _ j: Int) -> Double {
        (0 ..< shape.headSize).reduce(0) { $0 + Double(x[i + $1]) * Double(y[j + $1]) }
    }
    private func size(_ x: [Float], _ i: Int, _ y: [Float], _ j: Int) -> Double {
        (0 ..< shape.headSize).reduce(0) { $0 + abs(Double(x[i + $1]) * Double(y[j + $1])) }
    }
    private func used(_ p: Double, _ b: Int, _ h: Int, _ t: Int, _ s: Int) -> Double {
        guard let keeps else { return p }
        return keeps(b, h, t, s) ? p / (1 - dropped) : 0
    }
    private func forEachRow(_ body: (Int, Int, Int) -> Void) {
        for b in 0 ..< shape.batch { for h in 0 ..< shape.heads { for t in 0 ..< shape.queries { body(b, h, t) } } }
    }

    private func seen(_ t: Int) -> ClosedRange<Int> { shape.mask.keys(seenFrom: shape.firstPosition + t) }

    /// scale q k of one query and key, soft-capped (arXiv:2408.00118), before what distance adds.
    private func capped(_ b: Int, _ h: Int, _ t: Int, _ s: Int) -> Double {
        let score = Double(shape.scale) * dot(q, query(b, t, h), k, key(b, s, h))
        return shape.softCap.map { Double($0) * tanh(score / Double($0)) } ?? score
    }

    /// Scores of the keys that query t sees, with - slope (distance) (arXiv:2108.12409) and T5's terms (arXiv:1910.10683).
    private func scores(_ b: Int, _ h: Int, _ t: Int) -> [Double] {
        seen(t).map { s in capped(b, h, t, s) + bias(h, t, s) }
    }

    private func bias(_ h: Int, _ t: Int, _ s: Int) -> Double {
        let distance = s - shape.firstPosition - t, slope = shape.slopes.isEmpty ? 0 : Double(shape.slopes[h])
        return slope * Double(distance) + Double(shape.distanceBias?.term(head: h, distance: distance) ?? 0)
    }

    package func forward() -> Result {
        let zeros = [Double](repeating: 0, count: q.count)
        var result = Result(y: zeros, logSumExp: [], magnitude: zeros, largestScore: 0)
        forEachRow { b, h, t in
            let s = scores(b, h, t), sink = shape.sinks.isEmpty ? -.infinity : Double(shape.sinks[h]), top = max(s.max()!, sink)
            let lse = top + log(s.reduce(exp(sink - top)) { $0 + exp($1 - top) })
            result.logSumExp.append(lse)
            for (j, score) in zip(seen(t), s) {
                let p = used(exp(score - lse), b, h, t, j)
                for i in 0 ..< shape.headSize {
                    let term = p * Double(v[key(b, j, h) + i])
                    result.y[query(b, t, h) + i] += term
                    result.magnitude[query(b, t, h) + i] += abs(term)
                }
                let terms = Double(shape.scale) * size(q, query(b, t, h), k, key(b, j, h)) + abs(bias(h, t, j)) + Double(shape.softCap ?? 0)
                result.largestScore = max(result.largestScore, terms)
            }
        }
        return result
    }

    /// dV = Pᵀ dO, dP = dO Vᵀ, dS = P (dP - rowsum(dO O)), dQ = scale dS K, dK = scale dSᵀ Q (arXiv:2205.14135, appendix B.2).
    package func gradient(dy: [Float]) -> Gradient {
        let (ofQueries, ofKeys) = ([Double](repeating: 0, count: q.count), [Double](repeating: 0, count: k.count))
        var g = Gradient(dq: ofQueries, dk: ofKeys, dv: ofKeys, dqMagnitude: ofQueries, dkMagnitude: ofKeys, dvMagnitude: ofKeys)
        let forward = forward(), scale = Double(shape.scale)
        var row = 0
        forEachRow { b, h, t in
            let from = query(b, t, h), lse = forward.logSumExp[row]
            row += 1
            let delta = (0 ..< shape.headSize).reduce(0) { $0 + Double(dy[from + $1]) * forward.y[from + $1] }
            let deltaSize = (0 ..< shape.headSize).reduce(0) { $0 + abs(Double(dy[from + $1])) * forward.magnitude[from + $1] }
            for (j, score) in zip(seen(t), scores(b, h, t)) {
                let to = key(b, j, h), p = exp(score - lse), pUsed = used(p, b, h, t, j)
                let dp = used(dot(dy, from, v, to), b, h, t, j), dpSize = used(size(dy, from, v, to), b, h, t, j)
                let tangent = shape.softCap.map { capped(b, h, t, j) / Double($0) } ?? 0
                let ds = scale * p * (dp - delta) * (1 - tangent * tangent), dsSize = scale * p * (dpSize + deltaSize)
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
