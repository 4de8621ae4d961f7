import Kernels
import OrreryTokenizers

/// The choice among all tokens, with no filter: the token at a place of the cumulative distribution, found without
/// sorting the vocabulary.
///
/// Tokens are counted into bins by logit, with the sum of each bin's weights; the place falls into one bin, and that one
/// alone is sorted. The weights are those of `SamplingDistribution`; their sums are added bin by bin from the top, in a
/// bin by id.
struct UnfilteredDraw {
    /// The bins for each factor of e between two weights.
    private static let binsPerUnit = 64.0
    private static let bins = 2048

    private let logits: UnsafeBufferPointer<Float>
    private let highest: Double
    private let temperature: Double
    private let position: Int

    /// - Throws: `GenerationError` for NaN, +inf, or when every token is masked.
    init(_ logits: UnsafeBufferPointer<Float>, temperature: Double, position: Int) throws {
        self.logits = logits
        self.temperature = temperature
        self.position = position
        highest = Double(try Self.highest(logits, position))
    }

    private static func highest(_ logits: UnsafeBufferPointer<Float>, _ position: Int) throws -> Float {
        var most = SIMD8<Float>(repeating: -.infinity), isNumber = SIMDMask<SIMD8<Int32>>(repeating: true)
        let whole = logits.count / 8 * 8
        for first in stride(from: 0, to: whole, by: 8) {
            let v = UnsafeRawPointer(logits.baseAddress! + first).loadUnaligned(as: SIMD8<Float>.self)
            isNumber = isNumber .& (v .< SIMD8(repeating: .infinity))
            most.replace(with: v, where: v .> most)
        }
        var highest = most.max(), isFinite = all(isNumber)
        for token in whole ..< logits.count {
            isFinite = isFinite && logits[token] < .infinity
            highest = max(highest, logits[token])
        }
        if !isFinite {
            let token = logits.firstIndex { !($0 < .infinity) }!
            throw GenerationError.logit(logits[token], token: TokenID(token), position: position)
        }
        if highest == -.infinity {
            throw GenerationError.nothingToChoose(vocabulary: logits.count, position: position)
        }
        return highest
    }

    /// The token where the cumulative distribution passes `draw`, a number in 0 ..< 1.
    func token(at draw: Double) -> TokenID {
        let count = logits.count
        return withUnsafeTemporaryAllocation(of: Double.self, capacity: count) { weights in
            withUnsafeTemporaryAllocation(of: Int32.self, capacity: count) { bins in
                var sums = [Double](repeating: 0, count: Self.bins)
                weigh(weights.baseAddress!, bins.baseAddress!, &sums)
                let target = draw * sums.reduce(0, +)
                // Reached only when rounding leaves the sum a little short of the target: the last bin with a weight.
                var (bin, below) = (0, 0.0), cumulative = 0.0
                for (candidate, sum) in sums.enumerated() where sum > 0 {
                    (bin, below) = (candidate, cumulative)
                    cumulative += sum
                    if cumulative > target { break }
                }
                return token(in: bin, from: below, to: target, weights.baseAddress!, bins.baseAddress!)
            }
        }
    }

    /// The weight and the bin of each token, and the sum of each bin.
    private func weigh(
        _ weights: UnsafeMutablePointer<Double>, _ bins: UnsafeMutablePointer<Int32>, _ sums: inout [Double]
    ) {
        Processor.current.samplingWeights(
            logits, highest: highest, temperature: temperature, binsPerUnit: Self.binsPerUnit, bins: Self.bins,
            weights: weights, bins: bins)
        sums.withUnsafeMutableBufferPointer { sums in
            for token in 0 ..< logits.count { sums[Int(bins[token])] += weights[token] }
        }
    }

    private func token(
        in bin: Int, from below: Double, to target: Double, _ weights: UnsafePointer<Double>,
        _ bins: UnsafePointer<Int32>
    ) -> TokenID {
        var members: [Int] = []
        for token in 0 ..< logits.count where bins[token] == bin && weights[token] > 0 { members.append(token) }
        members.sort { logits[$0] > logits[$1] || logits[$0] == logits[$1] && $0 < $1 }
        var cumulative = below
        for token in members {
            cumulative += weights[token]
            if cumulative > target { return TokenID(token) }
        }
        return TokenID(members[members.count - 1])
    }
}
