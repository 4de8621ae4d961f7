import Kernels
import OrreryTensor

extension GradientCheck.Case {
    /// What a mixture of experts is made of.
    static var experts: [GradientCheck.Case] {
        [
            // Numbers within ± 1.5 and pushed beyond the limit of 2 by as much: no step crosses an edge.
            .init(.clampedSwiGLU, "", [.tensor("gate", 3, 17), .tensor("up", 3, 17)], .smooth, bfloat16: 4) { a in
                let pushed: [Float] = [0, 4, 0, -4]
                let gate = a["gate"].adding(constant(3, 17) { pushed[$0 % 2] })
                let up = a["up"].adding(constant(3, 17) { pushed[$0 % 4] })
                return [gate.clampedSwiGLU(up: up, alpha: 1.702, limit: 2)]
            },
            .init(.rows, "some twice, some never", [.tensor("x", 5, 3)]) { [$0["x"].rows(at: [4, 0, 4, 2])] },
            .init(.rows, "after another use", [.tensor("x", 5, 3)]) { a in
                let x = a["x"]
                return [x.rows(at: [1, 1]), x.scaled(by: 2), x.rows(at: [0, 1])]
            },
            .init(
                .addRows, "", [.tensor("sum", 5, 3), .tensor("x", 3, 3), .tensor("weights", 3, 1)], bfloat16: 3
            ) { a in
                // a sum of its own, which is changed in place
                [a.float32("sum").scaled(by: 2).addingRows(a.float32("x"), to: [4, 0, 2], weights: a["weights"])]
            },
        ]
            + [ExpertWeighting.softmaxFirst, .softmaxFirstNormalized, .topFirst].map { weighting in
                // Scores so far apart that no step changes the choice.
                .init(.expertWeights, "\(weighting)", [.tensor("scores", 5, 7, range: 0.5)], .smooth, bfloat16: nil) {
                    [
                        $0["scores"].adding(constant(5, 7) { Float($0 * 3 % 7) * 1.25 }).expertWeights(
                            top: 3, weighting
                        ).1
                    ]
                }
            }
    }

    private static func constant(_ rows: Int, _ columns: Int, _ value: (Int) -> Float) -> Tensor {
        Tensor((0 ..< rows * columns).map(value), shape: [rows, columns])
    }
}
