/// The filters by probability, one after the other: each sees what those before it left.
///
/// Equal logits are ordered by id, and each filter keeps an exact number of tokens.
struct CutRow {
    /// The weights by rank, descending; the first is 1.
    private let weights: [Double]
    /// By rank, the logarithm of the weight, which does not end where the weight is 0.
    private let scaled: (Int) -> Double
    private var ranks: Range<Int>
    /// What each filter left.
    private(set) var cuts: [SamplingDistribution.Cut] = []

    init(_ weights: [Double], scaled: @escaping (Int) -> Double) {
        self.weights = weights
        self.scaled = scaled
        ranks = weights.indices
    }

    /// Applies the filters that are set.
    ///
    /// - Parameter chance: the random number, 0 ..< 1, that decides whether XTC applies.
    mutating func apply(_ options: SamplingOptions, chance: Double) {
        if options.topP < 1 { keep(topP(options.topP), by: .topP, options.topP) }
        if options.minP > 0 { keep(minP(options.minP), by: .minP, options.minP) }
        if options.typicalP < 1 { keep(typicalP(options.typicalP), by: .typicalP, options.typicalP) }
        if options.xtcProbability > 0 {
            let applies = chance < options.xtcProbability
            keep(applies ? xtc(options.xtcThreshold) : ranks, by: .xtc, options.xtcThreshold, draw: chance)
        }
    }

    private mutating func keep(
        _ kept: Range<Int>, by filter: SamplingFilter, _ setting: Double, draw: Double? = nil
    ) {
        ranks = kept
        cuts.append(.init(filter: filter, setting: setting, ranks: kept, draw: draw))
    }

    /// The fewest tokens whose probabilities sum to at least p, and at least one.
    private func topP(_ p: Double) -> Range<Int> {
        let target = p * weights[ranks].reduce(0, +)
        var (sum, count) = (weights[0], 1)
        while count < ranks.count && sum < target {
            sum += weights[count]
            count += 1
        }
        return 0 ..< count
    }

    /// The tokens with at least p times the first one's probability.
    private func minP(_ p: Double) -> Range<Int> {
        // The first one's weight is 1, so that the ratio to it is the weight itself.
        0 ..< (weights[ranks].firstIndex { $0 < p } ?? ranks.upperBound)
    }

    /// Locally typical sampling (arXiv:2202.00666): the fewest tokens whose probabilities sum to at least p, those first
    /// whose surprise is nearest to the entropy.
    ///
    /// The surprise -log p rises with the rank, so that they lie together: the set grows on the side that is nearer, and
    /// where both are equally near on that of the more probable token.
    private func typicalP(_ p: Double) -> Range<Int> {
        let total = weights[ranks].reduce(0, +)
        // Entropy less surprise is the logarithm of the weight less its mean: the logarithm of the sum cancels.
        let mean = ranks.reduce(0.0) { weights[$1] > 0 ? $0 + weights[$1] / total * scaled($1) : $0 }
        var end = ranks.first { scaled($0) <= mean } ?? ranks.upperBound
        var start = end, sum = 0.0
        repeat {
            let isStartNext =
                end == ranks.upperBound
                || start > ranks.lowerBound && scaled(start - 1) - mean <= mean - scaled(end)
            if isStartNext { start -= 1 } else { end += 1 }
            sum += weights[isStartNext ? start : end - 1]
        } while sum < p * total && end - start < ranks.count
        return start ..< end
    }

    /// XTC, "exclude top choices" (p-e-w, text-generation-webui pull request 6335): of the tokens with at least the
    /// threshold's probability all but the last are left out.
    private func xtc(_ threshold: Double) -> Range<Int> {
        let least = threshold * weights[ranks].reduce(0, +)
        let probable = ranks.prefix { weights[$0] > 0 && weights[$0] >= least }
        return max(ranks.lowerBound, probable.endIndex - 1) ..< ranks.upperBound
    }
}
