import Kernels
import OrreryAutograd
import OrreryTensor
import Testing

/// Weights that training does not change.
@Suite struct FrozenWeightTests {
    /// A weight in a file's format passes the gradient of its own decoded numbers on to its input, and keeps no dense
    /// copy for it.
    @Test(arguments: [BlockFormat.q4_K, .q8_0, .mxfp4, .bfloat16, .float32], [ElementType.float32, .bfloat16])
    func throughBlocks(_ format: BlockFormat, type: ElementType) throws {
        let shape = [2051, 256]  // several tiles, and a rest
        let blocks = try QuantizedMatrix(numbers(shape).float32Pointer, rows: shape[0], columns: shape[1], as: format)
        let frozen = Parameter(name: "w", shape: shape, blocks: blocks)
        let dense = Parameter(name: "w", value: frozen.value)
        func gradient(_ weight: Parameter) -> Tensor {
            let tape = Tape(watching: []), x = tape.watch(numbers([5, 256], seed: 2).cast(to: type, tracked: false))
            let y = tape.record { x.linear(weight, as: .float32) }
            return tape.backward(from: y, seed: numbers([5, 2051], seed: 3), to: [x])[0]!
        }
        #expect(gradient(frozen).floats == gradient(dense).floats)
        #expect(frozen.blocks.first != nil && (frozen.isPacked || frozen.packedByteCount == 0))
    }

    /// The same where the weight is stored [in, out].
    @Test func storedTheOtherWay() throws {
        let shape = [64, 2051]
        let blocks = try QuantizedMatrix(
            numbers(shape).float32Pointer, rows: shape[0], columns: shape[1], as: .bfloat16)
        let frozen = Parameter(name: "w", shape: shape, blocks: blocks)
        let dense = Parameter(name: "w", value: frozen.value)
        func gradient(_ weight: Parameter) -> Tensor {
            let tape = Tape(watching: []), x = tape.watch(numbers([5, 64], seed: 2))
            let y = tape.record { x.linear(weight, layout: .inputByOutput) }
            return tape.backward(from: y, seed: numbers([5, 2051], seed: 3), to: [x])[0]!
        }
        #expect(gradient(frozen).floats == gradient(dense).floats)
    }

    /// A part of a stack follows it into an arena, is watched with it, and adds to its gradient.
    @Test func partsOfAStack() {
        let stack = Parameter(name: "experts", value: numbers([3, 4, 5])), part = stack.part(1)
        let x = numbers([2, 5], seed: 2)
        #expect(stack.isMatrix && part.isMatrix && part === stack.part(1))
        func product() -> [Float] { x.linear(part).floats }
        func expected() -> [Float] {
            x.linear(Parameter(name: "1", value: Tensor(Array(stack.value.floats[20 ..< 40]), shape: [4, 5]))).floats
        }
        #expect(product() == expected())
        let arena = ParameterArena([stack])
        #expect(product() == expected())
        arena.change { $0[25] = 9 }
        #expect(product() == expected())
        stack.assign(numbers([3, 4, 5], seed: 7))
        #expect(product() == expected())
        let tape = Tape(watching: [stack])
        tape.backward(from: tape.record { x.linear(part).total() })
        let found = stack.gradient!.floats
        #expect(found[..<20].allSatisfy { $0 == 0 } && found[40...].allSatisfy { $0 == 0 })
        let sums = (0 ..< 5).map { x.floats[$0] + x.floats[5 + $0] }
        #expect(difference(Array(found[20 ..< 40]), (0 ..< 4).flatMap { _ in sums }) < 1e-6)
    }

    /// A stack of vectors is no matrix: it does not decay.
    @Test func stackOfVectors() {
        let biases = Parameter(name: "biases", value: numbers([3, 4]))
        _ = biases.part(0)
        #expect(!biases.isMatrix)
    }
}
