/// e to the power of `x`, for `x` from minus infinity to 0, the same bits on every platform.
///
/// The C library's exp differs between systems in the last place, enough to move the edge between two tokens once in a
/// long while; this one is additions and multiplications only. x = k ln 2 + r with |r| <= ln 2 / 2, where thirteen
/// terms of the Taylor series leave an error below that of rounding (4e-18). What would be below 1e-307 is 0.
@inlinable @inline(__always)
package func portableExp(_ x: Double) -> Double {
    guard x > -708 else { return 0 }
    // Adding 1.5 * 2^52 leaves no bits for a fraction: rounding without the call that it is on a baseline x86-64.
    let k = (x * 1.4426950408889634 + 0x1.8p52) - 0x1.8p52
    // ln 2 in two parts, the first with so many trailing zeros that k times it is exact (fdlibm's e_exp.c).
    let r = (x - k * 6.93147180369123816490e-01) - k * 1.90821492927058770002e-10
    var sum = 1.0 / 6_227_020_800
    sum = sum * r + 1.0 / 479_001_600
    sum = sum * r + 1.0 / 39_916_800
    sum = sum * r + 1.0 / 3_628_800
    sum = sum * r + 1.0 / 362_880
    sum = sum * r + 1.0 / 40_320
    sum = sum * r + 1.0 / 5_040
    sum = sum * r + 1.0 / 720
    sum = sum * r + 1.0 / 120
    sum = sum * r + 1.0 / 24
    sum = sum * r + 1.0 / 6
    sum = sum * r + 0.5
    sum = sum * r + 1
    sum = sum * r + 1
    return sum * Double(bitPattern: UInt64(Int64(k) + 1023) << 52)
}
