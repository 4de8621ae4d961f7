import Kernels

extension Tensor {
    /// log softmax of logits [..., V] at targets, one per row: [rows], float32. Rows with negative targets give zero,
    /// and have no gradient.
    ///
    /// Only the log-sum-exp of each row is kept: the gradient makes the probabilities again. Each row has its own
    /// factor there, so that any loss of log-probabilities is a few lines: their mean, a clipped ratio
    /// (arXiv:1707.06347), the sigmoid of a difference (arXiv:2305.18290).
    package func logProbabilities(of targets: [Int32]) -> Tensor {
        precondition(targets.count == rows, "logProbabilities: \(targets.count) targets for logits \(shape)")
        precondition(targets.allSatisfy { Int($0) < width }, "logProbabilities: a target outside of 0 ..< \(width)")
        let logits = contiguous(), lse = Tensor(empty: [rows], .float32), y = Tensor(zeros: [rows])
        Processor.current.logSumExp(logits.vector, into: lse.float32Pointer, width: width)
        for r in 0 ..< rows where targets[r] >= 0 {
            y.float32Pointer[r] = logits.element(r * width + Int(targets[r])) - lse.float32Pointer[r]
        }
        return withExtendedLifetime(lse) {
            traced(y, trace, op: .logProbability(logits: logits, targets: targets, logSumExp: lse))
        }
    }

    /// Σ weight x over all elements, one element. The sum is made in float64.
    package func weightedSum(_ weights: [Float]) -> Tensor {
        precondition(weights.count == count, "weightedSum: \(weights.count) weights for \(shape)")
        let x = floats, shape = shape, sum = x.indices.reduce(0.0) { $0 + Double(weights[$1]) * Double(x[$1]) }
        let op = CustomOp(name: "weightedSum", inputs: [self]) { dy in
            [dy[0].map { dy in Tensor(weights, shape: shape).scaled(by: dy.element(0)) }]
        }
        return op.record([Tensor([Float(sum)], shape: [1])])[0]
    }

    /// Mean cross-entropy in nats of logits [..., V] at targets, one per row, over those that are not negative.
    package func crossEntropy(_ targets: [Int32]) -> Tensor {
        let counted = targets.count { $0 >= 0 }
        return logProbabilities(of: targets).weightedSum(targets.map { $0 < 0 ? 0 : -1 / Float(max(1, counted)) })
    }

    /// Element i of a contiguous tensor.
    package func element(_ i: Int) -> Float {
        switch dtype {
        case .float32: pointer.load(fromByteOffset: i * 4, as: Float.self)
        case .bfloat16: Float(bitPattern: UInt32(pointer.load(fromByteOffset: i * 2, as: UInt16.self)) << 16)
        }
    }
}
