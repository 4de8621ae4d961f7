import Kernels

/// The sum, in float32 if either is.
package func + (x: Tensor, y: Tensor) -> Tensor { x.adding(y) }

extension Tensor {
    /// self + other, in float32 if either is.
    package func adding(_ other: Tensor) -> Tensor {
        precondition(shape == other.shape, "add: \(shape) and \(other.shape)")
        let z = Tensor(empty: shape, dtype == .float32 ? .float32 : other.dtype)
        Processor.current.add(contiguous().vector, other.contiguous().vector, into: z.vector)
        return traced(z, trace, other.trace, op: .add(self, other))
    }

    package func multiplied(by other: Tensor) -> Tensor {
        precondition(shape == other.shape, "multiply: \(shape) and \(other.shape)")
        let z = Tensor(empty: shape, dtype == .float32 ? .float32 : other.dtype)
        Processor.current.multiply(contiguous().vector, other.contiguous().vector, into: z.vector)
        return traced(z, trace, other.trace, op: .multiply(self, other))
    }

    package func scaled(by factor: Float) -> Tensor {
        let z = Tensor(empty: shape, dtype)
        Processor.current.scale(contiguous().vector, by: factor, into: z.vector)
        return traced(z, trace, op: .scale(self, factor))
    }

    /// The same numbers in another type, rounded to nearest even.
    package func cast(to type: ElementType, tracked: Bool = true) -> Tensor {
        if type == dtype { return self }
        let y = Tensor(empty: shape, type)
        Processor.current.convert(contiguous().vector, to: y.vector)
        return tracked ? traced(y, trace, op: .cast(self)) : y
    }

    package func activated(_ kind: Activation) -> Tensor {
        let y = Tensor(empty: shape, dtype)
        let x = contiguous()
        Processor.current.activate(kind, x.vector, into: y.vector)
        return traced(y, trace, op: .activation(kind, x))
    }

    /// silu(self) * up (arXiv:2002.05202).
    package func swiGLU(up: Tensor) -> Tensor {
        precondition(
            shape == up.shape && dtype == up.dtype, "swiGLU: gate \(shape) \(dtype), up \(up.shape) \(up.dtype)")
        let (gate, up) = (contiguous(), up.contiguous())
        let y = Tensor(empty: shape, dtype)
        Processor.current.swiGLU(gate: gate.vector, up: up.vector, into: y.vector)
        return traced(y, trace, up.trace, op: .swiGLU(gate: gate, up: up))
    }

    /// cap tanh(self / cap): large numbers bend towards it (arXiv:2408.00118, 2).
    package func softCapped(at cap: Float) -> Tensor { scaled(by: 1 / cap).activated(.tanh).scaled(by: cap) }

    package func droppedOut(_ dropout: Dropout?) -> Tensor {
        guard let dropout, dropout.probability > 0 else { return self }
        let y = Tensor(empty: shape, dtype)
        Processor.current.dropout(dropout, contiguous().vector, into: y.vector)
        return traced(y, trace, op: .dropout(self, dropout))
    }
}
