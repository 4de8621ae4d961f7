import OrreryTensor

extension GradientCheck.Case {
    /// Several operations, where the same value or weight is used more than once.
    static var graphs: [GradientCheck.Case] {
        let ids: [Int32] = [1, 4, 4, 0, 6, 2]
        return [
            .init(.add, "x + x", [.tensor("x", 3, 5)]) { [$0["x"].adding($0["x"])] },
            .init(.multiply, "x x", [.tensor("x", 3, 5)]) { a in
                let x = a["x"]
                return [x.multiplied(by: x)]
            },
            .init(.reshape, "x + x reshaped twice", [.tensor("x", 4, 6)]) { a in
                let x = a["x"]
                return [x.adding(x.reshaped([24]).reshaped([4, 6])).reshaped([3, 8]).adding(x.reshaped([3, 8]))]
            },
            .init(.split, "parts joined again", [.tensor("x", 4, 6)]) { a in
                let x = a["x"], parts = x.split([3, 3])
                return [parts[0].adding(parts[1]).multiplied(by: parts[1]), x.scaled(by: 0.5)]
            },
            .init(.linear, "one weight in three places", [.tensor("x", 6, 5), .parameter("weight", 7, 5)]) { a in
                let w = a.parameter("weight")
                let h = w.embedding(ids, as: a.type).adding(a["x"])
                return [h.linear(w), a["x"].linear(w, as: .float32).scaled(by: 0.5)]
            },
            .init(.embedding, "tied with the output layer", [.parameter("table", 7, 5)], bfloat16: 3) { a in
                let w = a.parameter("table")
                return [w.embedding(ids, as: a.type).linear(w, as: .float32)]
            },
            .init(
                .add, "a residual stream",
                [.tensor("x", 2, 3, 7), .tensor("y", 2, 3, 7), .parameter("norm", 7), .parameter("weight", 7, 7)],
                .smooth,
                bfloat16: 3
            ) { a in
                let w = a.parameter("weight"), n = a.parameter("norm")
                let x = a.float32("x").adding(a["y"])
                let h = x.adding(x.rmsNorm(n, epsilon: 1e-2, as: a.type).linear(w, as: .float32).scaled(by: 0.25))
                return [
                    h.adding(
                        h.rmsNorm(n, epsilon: 1e-2, as: a.type).activated(.silu).linear(w, as: .float32).scaled(
                            by: 0.25))
                ]
            },
        ]
    }
}
