import Foundation

/// How rotary positions are stretched over longer sequences than a model was first trained on, by the names of Hugging
/// Face's `rope_type`.
package enum RotaryScaling: Sendable, Hashable {
    case none
    /// Positions divided by `factor` (arXiv:2306.15595)
    case linear(factor: Float)
    /// Beyond `originalMaxPositionEmbeddings` the base grows with the length of the sequence ("dynamic NTK")
    case dynamic(factor: Float, originalMaxPositionEmbeddings: Int)
    /// Low frequencies divided, high ones kept, between them a ramp (arXiv:2407.21783, Llama 3.1's)
    case llama3(Llama3)
    /// The same with another ramp, and louder (arXiv:2309.00071)
    case yarn(YaRN)
    /// Frequencies divided each by its own factor, one set for short sequences and one for long (arXiv:2402.13753)
    case longrope(LongRoPE)
    /// Frequencies divided each by its own factor, as GGUF stores Llama 3's scaling (`rope_freqs.weight`)
    case factors([Float])

    package struct Llama3: Sendable, Hashable {
        package var factor: Float
        package var lowFreqFactor: Float
        package var highFreqFactor: Float
        package var originalMaxPositionEmbeddings: Int

        package init(factor: Float, lowFreqFactor: Float, highFreqFactor: Float, originalMaxPositionEmbeddings: Int) {
            (self.factor, self.lowFreqFactor, self.highFreqFactor) = (factor, lowFreqFactor, highFreqFactor)
            self.originalMaxPositionEmbeddings = originalMaxPositionEmbeddings
        }
    }

    package struct YaRN: Sendable, Hashable {
        package var factor: Float
        package var originalMaxPositionEmbeddings: Int
        /// Turns over the original length from which a frequency is kept, and up to which it is divided.
        package var betaFast: Float
        package var betaSlow: Float
        /// Of queries and keys; nil: 0.1 ln(factor) + 1.
        package var attentionFactor: Float?
        /// Whether the ends of the ramp are rounded to whole elements.
        package var truncate: Bool

        package init(
            factor: Float, originalMaxPositionEmbeddings: Int, betaFast: Float = 32, betaSlow: Float = 1,
            attentionFactor: Float? = nil,
            truncate: Bool = true
        ) {
            (self.factor, self.originalMaxPositionEmbeddings, self.betaFast) = (
                factor, originalMaxPositionEmbeddings, betaFast
            )
            (self.betaSlow, self.attentionFactor, self.truncate) = (betaSlow, attentionFactor, truncate)
        }

        /// 0.1 m ln(factor) + 1, the paper's equation 22 with DeepSeek's m.
        package static func magnitude(_ factor: Float, _ m: Double = 1) -> Double {
            factor <= 1 ? 1 : 0.1 * m * log(Double(factor)) + 1
        }
    }

    package struct LongRoPE: Sendable, Hashable {
        /// A divisor per frequency, for sequences up to the original length and for longer ones.
        package var shortFactor: [Float]
        package var longFactor: [Float]
        package var originalMaxPositionEmbeddings: Int
        /// Of queries and keys.
        package var attentionFactor: Float

        package init(
            shortFactor: [Float], longFactor: [Float], originalMaxPositionEmbeddings: Int, attentionFactor: Float
        ) {
            (self.shortFactor, self.longFactor) = (shortFactor, longFactor)
            (self.originalMaxPositionEmbeddings, self.attentionFactor) = (
                originalMaxPositionEmbeddings, attentionFactor
            )
        }

        /// sqrt(1 + ln(factor) / ln(original length)), for a model stretched by `factor`.
        package static func attentionFactor(_ factor: Float, originalMaxPositionEmbeddings: Int) -> Float {
            factor <= 1 ? 1 : Float((1 + log(Double(factor)) / log(Double(originalMaxPositionEmbeddings))).squareRoot())
        }
    }

    /// `original_max_position_embeddings`, where the scaling goes by it.
    package var originalLength: Int? {
        switch self {
        case .none, .linear, .factors: nil
        case .dynamic(_, let original): original
        case .llama3(let scaling): scaling.originalMaxPositionEmbeddings
        case .yarn(let scaling): scaling.originalMaxPositionEmbeddings
        case .longrope(let scaling): scaling.originalMaxPositionEmbeddings
        }
    }

    /// Sequences for which one set of frequencies holds.
    enum Stretch: Hashable {
        case any
        /// longer than the original length
        case long
        /// of exactly this length
        case exactly(Int)
    }

    func stretch(_ sequenceLength: Int) -> Stretch {
        switch self {
        case .dynamic(_, let original) where sequenceLength > original: .exactly(sequenceLength)
        case .longrope(let scaling) where sequenceLength > scaling.originalMaxPositionEmbeddings: .long
        default: .any
        }
    }

    /// Whether frequencies depend on the length of the sequence.
    package var goesByLength: Bool {
        switch self {
        case .dynamic, .longrope: true
        case .none, .linear, .llama3, .yarn, .factors: false
        }
    }

    /// The same as a number: 0 where it holds for any length.
    package func stretchNumber(_ sequenceLength: Int) -> Int {
        switch stretch(sequenceLength) {
        case .any: 0
        case .long: 1
        case .exactly(let length): length
        }
    }

    /// The longest sequence that is meant, for a model whose configuration promises `positions`.
    package func contextLength(_ positions: Int) -> Int {
        func stretched(_ factor: Float, _ original: Int) -> Int {
            max(positions, Int(min(Double(original) * Double(factor), 0x1p24)))
        }
        return switch self {
        case .none, .factors, .longrope: positions
        case .linear(let factor): stretched(factor, positions)
        case .dynamic(let factor, let original): stretched(factor, original)
        case .llama3(let scaling): stretched(scaling.factor, scaling.originalMaxPositionEmbeddings)
        case .yarn(let scaling): stretched(scaling.factor, scaling.originalMaxPositionEmbeddings)
        }
    }

    /// What cosines and sines are multiplied by: scores grow by its square.
    var attentionFactor: Float {
        switch self {
        case .yarn(let scaling): scaling.attentionFactor ?? Float(YaRN.magnitude(scaling.factor))
        case .longrope(let scaling): scaling.attentionFactor
        default: 1
        }
    }

    /// Angle per position of each turning pair of `dimensions` elements. In float32 and in this order, as every
    /// published implementation computes them: a rounding here grows with the position.
    func frequencies(_ dimensions: Int, theta: Float, _ stretch: Stretch) -> [Float] {
        var base = Double(theta)
        if case .dynamic(let factor, let original) = self, case .exactly(let length) = stretch {
            let growth = Double(factor) * Double(length) / Double(original) - (Double(factor) - 1)
            base *= pow(growth, Double(dimensions) / Double(dimensions - 2))
        }
        let periods = (0 ..< (dimensions + 1) / 2).map { Float(pow(base, Double(Float(2 * $0) / Float(dimensions)))) }
        switch self {
        case .none, .dynamic: return periods.map { 1 / $0 }
        case .linear(let factor): return periods.map { 1 / $0 / factor }
        case .factors(let factors): return zip(periods, factors).map { 1 / $0 / $1 }
        case .longrope(let scaling):
            return zip(periods, stretch == .long ? scaling.longFactor : scaling.shortFactor).map { 1 / ($1 * $0) }
        case .llama3(let scaling): return periods.map { scaling.scaled(1 / $0) }
        case .yarn(let scaling): return scaling.frequencies(periods, dimensions, base)
        }
    }
}

extension RotaryScaling.Llama3 {
    fileprivate func scaled(_ frequency: Float) -> Float {
        let original = Float(originalMaxPositionEmbeddings), wavelength = 2 * Float.pi / frequency
        if wavelength > original / lowFreqFactor { return frequency / factor }
        if wavelength < original / highFreqFactor { return frequency }
        let smooth = (original / wavelength - lowFreqFactor) / (highFreqFactor - lowFreqFactor)
        return (1 - smooth) * frequency / factor + smooth * frequency
    }
}

extension RotaryScaling.YaRN {
    /// The paper's equations 17 to 23.
    fileprivate func frequencies(_ periods: [Float], _ dimensions: Int, _ base: Double) -> [Float] {
        /// The element that makes so many turns over the original length.
        func element(turns: Float) -> Double {
            Double(dimensions) * log(Double(originalMaxPositionEmbeddings) / (Double(turns) * 2 * Double.pi))
                / (2 * log(base))
        }
        var low = element(turns: betaFast), high = element(turns: betaSlow)
        if truncate { (low, high) = (low.rounded(.down), high.rounded(.up)) }
        (low, high) = (max(low, 0), min(high, Double(dimensions - 1)))
        if low == high { high += 0.001 }
        return periods.enumerated().map { i, period in
            let ramp = max(0, min(1, (Float(i) - Float(low)) / Float(high - low))), kept = 1 - ramp
            return 1 / (factor * period) * (1 - kept) + 1 / period * kept
        }
    }
}
