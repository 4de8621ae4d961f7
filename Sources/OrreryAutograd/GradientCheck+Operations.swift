import Kernels
import OrreryTensor

extension GradientCheck.Case {
    /// In the order of the operations.
    static var all: [GradientCheck.Case] {
        let cases = products + elementwise + shapes + experts + norms + attentions + losses + graphs
        return Op.Kind.allCases.flatMap { kind in cases.filter { $0.kind == kind } }
    }

    private static var products: [GradientCheck.Case] {
        [
            .init(.linear, "", [.tensor("x", 2, 3, 7), .parameter("weight", 5, 7), .parameter("bias", 5)]) {
                [$0["x"].linear($0.parameter("weight"), bias: $0.parameter("bias"))]
            },
            .init(.linear, "[in, out]", [.tensor("x", 3, 33), .parameter("weight", 33, 9), .parameter("bias", 9)]) {
                [$0["x"].linear($0.parameter("weight"), bias: $0.parameter("bias"), layout: .inputByOutput)]
            },
            .init(.linear, "no bias, to float32", [.tensor("x", 1, 67, 3), .parameter("weight", 17, 3)]) {
                [$0["x"].linear($0.parameter("weight"), as: .float32)]
            },
            .init(.linear, "of a view", [.tensor("x", 3, 11), .parameter("weight", 5, 7)]) {
                [$0["x"].split([4, 7])[1].linear($0.parameter("weight"))]
            },
            .init(.matmul, "", [.tensor("a", 2, 3, 5, 7), .tensor("b", 2, 3, 7, 4)]) { [$0["a"].matmul($0["b"])] },
            .init(.matmul, "b transposed", [.tensor("a", 3, 5, 7), .tensor("b", 3, 4, 7)]) {
                [$0["a"].matmul($0["b"], transposeB: true)]
            },
            .init(.matmul, "to float32", [.tensor("a", 19, 3), .tensor("b", 3, 18)]) {
                [$0["a"].matmul($0["b"], as: .float32)]
            },
        ]
    }

    private static var elementwise: [GradientCheck.Case] {
        let pair: [Input] = [.tensor("x", 3, 7), .tensor("y", 3, 7)]
        // Where a derivative jumps no step may cross: at 0, and for hardswish at 3.
        let jumps: Set<Activation> = [.reluSquared, .relu, .relu6, .leakyReLU]
        let activations = Activation.allCases.map { kind in
            GradientCheck.Case(
                .activation, kind.rawValue,
                [.tensor("x", 5, 13, range: kind == .hardSwish ? 2 : 3, least: jumps.contains(kind) ? 0.125 : 0)],
                .smooth
            ) { [$0["x"].activated(kind)] }
        }
        return [
            .init(.add, "", pair) { [$0["x"].adding($0["y"])] },
            .init(.add, "mixed types", pair) { [$0.float32("x").adding($0["y"]), $0["x"].adding($0.float32("y"))] },
            .init(.multiply, "", pair) { [$0["x"].multiplied(by: $0["y"])] },
            .init(.scale, "", [.tensor("x", 19)]) { [$0["x"].scaled(by: -1.75)] },
            .init(.cast, "and back", [.tensor("x", 3, 7)]) {
                [$0["x"].cast(to: .bfloat16).scaled(by: 2).cast(to: .float32)]
            },
            .init(.dropout, "", [.tensor("x", 7, 67)]) {
                [$0["x"].droppedOut(Dropout(probability: 0.25, seed: 3, stream: 5))]
            },
            .init(.swiGLU, "", [.tensor("gate", 3, 17), .tensor("up", 3, 17)], .smooth, bfloat16: 3) {
                [$0["gate"].swiGLU(up: $0["up"])]
            },
            .init(.custom, "x³", [.tensor("x", 3, 5)], bfloat16: nil) { a in
                let x = a["x"].detached
                let cube = x.multiplied(by: x).multiplied(by: x)
                let op = CustomOp(name: "cube", inputs: [a["x"]]) {
                    [$0[0].map { $0.multiplied(by: x.multiplied(by: x)).scaled(by: 3) }]
                }
                return op.record([cube])
            },
            .init(.custom, "joined", [.tensor("x", 3, 5), .tensor("y", 3, 2)]) { [Tensor.joined([$0["x"], $0["y"]])] },
            .init(.custom, "neighbouring rows joined", [.tensor("x", 5, 3), .tensor("y", 2, 3)]) {
                [Tensor.joinedRows([$0["x"].rows(1 ..< 4), $0["y"], $0["x"]])]
            },
            .init(.custom, "heads repeated", [.tensor("x", 2, 3, 5, 4)]) { [$0["x"].repeatingHeads(3)] },
        ] + activations
    }

    private static var shapes: [GradientCheck.Case] {
        let ids: [Int32] = [3, 0, 3, 10, 7, 3]
        return [
            .init(.reshape, "", [.tensor("x", 3, 4, 5)]) { [$0["x"].reshaped([4, 15])] },
            .init(.reshape, "of a view", [.tensor("x", 4, 10)]) { [$0["x"].split([4, 6])[1].reshaped([3, 8])] },
            .init(.split, "", [.tensor("x", 2, 3, 12)]) { $0["x"].split([5, 1, 6]) },
            .init(.split, "middle part alone", [.tensor("x", 5, 12)]) { [$0["x"].split([5, 1, 6])[1]] },
            .init(.split, "first part unused", [.tensor("x", 5, 12)]) { Array($0["x"].split([5, 1, 6]).dropFirst()) },
            .init(.swapHeads, "", [.tensor("x", 2, 5, 12)]) { [$0["x"].swappingHeads(3, merging: false)] },
            .init(.swapHeads, "merging", [.tensor("x", 2, 3, 5, 4)]) { [$0["x"].swappingHeads(3, merging: true)] },
            .init(.embedding, "repeated ids", [.parameter("table", 11, 5)]) {
                [$0.parameter("table").embedding(ids, as: $0.type)]
            },
        ]
    }

    private static var norms: [GradientCheck.Case] {
        [
            .init(.rmsNorm, "", [.tensor("x", 2, 3, 17), .parameter("weight", 17)], .smooth) {
                [$0["x"].rmsNorm($0.parameter("weight"), epsilon: 1e-2)]
            },
            .init(.rmsNorm, "per head, from float32", [.tensor("x", 35, 18), .parameter("weight", 6)], .smooth) {
                [$0.float32("x").rmsNorm($0.parameter("weight"), offset: 1, epsilon: 1e-2, as: $0.type)]
            },
            .init(.layerNorm, "", [.tensor("x", 2, 3, 17), .parameter("weight", 17), .parameter("bias", 17)], .smooth) {
                [$0["x"].layerNorm($0.parameter("weight"), bias: $0.parameter("bias"), epsilon: 1e-2)]
            },
            .init(.layerNorm, "no bias, from float32", [.tensor("x", 35, 9), .parameter("weight", 9)], .smooth) {
                [$0.float32("x").layerNorm($0.parameter("weight"), bias: nil, epsilon: 1e-2, as: $0.type)]
            },
            .init(.rotary, "two sequences", [.tensor("x", 9, 18)]) {
                [
                    $0["x"].rotary(
                        RotaryTable(rotated: 6, positions: 9, theta: 10), headSize: 6,
                        [RotaryRun(rows: 0 ..< 4), RotaryRun(rows: 4 ..< 9)])
                ]
            },
            .init(.rotary, "scaled", [.tensor("x", 9, 18)]) {
                let scaling = RotaryScaling.yarn(.init(factor: 4, originalMaxPositionEmbeddings: 8))
                return [
                    $0["x"].rotary(
                        RotaryTable(rotated: 6, positions: 9, theta: 10, scaling: scaling), headSize: 6,
                        [RotaryRun(rows: 0 ..< 9)])
                ]
            },
            .init(.rotary, "half of a head, from position 3", [.tensor("x", 5, 24)]) {
                [
                    $0["x"].rotary(
                        RotaryTable(rotated: 4, positions: 9, theta: 10), headSize: 8,
                        [RotaryRun(rows: 0 ..< 5, firstPosition: 3)])
                ]
            },
        ]
    }

    private static var attentions: [GradientCheck.Case] {
        /// Sequences of these lengths, H heads over Hk key-value heads of d elements.
        func fused(
            _ variant: String, _ lengths: [Int], _ H: Int, _ Hk: Int, _ d: Int, slopes: [Float] = [],
            dropout: Float = 0, mask: AttentionMask = .causal,
            softCap: Float? = nil, keys: [Int]? = nil, hasSinks: Bool = false, reach: Int? = nil
        ) -> GradientCheck.Case {
            var shape = AttentionShape(
                runs: runs(lengths), heads: H, keyValueHeads: Hk, headSize: d, mask: mask, softCap: softCap,
                slopes: slopes)
            for (r, count) in (keys ?? []).enumerated() { shape.runs[r].keys = count }
            let (N, S) = (shape.rows, shape.keys)
            let dropout = Dropout(probability: dropout, seed: 11, stream: 4)
            var inputs: [Input] = [.tensor("q", N, H * d), .tensor("k", S, Hk * d), .tensor("v", S, Hk * d)]
            if hasSinks { inputs.append(.parameter("sinks", H)) }
            if let reach { inputs.append(.tensor("distances", H, 2 * reach + 1)) }
            let geometry = shape
            return .init(.attention, variant, inputs, .smooth, bfloat16: 4) { a in
                var (shape, learned) = (geometry, LearnedTerms())
                if hasSinks {
                    learned.sinks = a.parameter("sinks")
                    shape.sinks = a.parameter("sinks").value.floats
                }
                if let reach {
                    learned.distances = a.float32("distances")
                    shape.distanceBias = DistanceBias(reach: reach, terms: a.float32("distances").floats)
                }
                return [a["q"].attention(keys: a["k"], values: a["v"], shape, learned: learned, dropout: dropout)]
            }
        }
        func runs(_ lengths: [Int]) -> [AttentionShape.Run] {
            lengths.indices.map { AttentionShape.Run(firstRow: lengths[..<$0].reduce(0, +), queries: lengths[$0]) }
        }
        return [
            fused("", [7, 1, 5], 3, 3, 5),
            fused("grouped heads", [9], 6, 2, 4),
            fused("one key-value head, ALiBi", [11], 3, 1, 6, slopes: [0.5, 0.25, 0.0625]),
            fused("grouped heads, dropout", [9, 6], 4, 2, 4, dropout: 0.25),
            fused("sliding window, soft cap", [70], 2, 1, 3, mask: .slidingWindow(9), softCap: 0.5),
            fused("every key seen", [9, 4], 2, 1, 4, mask: .none, softCap: 2),
            fused("two tiles, all of it", [70], 4, 2, 3, slopes: [0.5, 0.25, 0.125, 0.0625], dropout: 0.125),
            fused("sinks, grouped heads", [7, 3], 4, 2, 4, hasSinks: true),
            fused("sinks, window, dropout", [70], 2, 1, 3, dropout: 0.25, mask: .slidingWindow(9), hasSinks: true),
            fused("distances", [9, 4], 2, 2, 4, reach: 3),
            fused("distances both ways, two tiles, dropout", [70], 2, 1, 3, dropout: 0.125, mask: .none, reach: 40),
            fused("soft cap and distances", [11], 2, 1, 4, mask: .none, softCap: 1, reach: 20),
            fused("other sequences", [7, 3], 4, 2, 4, mask: .none, keys: [2, 75]),
            .init(
                .attention, "of views", [.tensor("q", 12, 8), .tensor("k", 12, 8), .tensor("v", 12, 8)], .smooth,
                bfloat16: 4
            ) {
                let shape = AttentionShape(runs: runs([6, 6]), heads: 1, keyValueHeads: 1, headSize: 5)
                return [
                    $0["q"].split([3, 5])[1].attention(
                        keys: $0["k"].split([5, 3])[0], values: $0["v"].split([1, 5, 2])[1], shape)
                ]
            },
            .init(.maskedSoftmax, "", [.tensor("scores", 2, 3, 6, 6)], .smooth, bfloat16: nil) {
                [$0["scores"].maskedSoftmax(.causal, firstPosition: 0)]
            },
            .init(
                .maskedSoftmax, "after 4 positions, window and sink",
                [.tensor("scores", 2, 2, 3, 7), .parameter("sinks", 2)], .smooth, bfloat16: nil
            ) {
                [$0["scores"].maskedSoftmax(.slidingWindow(5), firstPosition: 4, sinks: $0.parameter("sinks"))]
            },
        ]
    }

    private static var losses: [GradientCheck.Case] {
        [
            .init(.logProbability, "", [.tensor("logits", 2, 3, 13)], .smooth) {
                [$0["logits"].logProbabilities(of: [3, 0, 12, 7, 7, 1])]
            },
            .init(.logProbability, "rows that do not count, their mean", [.tensor("logits", 5, 31)], .smooth) {
                [$0["logits"].crossEntropy([-1, 30, -100, 0, 5])]
            },
            .init(.custom, "checkpointed", [.tensor("x", 3, 5), .parameter("weight", 5, 5)]) { a in
                let w = a.parameter("weight")
                return [Tape.checkpoint(a["x"].scaled(by: 2)) { $0.linear(w).multiplied(by: $0) }]
            },
        ]
    }
}
