import OrreryNN

/// How a fresh model starts.
package struct Initialization: Sendable, Hashable {
    /// Standard deviation of the embeddings.
    package var embedding: Float
    /// Standard deviation of matrices in the layers; nil: 1 / sqrt(width), which keeps the size of what passes through.
    package var hidden: Float?
    /// Projections into the residual stream start at zero, so that each layer begins as the identity; otherwise smaller
    /// by the square root of their number (GPT-2's paper, 2.3).
    package var zeroProjections: Bool

    package init(embedding: Float = 0.02, hidden: Float? = 0.02, zeroProjections: Bool = false) {
        (self.embedding, self.hidden, self.zeroProjections) = (embedding, hidden, zeroProjections)
    }

    func hidden(_ width: Int) -> InitialValue { .normal(standardDeviation: hidden ?? 1 / Float(width).squareRoot()) }

    func projection(layers: Int, _ width: Int) -> InitialValue {
        if zeroProjections { return .zeros }
        return .normal(standardDeviation: (hidden ?? 1 / Float(width).squareRoot()) / Float(2 * layers).squareRoot())
    }

    var head: InitialValue { .normal(standardDeviation: embedding) }
}
