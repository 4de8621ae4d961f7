import Foundation
import Kernels
import Testing

/// One kernel on one shape: runs on any processor and compares with the reference.
struct KernelCase: Sendable {
    let kernel: String
    let label: String
    let run: @Sendable (Processor, inout Findings) -> Void
}

/// What one case found: failures, and the largest error next to its bound.
struct Findings {
    var failures: [String] = []
    /// Per type of the result, since the rounding of bfloat16 hides the arithmetic.
    var errors: [ElementType: Worst] = [:]

    struct Worst {
        var error = 0.0
        var share = 0.0

        mutating func note(_ error: Double, of limit: Double) {
            (self.error, share) = (max(self.error, error), max(share, error / limit))
        }
        mutating func join(_ other: Worst) { (error, share) = (max(error, other.error), max(share, other.share)) }
    }

    /// Compares each element, and requires that the canaries stand. `bound` is the error of the arithmetic in float32;
    /// the rounding of the result to its type is added, as is the smallest normal number, below which processors may
    /// flush to zero.
    mutating func expect(_ got: Grid, _ want: [Double], _ name: String, within bound: (Int) -> Double) {
        if !got.intact { failures.append("\(name): wrote outside of its rows") }
        let values = got.values
        precondition(values.count == want.count)
        var worst = errors[got.type, default: Worst()]
        for i in want.indices {
            let error = abs(Double(values[i]) - want[i]),
                limit = bound(i) + got.type.roundoff * (abs(want[i]) + bound(i)) + 0x1p-126
            if !(error <= limit) {
                failures.append("\(name)[\(i)]: \(values[i]), expected \(want[i]) within \(limit)")
                return
            }
            worst.note(error, of: limit)
        }
        errors[got.type] = worst
    }

    mutating func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
        if !condition { failures.append(message()) }
    }
}

/// Every kernel, on every instruction set that this machine has, on one and two threads, against
/// Sources/Kernels/Reference.
///
/// `ORRERY_KERNEL_ERRORS=1 swift test ...` prints the largest error of each kernel, and its share of the bound.
@Suite struct KernelComparison {
    static let cases: [KernelCase] =
        productCases + symmetricProductCases + elementwiseCases + activationCases + normCases + lossCases + rotaryCases
        + attentionCases + cacheCases + optimizerCases + blockProductCases

    @Test(arguments: InstructionSet.available, [1, 2])
    func kernelsAgreeWithTheReference(on instructionSet: InstructionSet, threads: Int) {
        let processor = Processor(instructionSet, threads: threads)
        var errors: [String: Findings.Worst] = [:]
        for test in Self.cases {
            var findings = Findings()
            Processor.$current.withValue(processor) {
                Keeper.$current.withValue(Keeper()) { test.run(processor, &findings) }
            }
            if !findings.failures.isEmpty {
                Issue.record(
                    "\(test.kernel) (\(test.label)) on \(instructionSet), \(threads) threads: \(findings.failures.joined(separator: "; "))"
                )
            }
            for (type, worst) in findings.errors {
                errors["\(test.kernel) \(type.name)", default: Findings.Worst()].join(worst)
            }
        }
        guard ProcessInfo.processInfo.environment["ORRERY_KERNEL_ERRORS"] != nil else { return }
        let lines = errors.sorted { $0.key < $1.key }.map { name, worst in
            "\(instructionSet) \(threads) \(name): largest error \(String(format: "%.2g", worst.error)), \(String(format: "%.2f", worst.share)) of its bound"
        }
        print(lines.joined(separator: "\n"))
    }

    @Test func everyCaseHasANameOfItsOwn() {
        let names = Self.cases.map { "\($0.kernel) \($0.label)" }
        #expect(Set(names).count == names.count)
    }
}
