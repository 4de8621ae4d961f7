internal import CKernels

extension Processor {
    private static let lossGrain = 16

    /// log Σ exp of each row of logits, into lse [rows].
    package func logSumExp(_ logits: Vector, into lse: UnsafeMutablePointer<Float>, width: Int) {
        forRuns(logits.count / width, grain: Self.lossGrain) { rows in
            for r in rows { lse[r] = kernels.log_sum_exp(logits.at(r * width), logits.type.code, width) }
        }
    }

    /// dlogits = scale (softmax(logits) - onehot(target)); a row whose target is negative gets zeros.
    package func crossEntropyGradient(
        _ logits: Vector, lse: UnsafePointer<Float>, targets: UnsafePointer<Int32>, scale: Float, into dlogits: Vector, width: Int
    ) {
        forRuns(logits.count / width, grain: Self.lossGrain) { rows in
            for r in rows {
                kernels.cross_entropy_gradient(
                    logits.at(r * width), logits.type.code, lse[r], Int(targets[r]), targets[r] < 0 ? 0 : scale, dlogits.at(r * width), dlogits.type.code,
                    width)
            }
        }
    }
}
