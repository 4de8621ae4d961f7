import Foundation
import Kernels
import OrreryTensor

/// A distance bias, and the tensor [H, 2 reach + 1] that its terms come from.
package struct LearnedDistances {
    package let bias: DistanceBias
    let terms: Tensor
}

/// T5's relative positions (arXiv:1910.10683, 2.1): a learned term per head for each of a few distances, exact ones
/// near by and wider and wider ones further off.
///
/// H heads.
package struct RelativeBuckets: Sendable {
    /// [buckets, H]
    package let table: Embedding
    package let maxDistance: Int
    /// Half of the buckets are for what lies behind, half for what lies ahead; else all for what lies behind.
    package let bothWays: Bool

    /// - Parameters:
    ///   - buckets: at least 4.
    ///   - maxDistance: from which on all distances share the last bucket; more than a quarter of the buckets, or half
    ///     where only one way counts.
    package init(_ scope: WeightScope, buckets: Int, heads: Int, maxDistance: Int, bothWays: Bool) throws {
        table = try Embedding(scope, buckets, heads)
        (self.maxDistance, self.bothWays) = (maxDistance, bothWays)
    }

    /// What is added to scores.
    package var distances: LearnedDistances {
        let (buckets, H) = (table.weight.shape[0], table.weight.shape[1])
        let byDistance = table((-maxDistance ... maxDistance).map { Int32(bucket($0, of: buckets)) })
        // [distances, H] to [H, distances]
        let terms = byDistance.reshaped([1, byDistance.rows, H]).swappingHeads(H, merging: false)
            .reshaped([H, byDistance.rows])
        return LearnedDistances(bias: DistanceBias(reach: maxDistance, terms: terms.floats), terms: terms)
    }

    /// - Parameter distance: key - query.
    private func bucket(_ distance: Int, of all: Int) -> Int {
        let count = bothWays ? all / 2 : all, exact = count / 2
        let first = bothWays && distance > 0 ? count : 0, apart = bothWays ? abs(distance) : max(0, -distance)
        if apart < exact { return first + apart }
        // In float32, as the original: what falls on an edge must fall on the same side.
        let share = log(Float(apart) / Float(exact)) / Float(log(Double(maxDistance) / Double(exact)))
        return first + min(count - 1, exact + Int(share * Float(count - exact)))
    }
}
