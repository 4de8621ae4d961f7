import Kernels

// Error of a sum of K products in float32, in any order, from a start s: K u (Σ|a||b| + |s|) with u = 2^-24 (Higham,
// Accuracy and Stability of Numerical Algorithms, 3.1). bfloat16 products are exact in float32; some processors round a
// pair's sum once more, hence 2 K.
private let shapes: [(m: Int, n: Int, k: Int)] = [
    (1, 1, 1), (1, 7, 15), (1, 129, 33), (7, 1, 17), (7, 15, 31), (15, 33, 7), (17, 17, 17), (31, 65, 1), (33, 31, 100),
    (65, 100, 129), (100, 7, 65),
    (129, 129, 33), (12, 32, 64), (13, 33, 2), (3, 5, 0), (2, 64, 1030), (5, 17, 2051), (14, 40, 3), (97, 200, 9),
]
private let types: [(a: ElementType, b: ElementType, c: ElementType, compute: ElementType)] = [
    (.float32, .float32, .float32, .float32), (.bfloat16, .bfloat16, .float32, .bfloat16),
    (.float32, .bfloat16, .bfloat16, .bfloat16),
    (.bfloat16, .float32, .float32, .bfloat16), (.float32, .float32, .bfloat16, .float32),
    (.bfloat16, .bfloat16, .bfloat16, .float32),
    (.float32, .float32, .bfloat16, .bfloat16),
]
private enum Start: String, CaseIterable { case zero, accumulate, bias }

let productCases: [KernelCase] = shapes.flatMap { shape in
    types.flatMap { type in
        [(false, false), (false, true), (true, false), (true, true)].flatMap { aTransposed, bTransposed in
            Start.allCases.filter { $0 != .accumulate || type.c == .float32 }.map { start in
                let (M, N, K) = shape
                let label =
                    "[\(M), \(K)]\(aTransposed ? "ᵀ" : "") [\(K), \(N)]\(bTransposed ? "ᵀ" : "") "
                    + "\(type.a.name) \(type.b.name) -> \(type.c.name) as \(type.compute.name), \(start.rawValue)"
                return KernelCase(kernel: "product", label: label) { processor, findings in
                    var samples = Samples(M * 10_000 + N * 100 + K)
                    let (a, b) = (samples.floats(M * K, type.a), samples.floats(K * N, type.b))
                    let (before, bias) = (samples.floats(M * N), samples.floats(N))
                    func grid(
                        _ x: [Float], _ type: ElementType, _ rows: Int, _ columns: Int, _ transposed: Bool
                    ) -> Grid {
                        // strides beyond the width, the gap full of NaN
                        transposed
                            ? Grid(
                                type, rows: columns, width: rows, stride: rows + 3,
                                Reference.transposed(x, rows: rows, columns: columns))
                            : Grid(type, rows: rows, width: columns, stride: columns + 5, x)
                    }
                    let aGrid = grid(a, type.a, M, K, aTransposed), bGrid = grid(b, type.b, K, N, bTransposed),
                        biasGrid = Grid(bias)
                    let c = Grid(type.c, rows: M, width: N, stride: N + 1, start == .accumulate ? before : nil)
                    let mode: ProductStart =
                        switch start {
                        case .zero: .zero
                        case .accumulate: .accumulate
                        case .bias: .bias(biasGrid.floats)
                        }
                    processor.multiply(
                        aTransposed ? aGrid.matrix.transposed : aGrid.matrix,
                        bTransposed ? bGrid.matrix.transposed : bGrid.matrix, into: c.matrix,
                        start: mode, computeType: type.compute)

                    let (x, y) = (a.rounded(to: type.compute), b.rounded(to: type.compute))
                    let first: (Int, Int) -> Float = {
                        start == .zero ? 0 : start == .bias ? bias[$1] : before[$0 * N + $1]
                    }
                    let want = Reference.product(x, y, M: M, N: N, K: K, start: first)
                    let size = Reference.product(x.map(abs), y.map(abs), M: M, N: N, K: K) { abs(first($0, $1)) }
                    let roundings = Double(type.compute == .bfloat16 ? 2 * K : K)
                    findings.expect(c, want, "C") { roundings * Reference.float32Roundoff * size[$0] }
                }
            }
        }
    }
}

/// X Xᵀ and its square: the mirrored half has the bits that it would have been given.
let symmetricProductCases: [KernelCase] = [(1, 3), (12, 7), (33, 40), (64, 64), (97, 130), (40, 2100)].flatMap { N, K in
    [ElementType.float32, .bfloat16].flatMap { type in
        [false, true].map { transposed in
            KernelCase(
                kernel: "symmetric product", label: "[\(N), \(K)]\(transposed ? " from the right" : "") as \(type.name)"
            ) { processor, findings in
                var samples = Samples(N * 100 + K)
                let x =
                    transposed
                    ? Grid(.float32, rows: K, width: N, samples.floats(K * N))
                    : Grid(.float32, rows: N, width: K, samples.floats(K * N))
                let (left, right) = transposed ? (x.matrix.transposed, x.matrix) : (x.matrix, x.matrix.transposed)
                let (gram, square, got) = (
                    Grid(.float32, rows: N, width: N), Grid(.float32, rows: N, width: N),
                    Grid(.float32, rows: N, width: N)
                )
                for (a, b, want) in [(left, right, gram), (gram.matrix, gram.matrix, square)] {
                    processor.multiply(a, b, into: want.matrix, computeType: type)
                    processor.multiplySymmetric(a, b, into: got.matrix, computeType: type)
                    findings.expect(
                        got.intact && got.values.map(\.bitPattern) == want.values.map(\.bitPattern),
                        "not the bits of the whole product")
                }
            }
        }
    }
}
