// Norms of rows of W elements. The gradients take the statistics that the forward pass kept, as the kernels do.
extension Reference {
    /// x / sqrt(mean(x²) + ε) (offset + w) (arXiv:1910.07467)
    package static func rmsNorm(
        _ x: [Float], weight w: [Float], offset: Float = 0, epsilon: Float
    ) -> (y: [Double], rstd: [Double]) {
        let W = w.count
        let rstd = (0 ..< x.count / W).map { row in
            1 / (sumOfSquares(Array(x[row * W ..< (row + 1) * W])) / Double(W) + Double(epsilon)).squareRoot()
        }
        return (x.indices.map { Double(x[$0]) * rstd[$0 / W] * (Double(offset) + Double(w[$0 % W])) }, rstd)
    }

    /// With n = x rstd: dx = rstd (w dy - n mean(w dy n)), dw = Σ over rows of dy n.
    package static func rmsNormGradient(
        _ x: [Float], weight w: [Float], offset: Float = 0, rstd: [Float], dy: [Float]
    ) -> (dx: [Double], dweight: [Double]) {
        let W = w.count
        var dx = [Double](), dweight = [Double](repeating: 0, count: W)
        for r in 0 ..< x.count / W {
            let s = Double(rstd[r]), n = (0 ..< W).map { Double(x[r * W + $0]) * s }
            let g = (0 ..< W).map { (Double(offset) + Double(w[$0])) * Double(dy[r * W + $0]) }
            let mean = (0 ..< W).reduce(0) { $0 + g[$1] * n[$1] } / Double(W)
            for i in 0 ..< W {
                dx.append(s * (g[i] - n[i] * mean))
                dweight[i] += Double(dy[r * W + i]) * n[i]
            }
        }
        return (dx, dweight)
    }

    /// (x - mean) / sqrt(variance + ε) w + b (arXiv:1607.06450)
    package static func layerNorm(
        _ x: [Float], weight w: [Float], bias: [Float]?, epsilon: Float
    ) -> (y: [Double], mean: [Double], rstd: [Double]) {
        let W = w.count
        var y = [Double](), means = [Double](), rstds = [Double]()
        for r in 0 ..< x.count / W {
            let row = x[r * W ..< (r + 1) * W].map(Double.init)
            let mean = row.reduce(0, +) / Double(W)
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(W)
            let rstd = 1 / (variance + Double(epsilon)).squareRoot()
            y += (0 ..< W).map { (row[$0] - mean) * rstd * Double(w[$0]) + Double(bias?[$0] ?? 0) }
            means.append(mean)
            rstds.append(rstd)
        }
        return (y, means, rstds)
    }

    /// With n = (x - mean) rstd: dx = rstd (w dy - mean(w dy) - n mean(w dy n)), dw = Σ dy n, db = Σ dy.
    package static func layerNormGradient(
        _ x: [Float], weight w: [Float], mean: [Float], rstd: [Float], dy: [Float]
    ) -> (dx: [Double], dweight: [Double], dbias: [Double]) {
        let W = w.count
        var dx = [Double](), dweight = [Double](repeating: 0, count: W)
        for r in 0 ..< x.count / W {
            let s = Double(rstd[r]), n = (0 ..< W).map { (Double(x[r * W + $0]) - Double(mean[r])) * s }
            let g = (0 ..< W).map { Double(w[$0]) * Double(dy[r * W + $0]) }
            let (a, b) = (g.reduce(0, +) / Double(W), (0 ..< W).reduce(0) { $0 + g[$1] * n[$1] } / Double(W))
            for i in 0 ..< W {
                dx.append(s * (g[i] - a - n[i] * b))
                dweight[i] += Double(dy[r * W + i]) * n[i]
            }
        }
        return (dx, dweight, columnSums(dy, width: W))
    }
}
