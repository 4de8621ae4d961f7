import Kernels
import Testing

/// A row's outputs have the same bits alone, next to others, in pieces of any length, and on any number of threads.
@Suite struct BlockDeterminismTests {
    private static let (rows, N, K) = (23, 150, 1024)

    @Test(
        arguments: InstructionSet.available,
        [
            BlockFormat.float32, .float16, .bfloat16, .q8_0, .q4_0, .q4_1, .q5_0, .q2_K, .q3_K, .q4_K, .q5_K, .q6_K,
            .iq4_XS, .mxfp4,
        ])
    func rowsDoNotDependOnTheirCompany(on set: InstructionSet, format: BlockFormat) throws {
        var samples = Samples(7)
        let (rows, N, K) = (Self.rows, Self.N, Self.K)
        let x = samples.floats(rows * K),
            w = try QuantizedMatrix(samples.floats(N * K), rows: N, columns: K, as: format)
        try Keeper.$current.withValue(Keeper()) {
            let a = Grid(.float32, rows: rows, width: K, x)
            func inPieces(of size: Int, threads: Int, _ activations: ActivationType) throws -> [UInt32] {
                let processor = Processor(set, threads: threads, activations: activations),
                    c = Grid(.float32, rows: rows, width: N)
                for first in stride(from: 0, to: rows, by: size) {
                    let count = min(size, rows - first)
                    processor.multiply(
                        Matrix(a.pointer + first * K * 4, .float32, rows: count, columns: K), w,
                        into: Matrix(c.pointer + first * N * 4, .float32, rows: count, columns: N))
                }
                #expect(c.intact)
                return c.bits
            }
            for activations in ActivationType.allCases {
                let whole = try inPieces(of: rows, threads: 1, activations)
                for threads in [1, 2, 3] {
                    for size in [rows, 16, 7, 2, 1] {
                        #expect(
                            try inPieces(of: size, threads: threads, activations) == whole,
                            "\(format) with \(activations) in pieces of \(size), \(threads) threads")
                    }
                }
            }
        }
    }
}
