/// The natural logarithm of `x`, for `x` above 0 (minus infinity for 0), the same bits on every platform.
///
/// Like `portableExp`, additions, multiplications and one division only. x = 2^k m with m between sqrt(1/2) and sqrt(2);
/// log m = 2 (s + s^3/3 + s^5/5 + ...) with s = (m - 1) / (m + 1), |s| < 0.172, where twelve terms leave an error below
/// that of rounding (1e-19).
package func portableLog(_ x: Double) -> Double {
    guard x > 0 else { return -.infinity }
    var k = Double(x.exponent), m = x.significand
    if m > 1.4142135623730951 {
        m /= 2
        k += 1
    }
    let s = (m - 1) / (m + 1), square = s * s
    var sum = 0.0
    for divisor in stride(from: 23.0, through: 1, by: -2) { sum = sum * square + 1 / divisor }
    // ln 2 in two parts, the first with so many trailing zeros that k times it is exact (fdlibm's e_log.c).
    return k * 6.93147180369123816490e-01 + (2 * s * sum + k * 1.90821492927058770002e-10)
}
