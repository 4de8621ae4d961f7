import Kernels
import OrreryAutograd
import OrreryTensor
import Testing

/// Operations on views copy them first; the copies must live as long as the loop that reads them.
@Suite struct LifetimeTests {
    private let whole = numbers([37, 2 * 41])

    @Test func elementwiseOnViews() {
        let parts = whole.split([41, 41]), (a, b) = (parts[0].floats, parts[1].floats)
        for _ in 0 ..< 50 {
            #expect(parts[0].adding(parts[1]).floats == zip(a, b).map { $0 + $1 })
            #expect(parts[0].multiplied(by: parts[1]).floats == zip(a, b).map { $0 * $1 })
            #expect(parts[0].scaled(by: 2).floats == a.map { 2 * $0 })
        }
    }

    @Test func everyOperationTakesViews() {
        let parts = whole.split([41, 41]), same = parts.map { $0.contiguous() }
        func equal(_ make: (Tensor, Tensor) -> Tensor) -> Bool {
            make(parts[0], parts[1]).floats == make(same[0], same[1]).floats
        }
        #expect(equal { a, _ in a.activated(.gelu) })
        #expect(equal { a, b in a.swiGLU(up: b) })
        #expect(equal { a, _ in a.droppedOut(Dropout(probability: 0.5, seed: 1, stream: 2)) })
        #expect(equal { a, _ in a.maskedSoftmax(.causal, firstPosition: 3) })
        #expect(equal { a, _ in a.cast(to: .bfloat16) })
        #expect(equal { a, b in a.reshaped([1, 37, 41]).matmul(b.reshaped([1, 37, 41]), transposeB: true) })
        #expect(equal { a, b in a.matmul(b, transposeB: true) })
        #expect(equal { a, _ in a.reshaped([1, 37, 41]).swappingHeads(1, merging: false) })
        #expect(equal { a, _ in a.crossEntropy(Array(repeating: 3, count: 37)) })
        let weight = Parameter(name: "w", value: numbers([41], seed: 3))
        #expect(equal { a, _ in a.rmsNorm(weight, epsilon: 1e-6) })
        #expect(equal { a, _ in a.layerNorm(weight, bias: weight, epsilon: 1e-6) })
        #expect(equal { a, _ in a.linear(Parameter(name: "m", value: numbers([5, 41], seed: 4))) })
    }
}
