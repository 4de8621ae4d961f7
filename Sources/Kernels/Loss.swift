internal import CKernels
import Foundation

extension Processor {
    private static let lossGrain = 16

    /// log Σ exp of each row of logits, into lse [rows].
    package func logSumExp(_ logits: Vector, into lse: UnsafeMutablePointer<Float>, width: Int) {
        forRuns(.loss, logits.count / width, grain: Self.lossGrain, bytes: logits.bytes) { rows in
            for r in rows { lse[r] = kernels.log_sum_exp(logits.at(r * width), logits.type.code, width) }
        }
    }

    /// dlogits = scale (softmax(logits) - onehot(target)), each row with its own scale; a row whose target is negative
    /// gets zeros.
    package func crossEntropyGradient(
        _ logits: Vector, lse: UnsafePointer<Float>, targets: UnsafePointer<Int32>, scales: UnsafePointer<Float>,
        into dlogits: Vector, width: Int
    ) {
        forRuns(.loss, logits.count / width, grain: Self.lossGrain, bytes: logits.bytes + dlogits.bytes) { rows in
            for r in rows {
                if targets[r] < 0 {  // not scaled by zero: its logits may be infinite
                    memset(dlogits.at(r * width), 0, width * dlogits.type.size)
                    continue
                }
                kernels.cross_entropy_gradient(
                    logits.at(r * width), logits.type.code, lse[r], Int(targets[r]), scales[r], dlogits.at(r * width),
                    dlogits.type.code,
                    width)
            }
        }
    }
}
