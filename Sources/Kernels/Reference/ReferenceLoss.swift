import Foundation

extension Reference {
    /// log Σ exp of each row.
    package static func logSumExp(_ logits: [Float], width: Int) -> [Double] {
        (0 ..< logits.count / width).map { r in
            let row = logits[r * width ..< (r + 1) * width].map(Double.init)
            let top = row.max() ?? -.infinity
            return top + log(row.reduce(0) { $0 + exp($1 - top) })
        }
    }

    /// scales[row] (softmax - onehot(target)); zeros where the target is negative. `lse` is the one that the forward
    /// pass kept.
    package static func crossEntropyGradient(
        _ logits: [Float], lse: [Float], targets: [Int32], scales: [Float], width: Int
    ) -> [Double] {
        logits.indices.map { i in
            let (row, column) = (i / width, i % width)
            guard targets[row] >= 0 else { return 0 }
            return Double(scales[row])
                * (exp(Double(logits[i]) - Double(lse[row])) - (Int(targets[row]) == column ? 1 : 0))
        }
    }
}
