internal import CKernels
import Foundation

// Rows of `width` elements, one after another. Weights are float32.
extension Processor {
    private static let rowGrain = 32

    /// y = x / sqrt(mean(x²) + epsilon) * (offset + weight) (arXiv:1910.07467). rstd [rows] is kept for the gradient.
    package func rmsNorm(
        _ x: Vector, weight: UnsafePointer<Float>, offset: Float = 0, epsilon: Float, into y: Vector,
        rstd: UnsafeMutablePointer<Float>?, width: Int
    ) {
        forRuns(.norms, x.count / width, grain: Self.rowGrain, bytes: x.bytes + y.bytes) {
            let i = $0.lowerBound
            kernels.rms_norm(
                x.at(i * width), x.type.code, weight, offset, epsilon, y.at(i * width), y.type.code,
                rstd.map { $0 + i }, $0.count, width)
        }
    }

    /// dx, and the weight's gradient added to `dweight` if given.
    package func rmsNormGradient(
        _ x: Vector, weight: UnsafePointer<Float>, offset: Float = 0, rstd: UnsafePointer<Float>, dy: Vector,
        into dx: Vector,
        dweight: UnsafeMutablePointer<Float>?, width: Int
    ) {
        reducingRows(x.count / width, into: [dweight], width: width, bytes: x.bytes + dy.bytes + dx.bytes) {
            rows, partial in
            let i = rows.lowerBound
            kernels.rms_norm_gradient(
                x.at(i * width), x.type.code, weight, offset, rstd + i, dy.at(i * width), dy.type.code,
                dx.at(i * width), dx.type.code, partial, rows.count,
                width)
        }
    }

    /// y = (x - mean) / sqrt(variance + epsilon) * weight + bias (arXiv:1607.06450).
    package func layerNorm(
        _ x: Vector, weight: UnsafePointer<Float>, bias: UnsafePointer<Float>?, epsilon: Float, into y: Vector,
        mean: UnsafeMutablePointer<Float>?,
        rstd: UnsafeMutablePointer<Float>?, width: Int
    ) {
        forRuns(.norms, x.count / width, grain: Self.rowGrain, bytes: x.bytes + y.bytes) {
            let i = $0.lowerBound
            kernels.layer_norm(
                x.at(i * width), x.type.code, weight, bias, epsilon, y.at(i * width), y.type.code, mean.map { $0 + i },
                rstd.map { $0 + i }, $0.count, width)
        }
    }

    package func layerNormGradient(
        _ x: Vector, weight: UnsafePointer<Float>, mean: UnsafePointer<Float>, rstd: UnsafePointer<Float>, dy: Vector,
        into dx: Vector,
        dweight: UnsafeMutablePointer<Float>?, dbias: UnsafeMutablePointer<Float>?, width: Int
    ) {
        reducingRows(x.count / width, into: [dweight, dbias], width: width, bytes: x.bytes + dy.bytes + dx.bytes) {
            rows, partial in
            let i = rows.lowerBound
            kernels.layer_norm_gradient(
                x.at(i * width), x.type.code, weight, mean + i, rstd + i, dy.at(i * width), dy.type.code,
                dx.at(i * width), dx.type.code, partial,
                dbias == nil ? nil : partial + width, rows.count, width)
        }
    }

    /// out[width] += the sum of the rows.
    package func addColumnSums(_ x: Vector, into out: UnsafeMutablePointer<Float>, width: Int) {
        reducingRows(x.count / width, into: [out], width: width, bytes: x.bytes) { rows, partial in
            kernels.column_sum(x.at(rows.lowerBound * width), x.type.code, width, partial, rows.count, width)
        }
    }

    /// out[row] = Σ x y of each row; rows of x and y stand `xStride` and `yStride` apart.
    package func rowDots(
        _ x: Vector, xStride: Int, _ y: Vector, yStride: Int, into out: UnsafeMutablePointer<Float>, rows: Int,
        width: Int
    ) {
        forRuns(.attention, rows, grain: Self.rowGrain, bytes: rows * width * (x.type.size + y.type.size)) {
            let i = $0.lowerBound
            kernels.row_dot(
                x.at(i * xStride), x.type.code, xStride, y.at(i * yStride), y.type.code, yStride, out + i, $0.count,
                width)
        }
    }

    /// Runs of rows sum into partial rows of their own, which are added in order: the same sum on any number of
    /// threads.
    private func reducingRows(
        _ rows: Int, into outs: [UnsafeMutablePointer<Float>?], width: Int, bytes: Int,
        _ body: (Range<Int>, UnsafeMutablePointer<Float>) -> Void
    ) {
        let grain = max(Self.rowGrain, (rows + 63) / 64)
        let runs = (rows + grain - 1) / grain, size = outs.count * width
        let partials = Storage(byteCount: max(1, runs * size) * 4)
        let base = partials.pointer.assumingMemoryBound(to: Float.self)
        forRuns(.norms, rows, grain: grain, bytes: bytes) {
            let partial = base + $0.lowerBound / grain * size
            memset(partial, 0, size * 4)
            body($0, partial)
        }
        for (n, out) in outs.enumerated() {
            guard let out else { continue }
            for run in 0 ..< runs { kernels.axpby(1, base + run * size + n * width, 1, out, width) }
        }
    }
}
