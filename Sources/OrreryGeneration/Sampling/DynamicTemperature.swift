import Kernels

extension SamplingOptions {
    /// The temperature of a row of logits: with a range, higher where the model is less sure.
    ///
    /// From temperature - range (at least 0) to temperature + range, by the entropy of softmax(logits) as a share of the
    /// highest possible one, to the power of the exponent (llama.cpp's `temp_ext`). Only finite logits count.
    func temperature(of logits: UnsafeBufferPointer<Float>) -> Double {
        guard dynatempRange > 0 else { return temperature }
        let (lowest, highest) = (max(0, temperature - dynatempRange), temperature + dynatempRange)
        guard let share = Self.entropyShare(of: logits) else { return temperature }
        let power = share > 0 ? portableExp(dynatempExponent * portableLog(share)) : dynatempExponent == 0 ? 1 : 0
        // Above 0, since logits are divided by it; the most probable token has all of it there.
        return max(lowest + (highest - lowest) * power, 1e-300)
    }

    /// The entropy over its highest possible value, 0 to 1; nil for fewer than two candidates.
    private static func entropyShare(of logits: UnsafeBufferPointer<Float>) -> Double? {
        let top = Double(logits.max() ?? 0)
        var (count, total, weighted) = (0, 0.0, 0.0)
        for logit in logits where logit.isFinite {
            let below = Double(logit) - top, weight = portableExp(below)
            count += 1
            total += weight
            weighted += weight * below
        }
        guard count > 1 else { return nil }
        return min(1, max(0, (portableLog(total) - weighted / total) / portableLog(Double(count))))
    }
}
