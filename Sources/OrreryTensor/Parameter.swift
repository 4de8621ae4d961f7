import Kernels
import Synchronization

/// A weight: a handle on a slice of the training arena, on a region of a file, or on memory of its own, with packed working copies.
///
/// Training keeps the float32 master here and multiplies by packed copies in the type of the computation, made once per version.
public final class Parameter: @unchecked Sendable {  // changed by its owner between steps only
    /// Hugging Face's name of the tensor, e.g. `model.layers.0.self_attn.q_proj.weight`.
    public let name: String
    public let shape: [Int]
    /// The numbers. Whoever edits them in place calls `changed`, since working copies are stale then.
    public private(set) var value: Tensor
    /// A view of the arena of gradients, float32, of the same shape; nil where the parameter is frozen.
    package private(set) var gradient: Tensor?
    package var trace: Trace?
    /// Behind a lock, since readers on several threads may be the first to need one.
    private let packed = Mutex<[Packing: PackedMatrix]>([:])

    /// What the order of a packed copy depends on.
    private struct Packing: Hashable {
        var transposed: Bool
        var type: ElementType
        var instructionSet: InstructionSet
    }

    public init(name: String, value: Tensor) {
        self.name = name
        shape = value.shape
        self.value = value.contiguous().detached
    }

    public var count: Int { shape.reduce(1, *) }
    /// Matrices decay and go to Muon; vectors do neither.
    public var isMatrix: Bool { shape.count >= 2 }

    /// Moves the parameter into an arena: its numbers are copied there, its gradient accumulates there.
    package func bind(value: Tensor, gradient: Tensor) {
        precondition(value.shape == shape && gradient.shape == shape)
        Processor.current.convert(self.value.vector, to: value.vector)
        self.value = value
        self.gradient = gradient
        changed()
    }

    /// Says that the numbers were changed in place.
    package func changed() { packed.withLock { $0 = [:] } }

    /// Replaces the numbers.
    public func assign(_ newValue: Tensor) {
        precondition(newValue.shape == shape, "\(name): assigning \(newValue.shape) to \(shape)")
        Processor.current.convert(newValue.contiguous().vector, to: value.vector)
        changed()
    }

    /// The weight as the right operand of a product, [k, n] = the stored matrix or its transpose.
    package func packed(transposed: Bool, as type: ElementType) -> PackedMatrix {
        let processor = Processor.current
        return packed.withLock { packed in
            let key = Packing(transposed: transposed, type: type, instructionSet: processor.instructionSet)
            if let made = packed[key] { return made }
            let made = PackedMatrix(transposed ? value.matrix.transposed : value.matrix, computeType: type, on: processor)
            packed[key] = made
            return made
        }
    }

    /// Float32 numbers, for kernels that take a row of weights.
    package var floats: UnsafePointer<Float> { UnsafePointer(value.float32Pointer) }
}
