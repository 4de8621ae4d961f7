internal import CKernels

// Scales of sub-blocks by search: round under a candidate scale, then refit it to the codes by least squares; the best
// of a few candidates wins. The idea is that of ggml's k-quants (llama.cpp, pull request 1684); what is minimised here
// is the plain squared error.

/// The inner loops give the same on every instruction set, so the widest runs. The table is constant.
nonisolated(unsafe) private let kernels = (InstructionSet.available.last ?? .portable).table!.pointee

/// x ≈ scale code with codes in -reach ... reach - 1.
///
/// - Parameter count: 16 or 32.
func fitScale(_ x: UnsafePointer<Float>, _ count: Int, reach: Float) -> Float {
    let top = extreme(x, count)
    guard top != 0, top.isFinite else { return 0 }
    return kernels.fit_scale(x, count, top, reach)
}

/// x ≈ scale code - offset with codes in 0 ... steps and an offset that is not negative.
///
/// - Parameter count: 16 or 32.
func fitScaleAndOffset(_ x: UnsafePointer<Float>, _ count: Int, steps: Float) -> (scale: Float, offset: Float) {
    var (low, high): (Float, Float) = (0, 0)
    for i in 0 ..< count {
        if x[i] < low { low = x[i] }
        if x[i] > high { high = x[i] }
    }
    guard high > low, (high - low).isFinite else { return (0, low.isFinite ? -low : 0) }
    var (scale, offset): (Float, Float) = (0, 0)
    kernels.fit_scale_and_offset(x, count, low, high, steps, &scale, &offset)
    return (scale, offset)
}

/// The squared error of x ≈ scale code - offset with the best codes in 0 ... steps.
///
/// - Parameter count: 16 or 32.
func fitError(_ x: UnsafePointer<Float>, _ count: Int, scale: Float, offset: Float, steps: Float) -> Float {
    kernels.fit_error(x, count, scale, inverse(scale), offset, steps)
}

/// The codes in bottom ... top, less the bottom, for which scale code - offset is nearest to each number.
///
/// - Parameter count: 16 or 32.
func fitCodes(
    _ x: UnsafePointer<Float>, _ count: Int, scale: Float, offset: Float = 0, bottom: Float = 0, top: Float,
    into codes: UnsafeMutablePointer<UInt8>
) {
    kernels.fit_codes(x, count, inverse(scale), offset, bottom, top, codes)
}
