import Kernels

extension Tensor {
    /// Mean cross-entropy in nats of logits [..., V] at targets, one per row; negative targets do not count.
    ///
    /// Only the log-sum-exp of each row is kept: the gradient makes the probabilities again.
    /// - Returns: a tensor of one element. `perRow` receives each row's loss, zero where it does not count.
    package func crossEntropy(_ targets: [Int32], perRow: ((UnsafeBufferPointer<Float>) -> Void)? = nil) -> Tensor {
        precondition(targets.count == rows, "crossEntropy: \(targets.count) targets for logits \(shape)")
        precondition(targets.allSatisfy { Int($0) < width }, "crossEntropy: a target outside of 0 ..< \(width)")
        let logits = contiguous()
        let lse = Tensor(empty: [rows], .float32)
        Processor.current.logSumExp(logits.vector, into: lse.float32Pointer, width: width)
        var losses = [Float](repeating: 0, count: rows), sum = 0.0, counted = 0
        let top = lse.float32Pointer
        for r in 0 ..< rows where targets[r] >= 0 {
            losses[r] = top[r] - logits.element(r * width + Int(targets[r]))
            sum += Double(losses[r])
            counted += 1
        }
        if let perRow { losses.withUnsafeBufferPointer(perRow) }
        let loss = Tensor([Float(sum / Double(max(1, counted)))], shape: [1])
        return traced(loss, trace, op: .crossEntropy(logits: logits, targets: targets, logSumExp: lse, counted: max(1, counted)))
    }

    /// Element i of a contiguous tensor.
    package func element(_ i: Int) -> Float {
        switch dtype {
        case .float32: pointer.load(fromByteOffset: i * 4, as: Float.self)
        case .bfloat16: Float(bitPattern: UInt32(pointer.load(fromByteOffset: i * 2, as: UInt16.self)) << 16)
        }
    }
}
