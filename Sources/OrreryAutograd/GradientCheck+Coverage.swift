import OrreryTensor

extension Op {
    /// The operations by name.
    package enum Kind: String, CaseIterable, Sendable {
        case linear, matmul, add, multiply, scale, cast, reshape, split, embedding, rmsNorm, layerNorm, activation,
            swiGLU, clampedSwiGLU, rows, addRows, expertWeights, rotary, attention,
            maskedSoftmax, swapHeads, dropout, logProbability, custom
    }

    /// Exhaustive: a new operation does not compile until it has a name here, and then gradcheck fails until its inputs
    /// are checked.
    package var kind: Kind {
        switch self {
        case .linear: .linear
        case .matmul: .matmul
        case .add: .add
        case .multiply: .multiply
        case .scale: .scale
        case .cast: .cast
        case .reshape: .reshape
        case .split: .split
        case .embedding: .embedding
        case .rmsNorm: .rmsNorm
        case .layerNorm: .layerNorm
        case .activation: .activation
        case .swiGLU: .swiGLU
        case .clampedSwiGLU: .clampedSwiGLU
        case .rows: .rows
        case .addRows: .addRows
        case .expertWeights: .expertWeights
        case .rotary: .rotary
        case .attention: .attention
        case .maskedSoftmax: .maskedSoftmax
        case .swapHeads: .swapHeads
        case .dropout: .dropout
        case .logProbability: .logProbability
        case .custom: .custom
        }
    }
}

extension Op.Kind {
    /// What has a gradient, each of which a case must check.
    package var inputs: [String] {
        switch self {
        case .linear: ["x", "weight", "bias"]
        case .matmul: ["a", "b"]
        case .add, .multiply: ["x", "y"]
        case .scale, .cast, .reshape, .split, .rows, .activation, .rotary, .swapHeads, .dropout, .custom: ["x"]
        case .embedding: ["table"]
        case .rmsNorm: ["x", "weight"]
        case .layerNorm: ["x", "weight", "bias"]
        case .swiGLU, .clampedSwiGLU: ["gate", "up"]
        case .addRows: ["sum", "x", "weights"]
        case .expertWeights: ["scores"]
        case .attention: ["q", "k", "v", "sinks", "distances"]
        case .maskedSoftmax: ["scores", "sinks"]
        case .logProbability: ["logits"]
        }
    }
}
