// Codes of blocks are rounded and held inside of their range here; NaN becomes the lowest code.

/// Adding and taking off 1.5 · 2²³ rounds what is below 2²² to the nearest integer, ties to even, in two instructions
/// on every processor.
private let integers: Float = 0x1.8p23

/// Nearest integer, ties to even, within 0 ... top.
@inline(__always)
func code(_ x: Float, top: Float) -> UInt8 {
    guard x > 0 else { return 0 }
    return x < top ? UInt8((x + integers) - integers) : UInt8(top)
}

/// Nearest integer, ties to even, within bottom ... top.
@inline(__always)
func code(_ x: Float, bottom: Float, top: Float) -> Int8 {
    guard x > bottom else { return Int8(bottom) }
    return x < top ? Int8((x + integers) - integers) : Int8(top)
}

/// 1 / x, and 0 for what has no useful inverse.
@inline(__always)
func inverse(_ x: Float) -> Float {
    let y = 1 / x
    return y.isFinite ? y : 0
}

/// The element that is largest in magnitude, with its sign; 0 of none.
@inline(__always)
func extreme(_ x: UnsafePointer<Float>, _ count: Int) -> Float {
    var (size, value): (Float, Float) = (0, 0)
    for i in 0 ..< count where abs(x[i]) > size { (size, value) = (abs(x[i]), x[i]) }
    return value
}

/// The step and the start of `steps` equal steps from the least to the largest of these numbers.
@inline(__always)
func span(_ x: UnsafePointer<Float>, _ count: Int, steps: Float) -> (step: Float, start: Float) {
    var (low, high) = (x[0], x[0])
    for i in 1 ..< count {
        if x[i] < low { low = x[i] }
        if x[i] > high { high = x[i] }
    }
    return ((high - low) / steps, low)
}
