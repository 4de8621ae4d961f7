import Foundation
import OrreryTokenizers

/// Logarithms and what belongs to them.
enum Logarithm {
    static func natural(_ x: Double) -> Double { log(x) }

    static func exponential(_ x: Double) -> Double { exp(x) }

    /// The derivative of the logarithm of the gamma function, for x > 0: the recurrence ψ(x) = ψ(x + 1) - 1/x up to x ≥
    /// 8, from where the asymptotic series is exact to 1e-13 (Abramowitz and Stegun, 6.3.5 and 6.3.18).
    static func digamma(_ x: Double) -> Double {
        var (x, sum) = (x, 0.0)
        while x < 8 {
            sum -= 1 / x
            x += 1
        }
        let y = 1 / (x * x)
        let series =
            y * (1.0 / 12 - y * (1.0 / 120 - y * (1.0 / 252 - y * (1.0 / 240 - y * (1.0 / 132 - y * (691.0 / 32760))))))
        return sum + log(x) - 0.5 / x - series
    }
}
