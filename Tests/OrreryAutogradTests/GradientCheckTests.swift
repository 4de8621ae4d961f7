import Kernels
import OrreryAutograd
import OrreryTensor
import Testing

@Suite struct GradientCheckTests {
    /// Every rule, on every instruction set that runs here, alone and on two threads.
    @Test(arguments: InstructionSet.available, [1, 2])
    func everyRule(set: InstructionSet, threads: Int) {
        let check = Processor.$current.withValue(Processor(set, threads: threads)) { GradientCheck() }
        #expect(check.missing.isEmpty)
        for row in check.rows where !row.passed {
            Issue.record(
                "\(row.operation) (\(row.variant)), \(row.input) \(row.shape) \(row.type): \(row.error), tolerance \(row.tolerance)"
            )
        }
        #expect(Set(check.rows.map(\.operation)) == Set(GradientCheck.operations))
        #expect(check.passed)
    }

    @Test func oneOperation() {
        let check = GradientCheck(operation: "attention")
        #expect(check.passed && Set(check.rows.map(\.operation)) == ["attention"])
        #expect(!GradientCheck(operation: "no such").passed)
    }

    /// A gradient that is slightly wrong must not pass, nor one that is missing or not finite.
    @Test(arguments: [1.001, -1, 0, .nan] as [Float])
    func wrongRules(factor: Float) {
        func square(_ x: Tensor) -> Tensor {
            let numbers = x.detached
            return CustomOp(name: "square", inputs: [x]) {
                [$0[0].map { $0.multiplied(by: numbers).scaled(by: 2 * factor) }]
            }
            .record([numbers.multiplied(by: numbers)])[0]
        }
        let rows = GradientCheck.check(
            .init(operation: "square", [.tensor("x", 5, 3)], .polynomial) { [square($0["x"])] })
        #expect(rows.map(\.passed) == [false])
    }

    @Test func rightRule() {
        let rows = GradientCheck.check(
            .init(operation: "product", [.tensor("x", 5, 3), .parameter("w", 2, 3)], .smooth) {
                [$0["x"].linear($0.parameter("w")).activated(.silu)]
            })
        #expect(rows.map(\.passed) == [true, true])
    }
}
