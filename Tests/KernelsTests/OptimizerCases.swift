import Foundation
import Kernels

private let u = Reference.float32Roundoff

let optimizerCases: [KernelCase] = (elementCounts + [32_768 + 5]).flatMap { n in
    [
        KernelCase(kernel: "adamw", label: "\(n)") { processor, findings in
            var samples = Samples(n)
            let w = samples.floats(n), g = samples.floats(n), m = samples.floats(n),
                v = samples.floats(n).map { abs($0) }
            let step = AdamWStep(
                learningRate: 3e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, weightDecay: 0.1, step: n % 3 == 0 ? 1 : 40,
                gradientScale: 0.7)
            let weights = Grid(w), moments = Grid(m), seconds = Grid(v)
            processor.adamW(
                step, weights: weights.floats, gradients: Grid(g).floats, moments: moments.floats,
                secondMoments: seconds.floats, count: n)
            let want = Reference.adamW(step, weights: w, gradients: g, moments: m, secondMoments: v)
            // the moments are two products and a sum; the step is a quotient of them, with five more roundings
            let momentError = (0 ..< n).map { 4 * u * (abs(Double(m[$0])) + abs(Double(g[$0]))) }
            findings.expect(moments, want.moments, "m") { momentError[$0] }
            findings.expect(seconds, want.secondMoments, "v") { 4 * u * want.secondMoments[$0] }
            let correction1 = 1 - pow(Double(step.beta1), Double(step.step)),
                correction2 = 1 - pow(Double(step.beta2), Double(step.step))
            findings.expect(weights, want.weights, "w") {
                let root = (want.secondMoments[$0] / correction2).squareRoot() + 1e-8
                let rate = Double(step.learningRate) / correction1 / root
                return 3 * u * abs(Double(w[$0])) + rate * (momentError[$0] + 10 * u * abs(want.moments[$0]))
            }
        },
        KernelCase(kernel: "sum_of_squares", label: "\(n)") { processor, findings in
            var samples = Samples(n)
            let x = samples.floats(n), want = Reference.sumOfSquares(x),
                got = processor.sumOfSquares(Grid(x).floats, count: n)
            // runs of 1024 in float32, their sums in float64
            findings.expect(abs(got - want) <= 1024 * u * want, "\(got), expected \(want)")
            findings.errors[.float32] = Findings.Worst(
                error: abs(got - want), share: abs(got - want) / (1024 * u * want))
        },
        KernelCase(kernel: "axpby", label: "\(n)") { processor, findings in
            var samples = Samples(n)
            let x = samples.floats(n), y = samples.floats(n), out = Grid(y)
            processor.axpby(1.3, Grid(x).floats, -0.6, out.floats, count: n)
            findings.expect(out, Reference.axpby(1.3, x, -0.6, y), "y") {
                2 * u * (abs(1.3 * Double(x[$0])) + abs(0.6 * Double(y[$0])))
            }
        },
    ]
}
