import Foundation

/// Times products with weights as files hold them at the shapes of Llama 3.2 1B, next to the limits of the same moment.
package struct QuantizedBenchmark {
    package struct Shape: Sendable {
        package var name: String
        /// Outputs and inputs.
        package var n: Int
        package var k: Int
    }

    package struct Result {
        package var shape: Shape
        package var format: BlockFormat
        package var rows: Int
        /// 10⁹ bytes of weights a second, and those that memory gives; nil where weights stay in a cache while many
        /// rows meet them.
        package var bandwidth: Double
        package var bandwidthLimit: Double?
        package var bandwidthShare: Double? { bandwidthLimit.map { bandwidth / $0 } }
        /// 10⁹ operations a second, and those that registers reach: of dot products of bytes, or of float32 where
        /// weights are floats.
        package var gops: Double
        package var peak: Double
        package var arithmeticShare: Double { gops / peak }
        package var microseconds: Double
    }

    package static let shapes = [
        Shape(name: "query, output", n: 2048, k: 2048), Shape(name: "key, value", n: 512, k: 2048),
        Shape(name: "gate, up", n: 8192, k: 2048),
        Shape(name: "down", n: 2048, k: 8192), Shape(name: "vocabulary", n: 128_256, k: 2048),
    ]

    let seconds: Double
    package init(seconds: Double) { self.seconds = seconds }

    /// - Parameter rows: how many rows of activations each product has: 1 decodes, 512 reads a prompt.
    package func measure(_ shape: Shape, _ format: BlockFormat, rows: [Int]) throws -> [Result] {
        let processor = Processor.current
        guard let bytes = format.byteCount(rows: shape.n, columns: shape.k) else {
            throw QuantizedMatrixError("\(format.rawValue): rows of \(shape.k) are not whole blocks")
        }
        // Enough matrices that none is in a cache when its turn comes again.
        let copies = rows.contains { $0 < 64 } ? max(1, (192 << 20) / bytes) : 1
        let matrices = try (0 ..< copies).map { try Self.matrix(shape, format, bytes, seed: $0) }
        for matrix in matrices { matrix.prepare() }
        return rows.map { rows in
            let a = Self.activations(rows, shape.k), c = Storage(byteCount: rows * shape.n * 4, zeroed: true)
            let left = Matrix(a.pointer, .float32, rows: rows, columns: shape.k),
                out = Matrix(c.pointer, .float32, rows: rows, columns: shape.n)
            let operations = 2 * Double(rows) * Double(shape.n) * Double(shape.k)
            let perRound = rows < 64 ? min(copies, max(1, (64 << 20) / bytes)) : max(1, Int(1e9 / operations))
            var (best, peak, limit, turn) = (Double.infinity, 0.0, Double?.none, 0)
            let end = now() + seconds
            repeat {
                peak = max(
                    peak,
                    format.isFloat
                        ? processor.measuredPeak(.float32, seconds: seconds / 200)
                        : processor.measuredBytePeak(seconds: seconds / 200))
                if rows < 64 {
                    limit = max(limit ?? 0, processor.measuredReadBandwidth(seconds: 0, byteCount: 128 << 20))
                }
                let start = now()
                for _ in 0 ..< perRound {
                    processor.multiply(left, matrices[turn % copies], into: out)
                    turn += 1
                }
                best = min(best, (now() - start) / Double(perRound))
            } while now() < end
            withExtendedLifetime((a, c)) {}
            return Result(
                shape: shape, format: format, rows: rows, bandwidth: Double(bytes) / best / 1e9, bandwidthLimit: limit,
                gops: operations / best / 1e9,
                peak: peak, microseconds: best * 1e6)
        }
    }

    /// Rows that repeat: what they hold does not change the speed.
    private static func matrix(_ shape: Shape, _ format: BlockFormat, _ bytes: Int, seed: Int) throws -> QuantizedMatrix
    {
        let storage = Storage(byteCount: bytes), perRow = bytes / shape.n
        let row = (0 ..< shape.k).map { Float(($0 + seed) &* 2_654_435_761 % 1_000_003) / 5_000_000 - 0.1 }
        row.withUnsafeBufferPointer { format.encode($0.baseAddress!, count: shape.k, into: storage.pointer) }
        for i in 1 ..< shape.n { (storage.pointer + i * perRow).copyMemory(from: storage.pointer, byteCount: perRow) }
        return try QuantizedMatrix(
            format: format, rows: shape.n, columns: shape.k,
            bytes: UnsafeRawBufferPointer(start: storage.pointer, count: bytes), owner: storage)
    }

    private static func activations(_ rows: Int, _ k: Int) -> Storage {
        let storage = Storage(byteCount: rows * k * 4), x = storage.pointer.assumingMemoryBound(to: Float.self)
        for i in 0 ..< rows * k { x[i] = Float(i &* 2_654_435_761 % 1_000_003) / 500_000 - 1 }
        return storage
    }
}

private func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
