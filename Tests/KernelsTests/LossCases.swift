import Foundation
import Kernels

private let u = Reference.float32Roundoff

// exp is right to 2 ulp and its argument x - c to u |x - c|, which a share of exp(x - c) follows. A sum of W such
// terms: (W + 8) u.
let lossCases: [KernelCase] = [1, 2, 7, 15, 17, 33, 65, 129, 1000].flatMap { W in
    ElementType.both.flatMap { xt in
        ElementType.both.flatMap { dxt in
            let rows = W < 20 ? 35 : 5
            return [
                KernelCase(kernel: "log_sum_exp", label: "[\(rows), \(W)] \(xt.name) for \(dxt.name)") {
                    processor, findings in
                    var samples = Samples(W)
                    let x = samples.floats(rows * W).map { $0 * 8 }.rounded(to: xt), lse = Grid(.float32, width: rows)
                    processor.logSumExp(Grid(x, xt).vector, into: lse.floats, width: W)
                    let want = Reference.logSumExp(x, width: W)
                    findings.expect(lse, want, "lse") { Double(W + 8) * u + 2 * u * (abs(want[$0]) + 16) }
                },
                KernelCase(kernel: "cross_entropy_gradient", label: "[\(rows), \(W)] \(xt.name) -> \(dxt.name)") {
                    processor, findings in
                    var samples = Samples(W)
                    let x = samples.floats(rows * W).map { $0 * 8 }.rounded(to: xt), dx = Grid(dxt, width: rows * W)
                    let lse = Reference.logSumExp(x, width: W).map(Float.init)
                    var targets = samples.ids(rows, below: W)
                    targets[rows / 2] = -1
                    targets[0] = Int32(W - 1)
                    let scales = (0 ..< rows).map { 0.37 - 0.1 * Float($0 % 8) }
                    targets.withUnsafeBufferPointer {
                        processor.crossEntropyGradient(
                            Grid(x, xt).vector, lse: Grid(lse).floats, targets: $0.baseAddress!,
                            scales: Grid(scales).floats, into: dx.vector, width: W)
                    }
                    let want = Reference.crossEntropyGradient(x, lse: lse, targets: targets, scales: scales, width: W)
                    findings.expect(dx, want, "dx") {
                        let distance = abs(Double(x[$0]) - Double(lse[$0 / W]))
                        let scale = Double(abs(scales[$0 / W]))
                        return u
                            * (scale * (8 + distance) * exp(-distance) + abs(want[$0]) + scale
                                * (Int(targets[$0 / W]) == $0 % W ? 2 : 0))
                    }
                    findings.expect(
                        dx.values[rows / 2 * W ..< (rows / 2 + 1) * W].allSatisfy { $0 == 0 },
                        "a row without target has a gradient")
                },
            ]
        }
    }
}
