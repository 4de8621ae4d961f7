import OrreryTokenizers

/// The tokens that the filters leave, with their probabilities.
///
/// Every filter cuts the descending list somewhere, so a set of kept tokens is a number: the first so many. Weights are
/// exp((logit - highest) / temperature) in float64; a probability is a weight over the sum of the kept ones. Where all tokens
/// are kept the sum runs in the order of ids, so that nothing needs to be sorted for it; otherwise from the top.
struct SamplingDistribution {
    private var order: DescendingOrder
    private let logits: UnsafeBufferPointer<Float>
    private let temperature: Double
    private let highest: Double

    /// How many tokens are left after each filter that was applied, in order; the first entry is before all filters.
    private(set) var kept: [(filter: SamplingFilter, count: Int)]

    /// The sum of the weights of the tokens left at the end.
    private(set) var totalWeight = 0.0

    /// - Parameter options: valid, and not greedy.
    init(_ logits: UnsafeBufferPointer<Float>, options: SamplingOptions, position: Int) throws {
        self.logits = logits
        order = try DescendingOrder(logits, position: position)
        temperature = options.temperature
        highest = Double(order.logit(at: 0))
        kept = [(.temperature, order.count)]
        if options.topK > 0 { kept.append((.topK, min(options.topK, order.count))) }
        if options.topP < 1 { kept.append((.topP, countReaching(options.topP))) }
        if options.minP > 0 { kept.append((.minP, countAtLeast(options.minP))) }
        totalWeight = weight(ofFirst: count)
    }

    /// How many tokens are left at the end.
    var count: Int { kept[kept.count - 1].count }

    /// The token that `rank` others come before.
    mutating func token(at rank: Int) -> TokenID { order.token(at: rank) }

    /// The logit of the token that `rank` others come before.
    mutating func logit(at rank: Int) -> Float { order.logit(at: rank) }

    /// The weight of the token that `rank` others come before: 1 for the first.
    mutating func weight(at rank: Int) -> Double { weight(of: order.logit(at: rank)) }

    /// The sum of the weights of the first `count` tokens.
    mutating func weight(ofFirst count: Int) -> Double {
        guard count < order.count else {
            // A masked token's weight is exp(-inf) = 0.
            return logits.reduce(0) { $0 + weight(of: $1) }
        }
        var sum = 0.0
        for rank in 0..<count { sum += weight(at: rank) }
        return sum
    }

    /// The rank where the cumulative distribution passes `draw`, a number in 0 ..< 1.
    mutating func rank(at draw: Double) -> Int {
        let target = draw * totalWeight
        var (cumulative, last) = (0.0, 0)
        for rank in 0..<count {
            let weight = weight(at: rank)
            // Below here nothing can be chosen; reached only when rounding left the sum a little short of the target.
            if weight == 0 { break }
            cumulative += weight
            last = rank
            if cumulative > target { break }
        }
        return last
    }

    @inline(__always)
    private func weight(of logit: Float) -> Double { portableExp((Double(logit) - highest) / temperature) }

    /// top-p: the fewest tokens whose probabilities sum to at least `topP`.
    private mutating func countReaching(_ topP: Double) -> Int {
        let target = topP * weight(ofFirst: count)
        var (sum, rank) = (weight(at: 0), 1)
        while rank < count && sum < target {
            sum += weight(at: rank)
            rank += 1
        }
        return rank
    }

    /// min-p: the tokens whose probability is at least `minP` of the first's; its weight is 1.
    private mutating func countAtLeast(_ minP: Double) -> Int {
        var rank = 1
        while rank < count && weight(at: rank) >= minP { rank += 1 }
        return rank
    }
}
