import Kernels
import OrreryTokenizers

/// The tokens that the filters leave, with their probabilities.
///
/// Every filter cuts the descending list at its start or its end, so a set of kept tokens is a range of ranks. Weights
/// are exp((logit - highest) / temperature) in float64, summed from the top; a probability is a weight over the sum of
/// the kept ones.
struct SamplingDistribution {
    /// What a filter left.
    struct Cut {
        let filter: SamplingFilter
        let setting: Double
        let ranks: Range<Int>
        /// The random number that decided whether it applied; nil where none did.
        var draw: Double?
    }

    private let order: DescendingOrder
    private let highest: Double
    /// The weights by rank, of all that a filter by probability may look at.
    private let weights: [Double]

    /// The divisor of the logits.
    let temperature: Double

    /// What is left after each filter that was applied, in order; the first entry is before all filters.
    let cuts: [Cut]

    /// The ranks that are left at the end.
    let ranks: Range<Int>

    /// The sum of the weights of the tokens left at the end.
    let totalWeight: Double

    /// - Parameters:
    ///   - options: valid, and not greedy.
    ///   - chance: the random number, 0 ..< 1, that decides whether XTC applies.
    ///   - mu: the limit of mirostat, if that takes the place of the filters.
    ///   - isWhole: whether tokens are looked at that top-k removes; without them not all have to be sorted.
    init(
        _ logits: UnsafeBufferPointer<Float>, options: SamplingOptions, position: Int, chance: Double = 0,
        mu: Double? = nil, isWhole: Bool = true
    ) throws {
        let isShort = !isWhole && options.topK > 0 && mu == nil
        order = try DescendingOrder(logits, position: position, first: isShort ? options.topK : .max)
        highest = Double(order.logit(at: 0))
        temperature = options.temperature(of: logits)
        let all = Cut(filter: .temperature, setting: temperature, ranks: 0 ..< order.count)
        if let mu {
            let filtered = Self.mirostat(order, temperature, version: options.mirostat, mu: mu, logits.count)
            (cuts, weights) = ([all, filtered.cut], filtered.weights)
        } else {
            let first = Self.cutsByLogit(order, logits, options)
            let (highest, temperature) = (highest, temperature)
            let weights = (first.last?.ranks ?? all.ranks).map { [order] in
                Self.weight(of: order.logit(at: $0), below: highest, temperature)
            }
            var row = CutRow(weights) { [order] in (Double(order.logit(at: $0)) - highest) / temperature }
            row.apply(options, chance: chance)
            cuts = [all] + first + row.cuts
            self.weights = weights
        }
        ranks = cuts.last!.ranks
        totalWeight = weights[ranks].reduce(0, +)
    }

    /// The filters that need no probabilities.
    private static func cutsByLogit(
        _ order: DescendingOrder, _ logits: UnsafeBufferPointer<Float>, _ options: SamplingOptions
    ) -> [Cut] {
        var cuts: [Cut] = []
        var count = order.count
        if options.topNSigma > 0 {
            let least = lowestLogit(within: options.topNSigma, logits)
            count = (0 ..< count).first { $0 > 0 && Double(order.logit(at: $0)) < least } ?? count
            cuts.append(Cut(filter: .topNSigma, setting: options.topNSigma, ranks: 0 ..< count))
        }
        if options.topK > 0 {
            count = min(options.topK, count)
            cuts.append(Cut(filter: .topK, setting: Double(options.topK), ranks: 0 ..< count))
        }
        return cuts
    }

    /// The highest logit less so many standard deviations of all that are not masked.
    private static func lowestLogit(within deviations: Double, _ logits: UnsafeBufferPointer<Float>) -> Double {
        let values = logits.lazy.filter { $0 > -.infinity }.map(Double.init)
        let (count, sum, top) = values.reduce((0.0, 0.0, -Double.infinity)) { ($0.0 + 1, $0.1 + $1, max($0.2, $1)) }
        let mean = sum / count
        let squares = values.reduce(0.0) { $0 + ($1 - mean) * ($1 - mean) }
        return top - deviations * (squares / count).squareRoot()
    }

    private static func mirostat(
        _ order: DescendingOrder, _ temperature: Double, version: Int, mu: Double, _ vocabulary: Int
    ) -> (cut: Cut, weights: [Double]) {
        let highest = Double(order.logit(at: 0))
        let scaled = (0 ..< order.count).map { (Double(order.logit(at: $0)) - highest) / temperature }
        let weights = scaled.map(portableExp)
        let count =
            version == 1
            ? Mirostat.count(mu: mu, scaled: scaled, vocabulary: vocabulary)
            : Mirostat.count(mu: mu, weights: weights)
        return (Cut(filter: .mirostat, setting: mu, ranks: 0 ..< count), weights)
    }

    @inline(__always)
    private static func weight(of logit: Float, below highest: Double, _ temperature: Double) -> Double {
        portableExp((Double(logit) - highest) / temperature)
    }

    /// The rank of a token.
    func rank(of token: TokenID) -> Int { (0 ..< order.count).first { order.token(at: $0) == token } ?? 0 }

    /// The token that `rank` others come before.
    func token(at rank: Int) -> TokenID { order.token(at: rank) }

    /// The logit of the token that `rank` others come before.
    func logit(at rank: Int) -> Float { order.logit(at: rank) }

    /// The weight of the token that `rank` others come before: 1 for the first.
    func weight(at rank: Int) -> Double {
        rank < weights.count ? weights[rank] : weight(of: order.logit(at: rank))
    }

    /// The weight of a token with this logit.
    func weight(of logit: Float) -> Double { Self.weight(of: logit, below: highest, temperature) }

    /// The sum of the weights of these tokens.
    func weight(of ranks: Range<Int>) -> Double { ranks.reduce(0) { $0 + weight(at: $1) } }

    /// The probability with which the token that `rank` others come before is drawn.
    func probability(at rank: Int) -> Double { ranks.contains(rank) ? weight(at: rank) / totalWeight : 0 }

    /// The rank where the cumulative distribution passes `draw`, a number in 0 ..< 1.
    func rank(at draw: Double) -> Int {
        let target = draw * totalWeight
        var (cumulative, last) = (0.0, ranks.lowerBound)
        // Where a weight is 0 nothing can be chosen; reached only when rounding leaves the sum a little short of the
        // target.
        for rank in ranks where weights[rank] > 0 {
            cumulative += weights[rank]
            last = rank
            if cumulative > target { break }
        }
        return last
    }
}
