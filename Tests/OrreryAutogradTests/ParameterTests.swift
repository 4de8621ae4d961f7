import Kernels
import OrreryTensor
import Testing

@Suite struct ParameterTests {
    /// Packed copies follow the numbers, whoever changes them.
    @Test func packedCopiesFollow() {
        let weight = Parameter(name: "w", value: numbers([5, 7])), x = numbers([3, 7], seed: 2)
        func product() -> [Float] { x.linear(weight).floats }
        func expected() -> [Float] { x.matmul(weight.value, transposeB: true).floats }
        #expect(product() == expected())
        weight.assign(numbers([5, 7], seed: 3))
        #expect(product() == expected())
        let arena = ParameterArena([weight])
        #expect(product() == expected())
        arena.valuePointer[3] = 9
        arena.dropPackedCopies()
        #expect(product() == expected())
    }

    /// A processor that is gone may leave its address to another with another layout.
    @Test func packedPerInstructionSet() {
        let weight = Parameter(name: "w", value: numbers([70, 33])), x = numbers([9, 33], seed: 2)
        let plain = x.matmul(weight.value, transposeB: true).floats
        for round in 0 ..< 20 {
            let sets = InstructionSet.available
            Processor.$current.withValue(Processor(sets[round % sets.count], threads: 1)) {
                #expect(difference(x.linear(weight).floats, plain) < 1e-5)
            }
        }
    }

    /// Readers on several threads share one weight.
    @Test func concurrentReaders() async {
        let weight = Parameter(name: "w", value: numbers([70, 33])), x = numbers([9, 33], seed: 2)
        let plain = x.linear(weight).floats
        await withTaskGroup(of: Bool.self) { group in
            for _ in 0 ..< 8 {
                group.addTask {
                    (0 ..< 50).allSatisfy { _ in
                        weight.changedForTest()
                        return x.linear(weight).floats == plain
                    }
                }
            }
            for await same in group { #expect(same) }
        }
    }
}

extension Parameter {
    /// Throws working copies away, so that readers race to make them.
    fileprivate func changedForTest() { changed() }
}
