import Kernels

// Error of a product in blocks: activations are rounded as the reference rounds them, sums inside a sub-block are
// exact, and what is left is a float32 sum of K / 16 terms at most, each a product of rounded scales: (K / 16 + 8) u
// Σ|a||w| and as much for the offsets, whose terms may be larger than their sum.
private let blockShapes: [(m: Int, n: Int, blocks: Int)] = [
    (1, 1, 1), (1, 16, 2), (1, 33, 3), (2, 17, 1), (3, 40, 2), (5, 16, 1), (7, 100, 3), (14, 31, 2), (33, 65, 1),
]

let blockProductCases: [KernelCase] = ActivationType.allCases.flatMap { blockProductCases($0) }

private func blockProductCases(_ activations: ActivationType) -> [KernelCase] {
    BlockFormat.allCases.flatMap { format in
        blockShapes.flatMap { shape in
            [ElementType.float32, .bfloat16].map { type in
                let (M, N) = (shape.m, shape.n),
                    K = format.isFloat ? shape.blocks * 37 : shape.blocks * format.elementsPerBlock
                return KernelCase(
                    kernel: "product of \(format.rawValue), \(activations)",
                    label: "[\(M), \(K)] [\(N), \(K)]ᵀ of \(type.name)"
                ) { given, findings in
                    let processor = Processor(given.instructionSet, threads: given.threads, activations: activations)
                    var samples = Samples(M * 10_000 + N * 100 + K)
                    let a = samples.floats(M * K, type), bias = samples.floats(N)
                    let order = (0 ..< N).map { (N - 1 - $0) }  // rows stored backwards
                    let w = try! QuantizedMatrix(samples.floats(N * K), rows: N, columns: K, as: format)
                    let ordered = try! w.reordered(order)
                    var decoded: [Float] = []
                    for i in 0 ..< N {
                        decoded += [Float](unsafeUninitializedCapacity: K) {
                            ordered.decode(row: i, into: $0.baseAddress!)
                            $1 = K
                        }
                    }
                    let aGrid = Grid(type, rows: M, width: K, stride: K + 3, a),
                        c = Grid(type, rows: M, width: N, stride: N + 1), biasGrid = Grid(bias)
                    processor.multiply(aGrid.matrix, ordered, into: c.matrix, start: .bias(biasGrid.floats))
                    let rounded =
                        format.isFloat
                        ? a.map(Double.init)
                        : Reference.roundedActivations(a, unit: format.elementsPerBlock, as: activations)
                    let want = Reference.product(rounded, weights: decoded, M: M, N: N, K: K) { bias[$0] }
                    let offsets = format.isFloat ? 1.0 : 4.0
                    findings.expect(c, want.sums, "C") {
                        (Double(format.isFloat ? K : K / 16) + 8) * Reference.float32Roundoff * offsets * want.sizes[$0]
                    }
                }
            }
        }
    }
}
