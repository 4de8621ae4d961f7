import Kernels
import OrreryModels
import OrreryNN

/// The work that `orrery bench model` times.
struct ModelMeasurement {
    struct Result {
        /// Medians, tokens a second; nil where none were asked for.
        let prefill: Double?
        let decode: Double?
        let bytesPerToken: Int
        /// Of these the keys and values.
        let cacheBytesPerToken: Int
        /// 10⁹ bytes and operations a second.
        let bandwidth: Double
        let peak: Double
        let bandwidthShare: Double?
        let arithmeticShare: Double?
    }

    let model: any TokenModel
    let type: ElementType
    let promptTokens: Int
    let newTokens: Int
    let cacheType: CacheType
    /// Positions that the cache holds before.
    let depth: Int
    private let ids: [Int32]
    private let cost: ModelCost

    init(
        _ model: any TokenModel, type: ElementType, cacheType: CacheType, promptTokens: Int, newTokens: Int, depth: Int
    ) {
        (self.model, self.type, self.cacheType) = (model, type, cacheType)
        (self.promptTokens, self.newTokens, self.depth) = (promptTokens, newTokens, depth)
        var state: UInt64 = 1
        ids = (0 ..< depth + max(promptTokens, newTokens)).map { _ in
            state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
            return Int32(state >> 33) % Int32(model.shape.vocabularySize)
        }
        cost = ModelCost(model, type: type, cacheType: cacheType)
    }

    /// Of weights, and of keys and values at the middle of the text.
    private var cacheBytesPerToken: Int { cost.keyValueBytes(positions: depth + newTokens / 2) }
    private var bytesPerToken: Int { cost.weightBytes + cacheBytesPerToken }

    /// - Parameter progress: receives the rounds done and all of them; false stops.
    /// - Returns: nil if stopped in the first round.
    func run(_ repetitions: Int, progress: (Int, Int) -> Bool) -> Result? {
        var prefills: [Double] = [], decodes: [Double] = [], bandwidths: [Double] = [], shares: [Double] = [],
            peak = 0.0
        let state = model.makeState(capacity: ids.count, type: cacheType)
        // Packs weights and touches pages; not counted.
        fill(state)
        if promptTokens > 0 { _ = prefill(state) }
        if newTokens > 0 { _ = decode(min(newTokens, 2), state) }
        for round in 0 ..< repetitions {
            guard progress(round, repetitions) else { break }
            if newTokens > 0 {
                let (rate, bandwidth) = decode(newTokens, state)
                decodes.append(rate)
                bandwidths.append(bandwidth)
                shares.append(rate * Double(bytesPerToken) / 1e9 / bandwidth)
            }
            if promptTokens > 0 {
                peak = max(peak, measuredPeak)
                prefills.append(prefill(state))
            }
        }
        guard !prefills.isEmpty || !decodes.isEmpty else { return nil }
        let prefill = median(prefills)
        return Result(
            prefill: prefill, decode: median(decodes), bytesPerToken: bytesPerToken,
            cacheBytesPerToken: cacheBytesPerToken,
            bandwidth: median(bandwidths) ?? Processor.current.measuredReadBandwidth(seconds: 0.3),
            peak: peak == 0 ? measuredPeak : peak, bandwidthShare: median(shares),
            arithmeticShare: prefill.map { $0 * cost.operations / 1e9 / peak })
    }

    private var measuredPeak: Double { model.measuredPeak(type, .current, seconds: 0.1) }

    private func prefill(_ state: any SequenceState) -> Double {
        rewind(state)
        let new = Array(ids[depth ..< depth + promptTokens]), start = ContinuousClock.now
        _ = model.logits(Batch(new, continuing: state), ForwardContext(computeType: type))
        return Double(promptTokens) / (ContinuousClock.now - start).seconds
    }

    /// Tokens a second, and 10⁹ bytes a second that memory gave meanwhile: the clock stands still while that is
    /// sampled.
    private func decode(_ count: Int, _ state: any SequenceState) -> (rate: Double, bandwidth: Double) {
        rewind(state)
        var seconds = 0.0, bandwidth = ReadBandwidth()
        for first in stride(from: 0, to: count, by: Self.tokensPerSample) {
            bandwidth.sample(on: .current)
            let start = ContinuousClock.now
            for id in ids[depth + first ..< depth + min(count, first + Self.tokensPerSample)] {
                _ = model.logits(Batch([id], continuing: state), ForwardContext(computeType: type))
            }
            seconds += (ContinuousClock.now - start).seconds
        }
        return (Double(count) / seconds, bandwidth.rate)
    }

    private static let tokensPerSample = 8

    /// Brings the cache to the depth; not timed.
    private func rewind(_ state: any SequenceState) {
        // What a layer with a window has let go of is computed again.
        state.truncate(to: state.canTruncate(to: depth) ? depth : 0)
        fill(state)
    }

    private func fill(_ state: any SequenceState) {
        while state.count < depth {
            let piece = Array(ids[state.count ..< min(depth, state.count + 512)])
            _ = model.logits(Batch(piece, continuing: state), ForwardContext(computeType: type))
        }
    }

    private func median(_ values: [Double]) -> Double? {
        let sorted = values.sorted()
        return sorted.isEmpty ? nil : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
    }
}
