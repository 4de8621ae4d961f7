import Foundation

/// Times products at the shapes of training next to the arithmetic limit of the same moment: on a shared machine both
/// move.
package struct ProductBenchmark {
    package struct Shape: Sendable {
        package var name: String
        package var m: Int
        package var n: Int
        package var k: Int
        var transposeA = false
        var transposeB = false
    }

    package struct Result {
        package var shape: Shape
        package var type: ElementType
        /// 10⁹ operations a second, of the product and of the limit.
        package var gflops: Double
        package var peak: Double
        package var share: Double { gflops / peak }
    }

    /// Squares, and y = x Wᵀ, dx = dy W, dW = dyᵀ x of each matrix of nanoGPT's two Shakespeare models.
    package static let shapes: [Shape] = {
        var shapes = [1024, 2048].map { Shape(name: "square", m: $0, n: $0, k: $0) }
        for (model, tokens, width, vocabulary) in [("nanogpt-cpu", 768, 128, 65), ("nanogpt-gpu", 2048, 384, 65)] {
            for (matrix, input, out) in [
                ("query-key-value", width, 3 * width), ("projection", width, width), ("up", width, 4 * width),
                ("down", 4 * width, width),
                ("head, not counted", width, vocabulary),
            ] {
                shapes.append(Shape(name: "\(model) \(matrix), forward", m: tokens, n: out, k: input, transposeB: true))
                shapes.append(Shape(name: "\(model) \(matrix), dx", m: tokens, n: input, k: out))
                shapes.append(Shape(name: "\(model) \(matrix), dW", m: out, n: input, k: tokens, transposeA: true))
            }
        }
        return shapes
    }()

    let secondsPerProduct: Double

    package init(secondsPerProduct: Double) { self.secondsPerProduct = secondsPerProduct }

    package func measure(_ shape: Shape, _ type: ElementType) -> Result {
        let (m, n, k) = (shape.m, shape.n, shape.k), processor = Processor.current
        let a = Self.numbers(m * k, type), b = Self.numbers(k * n, type),
            c = Storage(byteCount: m * n * 4, zeroed: true)
        let left =
            shape.transposeA
            ? Matrix(a.pointer, type, rows: k, columns: m).transposed : Matrix(a.pointer, type, rows: m, columns: k)
        let right =
            shape.transposeB
            ? Matrix(b.pointer, type, rows: n, columns: k).transposed : Matrix(b.pointer, type, rows: k, columns: n)
        let out = Matrix(c.pointer, .float32, rows: m, columns: n)
        let flops = 2 * Double(m) * Double(n) * Double(k)
        let perBatch = max(1, Int(2e8 / flops))
        var best = 0.0, peak = 0.0
        let end = now() + secondsPerProduct
        repeat {  // peak and product take turns, so that both see the machine at its best
            peak = max(peak, processor.measuredPeak(type, seconds: secondsPerProduct / 100))
            let start = now()
            for _ in 0 ..< perBatch { processor.multiply(left, right, into: out, computeType: type) }
            best = max(best, flops * Double(perBatch) / (now() - start) / 1e9)
        } while now() < end
        return Result(shape: shape, type: type, gflops: best, peak: peak)
    }

    private static func numbers(_ count: Int, _ type: ElementType) -> Storage {
        let storage = Storage(byteCount: count * type.size)
        for i in 0 ..< count {
            let x = Float(i &* 2_654_435_761 % 1_000_003) / 500_000 - 1
            if type == .float32 {
                storage.pointer.storeBytes(of: x, toByteOffset: i * 4, as: Float.self)
            } else {
                storage.pointer.storeBytes(of: UInt16(x.bitPattern >> 16), toByteOffset: i * 2, as: UInt16.self)
            }
        }
        return storage
    }
}

extension Processor {
    /// 10⁹ operations a second of multiply-adds in registers on all threads: the limit of a product in `type`.
    package func measuredPeak(_ type: ElementType, seconds: Double) -> Double {
        let iterations = max(1000, Int(seconds * 4e7))
        var best = 0.0
        for _ in 0 ..< 2 {
            let start = now()
            pool.run(threads) { _ in
                withUnsafeTemporaryAllocation(of: Float.self, capacity: 64) {
                    _ = peakLoop(type, iterations, $0.baseAddress!)
                }
            }
            let done =
                withUnsafeTemporaryAllocation(of: Float.self, capacity: 64) { peakLoop(type, 1, $0.baseAddress!) }
                * Double(iterations * threads)
            best = max(best, done / (now() - start) / 1e9)
        }
        return best
    }
}

private func now() -> Double { Double(DispatchTime.now().uptimeNanoseconds) / 1e9 }
