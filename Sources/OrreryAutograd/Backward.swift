import Kernels
import OrreryTensor

extension Tape {
    /// Adds the gradient of `loss` to the gradients of the watched parameters, and returns those of watched tensors.
    ///
    /// The tape is consumed: each entry is released as soon as its rule has run, so that memory falls from the end to
    /// the start.
    /// - Parameters:
    ///   - loss: one element, or any shape if `seed` is given.
    ///   - seed: the gradient of the loss; a factor of 1 if nil.
    ///   - inputs: tensors whose gradients are wanted: of `watch`, or any that was computed on the way.
    @discardableResult
    package func backward(from loss: Tensor, seed: Tensor? = nil, to inputs: [Tensor] = []) -> [Tensor?] {
        guard let start = loss.trace, start.tape === self else {
            preconditionFailure("backward: the loss is not on this tape")
        }
        precondition(
            seed?.shape == loss.shape || (seed == nil && loss.count == 1),
            "backward: loss \(loss.shape), seed \(seed?.shape ?? [])")
        var gradients = Gradients(of: self)
        let kept = Set(inputs.compactMap { gradients.wants($0) ? $0.trace?.id : nil })
        withoutRecording {
            gradients.add(seed ?? Tensor([1], shape: [1]), to: loss)
            while let entry = popLast() {
                let results = entry.outputs.map { kept.contains($0) ? gradients[$0] : gradients.take($0) }
                guard results.contains(where: { $0 != nil }) else { continue }
                entry.op.backpropagate(results, into: &gradients)
            }
        }
        return inputs.map { gradients.wants($0) ? gradients[$0.trace!.id] : nil }
    }
}

/// Gradients of the values on a tape, by id, while the backward pass runs.
struct Gradients {
    private var byID: [Tensor?]
    private let tape: Tape

    init(of tape: Tape) {
        self.tape = tape
        byID = Array(repeating: nil, count: tape.count)
    }

    subscript(_ id: Int) -> Tensor? { byID[id] }

    mutating func take(_ id: Int) -> Tensor? {
        let gradient = byID[id]
        byID[id] = nil
        return gradient
    }

    /// Whether x is a value of this tape. What was on another is a constant.
    func wants(_ x: Tensor) -> Bool { x.trace?.tape === tape }

    /// Where the gradient of a parameter is summed; nil where it is frozen or not watched.
    func sum(for parameter: Parameter?) -> Tensor? {
        parameter.flatMap { tape.watches($0) ? $0.gradient : nil }
    }

    /// Adds rows to those of the gradient of x [N, W] at these places, in their order and in float32.
    mutating func add(_ rows: Tensor, toRowsAt places: [Int], of x: Tensor) {
        guard wants(x), let id = x.trace?.id else { return }
        var sum = (take(id) ?? Tensor(zeros: x.shape)).contiguous().cast(to: .float32)
        if !sum.isUnique() { sum = sum.scaled(by: 1) }
        sum.addRows(rows.detached.cast(to: .float32).contiguous(), to: places, weights: places.map { _ in 1 })
        byID[id] = sum
    }

    /// Adds `gradient` to that of x, in x's type: where several paths leave x, their gradients add.
    mutating func add(_ gradient: @autoclosure () -> Tensor, to x: Tensor) {
        guard wants(x), let id = x.trace?.id else { return }
        let new = gradient().detached.cast(to: x.dtype)
        precondition(new.shape == x.shape, "gradient \(new.shape) of a tensor \(x.shape)")
        guard var old = take(id) else {
            byID[id] = new
            return
        }
        if old.isContiguous, old.isUnique() {
            Processor.current.add(old.vector, new.contiguous().vector, into: old.vector)
            byID[id] = old
        } else {
            byID[id] = old.adding(new)
        }
    }
}
