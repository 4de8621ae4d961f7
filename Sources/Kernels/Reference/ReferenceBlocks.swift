// Products with weights in blocks, by their definition. M rows of activations, N rows of weights, K numbers a row.
extension Reference {
    /// Activations as the products see them: per unit of 32 or 256 the largest in magnitude becomes 127, or 127 · 128,
    /// the others the nearest integers.
    package static func roundedActivations(_ x: [Float], unit: Int, as type: ActivationType) -> [Double] {
        let most: Float = type == .int8 ? 127 : 127 * 128
        return stride(from: 0, to: x.count, by: unit).flatMap { at -> [Double] in
            let part = x[at ..< at + unit], top = part.map(abs).max()!
            let scale = top / most, inverse: Float = top > 0x1p-100 ? most / top : 0
            return part.map { Double(scale) * Double(($0 * inverse).rounded(.toNearestOrEven)) }
        }
    }

    /// start + A Wᵀ of A [M, K] and the decoded W [N, K], in float64: [M, N]; and Σ|a||w| of each.
    package static func product(
        _ a: [Double], weights w: [Float], M: Int, N: Int, K: Int, start: (Int) -> Float
    ) -> (sums: [Double], sizes: [Double]) {
        var (sums, sizes): ([Double], [Double]) = ([], [])
        for i in 0 ..< M {
            for j in 0 ..< N {
                var (sum, size) = (Double(start(j)), Double(abs(start(j))))
                for k in 0 ..< K {
                    let term = a[i * K + k] * Double(w[j * K + k])
                    sum += term
                    size += abs(term)
                }
                sums.append(sum)
                sizes.append(size)
            }
        }
        return (sums, sizes)
    }
}
