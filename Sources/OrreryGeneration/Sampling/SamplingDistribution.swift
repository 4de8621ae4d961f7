import Kernels
import OrreryTokenizers

/// The tokens that the filters leave, with their probabilities.
///
/// Every filter cuts the descending list somewhere, so a set of kept tokens is a number: the first so many. Weights are
/// exp((logit - highest) / temperature) in float64, summed from the top; a probability is a weight over the sum of the
/// kept ones.
struct SamplingDistribution {
    private let order: DescendingOrder
    private let temperature: Double
    private let highest: Double
    /// The weights by rank, of all that a filter by probability may look at.
    private let weights: [Double]

    /// How many tokens are left after each filter that was applied, in order; the first entry is before all filters.
    let kept: [(filter: SamplingFilter, count: Int)]

    /// How many tokens are left at the end.
    let count: Int

    /// The sum of the weights of the tokens left at the end.
    let totalWeight: Double

    /// - Parameters:
    ///   - options: valid, and not greedy.
    ///   - isWhole: whether tokens are looked at that top-k removes; without them not all have to be sorted.
    init(
        _ logits: UnsafeBufferPointer<Float>, options: SamplingOptions, position: Int, isWhole: Bool = true
    ) throws {
        let order = try DescendingOrder(
            logits, position: position, first: isWhole || options.topK == 0 ? .max : options.topK)
        let (highest, temperature) = (Double(order.logit(at: 0)), options.temperature)
        var kept = [(filter: SamplingFilter.temperature, count: order.count)]
        var count = order.count
        if options.topK > 0 {
            count = min(options.topK, count)
            kept.append((.topK, count))
        }
        let weights = (0 ..< count).map { Self.weight(of: order.logit(at: $0), below: highest, temperature) }
        if options.topP < 1 {
            count = Self.countReaching(options.topP, weights)
            kept.append((.topP, count))
        }
        if options.minP > 0 {
            // The first one's weight is 1, so that the ratio to it is the weight itself.
            count = weights[..<count].firstIndex { $0 < options.minP } ?? count
            kept.append((.minP, count))
        }
        (self.order, self.highest, self.temperature, self.weights) = (order, highest, temperature, weights)
        (self.kept, self.count, totalWeight) = (kept, count, weights[..<count].reduce(0, +))
    }

    /// top-p: the fewest tokens whose probabilities sum to at least `topP`, and at least one.
    private static func countReaching(_ topP: Double, _ weights: [Double]) -> Int {
        let target = topP * weights.reduce(0, +)
        var (sum, count) = (weights[0], 1)
        while count < weights.count && sum < target {
            sum += weights[count]
            count += 1
        }
        return count
    }

    @inline(__always)
    private static func weight(of logit: Float, below highest: Double, _ temperature: Double) -> Double {
        portableExp((Double(logit) - highest) / temperature)
    }

    /// The number of tokens that come before this one.
    func rank(of token: TokenID) -> Int { (0 ..< order.count).first { order.token(at: $0) == token } ?? 0 }

    /// The token that `rank` others come before.
    func token(at rank: Int) -> TokenID { order.token(at: rank) }

    /// The logit of the token that `rank` others come before.
    func logit(at rank: Int) -> Float { order.logit(at: rank) }

    /// The weight of the token that `rank` others come before: 1 for the first.
    func weight(at rank: Int) -> Double {
        rank < weights.count ? weights[rank] : Self.weight(of: order.logit(at: rank), below: highest, temperature)
    }

    /// The weight of a token with this logit.
    func weight(of logit: Float) -> Double { Self.weight(of: logit, below: highest, temperature) }

    /// The sum of the weights of the first `count` tokens.
    func weight(ofFirst count: Int) -> Double { (0 ..< count).reduce(0) { $0 + weight(at: $1) } }

    /// The rank where the cumulative distribution passes `draw`, a number in 0 ..< 1.
    func rank(at draw: Double) -> Int {
        let target = draw * totalWeight
        var (cumulative, last) = (0.0, 0)
        // Where a weight is 0 nothing can be chosen; reached only when rounding leaves the sum a little short of the
        // target.
        for rank in 0 ..< count where weights[rank] > 0 {
            cumulative += weights[rank]
            last = rank
            if cumulative > target { break }
        }
        return last
    }
}
