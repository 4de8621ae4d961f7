// Scales of sub-blocks by search: round under a candidate scale, then refit it to the codes by least squares; the best of a few candidates wins.
// The idea is that of ggml's k-quants (llama.cpp, pull request 1684); what is minimised here is the plain squared error.

/// x ≈ scale code with codes in -reach ... reach - 1.
func fitScale(_ x: UnsafePointer<Float>, _ count: Int, reach: Float) -> Float {
    let top = extreme(x, count)
    guard top != 0, top.isFinite else { return 0 }
    var (best, gain): (Float, Float) = (0, 0)
    for step in -9 ... 9 {
        let id = -(reach + 0.1 * Float(step)) / top
        var (xl, ll): (Float, Float) = (0, 0)
        for i in 0 ..< count {
            let l = Float(code(x[i] * id, bottom: -reach, top: reach - 1))
            xl += x[i] * l
            ll += l * l
        }
        // With the best scale xl / ll the squared error is Σx² - xl² / ll.
        if ll > 0, xl * xl > gain * ll { (best, gain) = (xl / ll, xl * xl / ll) }
    }
    return best
}

/// x ≈ scale code - offset with codes in 0 ... steps and an offset that is not negative.
func fitScaleAndOffset(_ x: UnsafePointer<Float>, _ count: Int, steps: Float) -> (scale: Float, offset: Float) {
    var (low, high): (Float, Float) = (0, 0)
    var sum: Float = 0
    for i in 0 ..< count {
        if x[i] < low { low = x[i] }
        if x[i] > high { high = x[i] }
        sum += x[i]
    }
    guard high > low, (high - low).isFinite else { return (0, low.isFinite ? -low : 0) }
    let n = Float(count)
    var best = (scale: (high - low) / steps, offset: -low), least = Float.infinity
    for step in -10 ... 10 {
        let id = (steps + 0.1 * Float(step)) / (high - low)
        var (l1, l2, xl): (Float, Float, Float) = (0, 0, 0)
        for i in 0 ..< count {
            let l = Float(code((x[i] - low) * id, top: steps))
            l1 += l
            l2 += l * l
            xl += x[i] * l
        }
        let determinant = n * l2 - l1 * l1
        guard determinant > 0 else { continue }
        var scale = (n * xl - sum * l1) / determinant, start = (l2 * sum - l1 * xl) / determinant
        if start > 0 { (scale, start) = (xl / l2, 0) }
        var error: Float = 0
        for i in 0 ..< count {
            let l = Float(code((x[i] - low) * id, top: steps)), off = scale * l + start - x[i]
            error += off * off
        }
        if error < least { (best, least) = ((scale, -start), error) }
    }
    return best
}
