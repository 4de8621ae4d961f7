import OrreryTensor

extension Tape {
    /// body(x), of which the tape keeps nothing but x: the backward pass computes it once more (arXiv:1604.06174).
    /// Memory falls to that of one body; time rises by one forward pass of it.
    ///
    /// - Parameter body: gives the same each time, and has no other tracked tensors than x and watched parameters.
    package static func checkpoint(_ x: Tensor, _ body: @escaping (Tensor) -> Tensor) -> Tensor {
        guard let tape = current else { return body(x) }
        let y = unrecorded { body(x.detached) }
        let op = CustomOp(name: "checkpoint", inputs: [x]) { dy in
            guard let dy = dy[0] else { return [nil] }
            let again = Tape(watching: tape.parameters), start = again.watch(x.detached)
            let result = again.record { body(start) }
            return again.backward(from: result, seed: dy.detached, to: [start])
        }
        return op.record([y])[0]
    }
}
