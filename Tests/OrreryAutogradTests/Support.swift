import Kernels
import OrreryNN
import OrreryRandom
import OrreryTensor

/// Numbers of a fixed sequence, uniform in [-1, 1): the same every run.
func numbers(_ shape: [Int], seed: UInt64 = 1) -> Tensor {
    var random = SplitMix64(seed: seed)
    return Tensor((0 ..< shape.reduce(1, *)).map { _ in Float(random.uniform() * 2 - 1) }, shape: shape)
}

extension Tensor {
    /// The sum of all elements, whose gradient is one everywhere.
    func total() -> Tensor {
        let shape = self.shape, type = dtype
        let sum = Tensor([floats.reduce(0, +)], shape: [1])
        let op = CustomOp(name: "total", inputs: [self]) { dy in
            [
                dy[0].map {
                    Tensor(Array(repeating: $0.floats[0], count: shape.reduce(1, *)), shape: shape).cast(to: type)
                }
            ]
        }
        return op.record([sum])[0]
    }
}

/// Largest difference of two lists of equal length.
func difference(_ a: [Float], _ b: [Float]) -> Float {
    precondition(a.count == b.count, "\(a.count) and \(b.count) numbers")
    return zip(a, b).reduce(0) { max($0, abs($1.0 - $1.1)) }
}
