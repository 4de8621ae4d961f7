// Scales of sub-blocks by search: round under a candidate scale, then refit it to the codes by least squares; the best of a few candidates wins.
// The idea is that of ggml's k-quants (llama.cpp, pull request 1684); what is minimised here is the plain squared error.

/// x ≈ scale code with codes in -reach ... reach - 1.
///
/// - Parameter count: 16 or 32.
func fitScale(_ x: UnsafePointer<Float>, _ count: Int, reach: Float) -> Float {
    let top = extreme(x, count)
    guard top != 0, top.isFinite else { return 0 }
    var (best, gain): (Float, Float) = (0, 0)
    for step in -9 ... 9 {
        let id = -(reach + 0.1 * Float(step)) / top
        var (products, squares) = (SIMD16<Float>(), SIMD16<Float>())
        for at in stride(from: 0, to: count, by: 16) {
            let numbers = sixteen(x, at), l = codes(numbers * id, bottom: -reach, top: reach - 1)
            products += numbers * l
            squares += l * l
        }
        let (xl, ll) = (total(products), total(squares))
        // With the best scale xl / ll the squared error is Σx² - xl² / ll.
        if ll > 0, xl * xl > gain * ll { (best, gain) = (xl / ll, xl * xl / ll) }
    }
    return best
}

/// x ≈ scale code - offset with codes in 0 ... steps and an offset that is not negative.
///
/// - Parameter count: 16 or 32.
func fitScaleAndOffset(_ x: UnsafePointer<Float>, _ count: Int, steps: Float) -> (scale: Float, offset: Float) {
    var (low, high): (Float, Float) = (0, 0)
    var all = SIMD16<Float>()
    for i in 0 ..< count {
        if x[i] < low { low = x[i] }
        if x[i] > high { high = x[i] }
    }
    for at in stride(from: 0, to: count, by: 16) { all += sixteen(x, at) }
    guard high > low, (high - low).isFinite else { return (0, low.isFinite ? -low : 0) }
    let n = Float(count), sum = total(all)
    var best = (scale: (high - low) / steps, offset: -low), least = Float.infinity
    for step in -10 ... 10 {
        let id = (steps + 0.1 * Float(step)) / (high - low)
        var (ones, squares, products) = (SIMD16<Float>(), SIMD16<Float>(), SIMD16<Float>())
        for at in stride(from: 0, to: count, by: 16) {
            let numbers = sixteen(x, at), l = codes((numbers - low) * id, top: steps)
            ones += l
            squares += l * l
            products += numbers * l
        }
        let (l1, l2, xl) = (total(ones), total(squares), total(products))
        let determinant = n * l2 - l1 * l1
        guard determinant > 0 else { continue }
        var scale = (n * xl - sum * l1) / determinant, start = (l2 * sum - l1 * xl) / determinant
        if start > 0 { (scale, start) = (xl / l2, 0) }
        var errors = SIMD16<Float>()
        for at in stride(from: 0, to: count, by: 16) {
            let numbers = sixteen(x, at), off = codes((numbers - low) * id, top: steps) * scale + start - numbers
            errors += off * off
        }
        let error = total(errors)
        if error < least { (best, least) = ((scale, -start), error) }
    }
    return best
}
