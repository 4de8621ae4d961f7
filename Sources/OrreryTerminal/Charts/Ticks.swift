import Foundation

/// The round values on an axis, and how they are written.
struct Ticks {
    var values: [Double]
    var labels: [String]

    /// Multiples of 1, 2 or 5 times a power of ten inside the range, about `count` of them.
    static func linear(_ range: ClosedRange<Double>, count: Int) -> Ticks {
        let span = range.upperBound - range.lowerBound
        guard span.isFinite, span > 0, count > 0 else { return Ticks(values: [], labels: []) }
        let rough = span / Double(count)
        let power = pow(10, floor(log10(rough)))
        let step = [1, 2, 5, 10].map { $0 * power }.first { $0 >= rough * 0.999 } ?? 10 * power
        guard step.isNormal else { return Ticks(values: [], labels: []) }
        // Adding 0 makes -0 a 0. A little slack, so that 0.3 counts as inside 0...0.3 although 3 * 0.1 is above it.
        let first = (range.lowerBound / step - 1e-6).rounded(.up),
            last = (range.upperBound / step + 1e-6).rounded(.down)
        let values = stride(from: first, through: last, by: 1).prefix(4 * count + 4).map { $0 * step + 0 }
        return Ticks(values: Array(values), labels: labels(values, step: step))
    }

    /// 1, 10, 100, ... inside a range of decimal logarithms; with 2 and 5 between where there are few. The values stay
    /// logarithms.
    static func logarithmic(_ range: ClosedRange<Double>, count: Int) -> Ticks {
        let decades = range.upperBound - range.lowerBound
        guard decades.isFinite, decades > 0 else { return Ticks(values: [], labels: []) }
        let factors: [Double] = decades * 3 <= Double(count) ? [1, 2, 5] : [1]
        var ticks = Ticks(values: [], labels: [])
        for exponent in stride(from: range.lowerBound.rounded(.down), through: range.upperBound, by: 1).prefix(40) {
            for factor in factors {
                let logarithm = exponent + log10(factor)
                guard logarithm >= range.lowerBound - 1e-9, logarithm <= range.upperBound + 1e-9 else { continue }
                ticks.values.append(logarithm)
                ticks.labels.append(labels([factor * pow(10, exponent)], step: pow(10, exponent))[0])
            }
        }
        return ticks
    }

    /// With one suffix and one number of decimals for the whole axis: 0, 0.5M, 1.0M.
    private static func labels(_ values: [Double], step: Double) -> [String] {
        let largest = values.reduce(0) { max($0, abs($1)) }
        guard largest == 0 || (1e-4 ..< 1e15).contains(largest) else {
            return values.map { $0 == 0 ? "0" : Human.scientific($0) }
        }
        let scales: [(Double, String)] = [(1e12, "T"), (1e9, "B"), (1e6, "M"), (1e3, "k")]
        let (scale, suffix) = largest < 10_000 ? (1, "") : scales.first { largest >= $0.0 } ?? (1, "")
        let decimals = (0 ... 6).first { isWhole(step / scale * pow(10, Double($0))) } ?? 6
        return values.map { value in
            value == 0 && !suffix.isEmpty
                ? "0" : Human.fixed(value == 0 ? 0 : value / scale, decimals: decimals) + suffix
        }
    }

    private static func isWhole(_ value: Double) -> Bool {
        value >= 0.5 && abs(value - value.rounded()) < 1e-6 * value
    }
}
