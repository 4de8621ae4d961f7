import Kernels
import Synchronization

/// A weight: its name, its shape and its numbers.
///
/// Training keeps a float32 master and multiplies by packed copies in the type of the computation, made once per
/// version. Inference may hold the weight as it lies in a file, in half precision or in blocks, and multiplies by that.
public final class Parameter: @unchecked Sendable {  // changed by its owner between steps only
    /// Hugging Face's name of the tensor, e.g. `model.layers.0.self_attn.q_proj.weight`.
    public let name: String
    /// The dimensions.
    public let shape: [Int]
    /// The stack that this is a part of; whoever holds a part holds its stack too.
    package private(set) unowned var stack: Parameter?
    /// The parts of a stack that products read, by their number.
    private var parts: [Int: Parameter] = [:]
    /// The numbers, where they are held as float32 or bfloat16.
    private var dense: Tensor?
    /// The weight in a file's own format: one matrix, or one for each expert of a stack [experts, n, k]; empty where
    /// the numbers are dense.
    package private(set) var blocks: [QuantizedMatrix]
    /// Whether training changes it. A frozen parameter has no memory for a gradient, and passes gradients on to what it
    /// multiplies.
    package var requiresGradient = true
    /// A view of the arena of gradients, float32, of the same shape; nil where the parameter is frozen.
    package private(set) var gradient: Tensor?
    /// Of the arena: whoever computes with weights that another thread may change asks it.
    package private(set) var access: WeightAccess?
    /// Its place on the tape that records here and now, if that watches it.
    var trace: Trace? { Tape.current?.trace(of: self) }
    /// Behind a lock, since readers on several threads may be the first to need one.
    private let packed = Guarded<[Packing: PackedMatrix]>([:])

    /// What the order of a packed copy depends on.
    private struct Packing: Hashable {
        var transposed: Bool
        var type: ElementType
        var instructionSet: InstructionSet
    }

    /// A weight with these numbers, in memory of its own.
    public init(name: String, value: Tensor) {
        self.name = name
        shape = value.shape
        dense = value.contiguous().detached
        blocks = []
    }

    /// A frozen weight in a file's own format.
    ///
    /// - Parameters:
    ///   - shape: [n, k], or [experts, n, k] of a stack whose matrices lie one after another; [k], a vector, is
    ///     converted to float32 at once.
    ///   - blocks: [n, k] or [experts n, k].
    package init(name: String, shape: [Int], blocks: QuantizedMatrix) {
        precondition(
            (1 ... 3).contains(shape.count) && shape.last == blocks.columns
                && shape.dropLast().reduce(1, *) == blocks.rows,
            "\(name): shape \(shape) for \(blocks.rows) rows of \(blocks.columns)")
        (self.name, self.shape) = (name, shape)
        if shape.count == 1 {
            self.blocks = []
            dense = Tensor(decoding: [blocks], shape: shape)
        } else if shape.count == 2 {
            self.blocks = [blocks]
        } else {
            self.blocks = (0 ..< shape[0]).map { blocks.slice(rows: $0 * shape[1] ..< ($0 + 1) * shape[1]) }
        }
    }

    /// The same of matrices that lie apart, or of vectors, which become float32 at once.
    ///
    /// - Parameters:
    ///   - shape: [experts, n, k] or [experts, k].
    ///   - stack: one for each expert, [n, k] or [1, k].
    package init(name: String, shape: [Int], stack: [QuantizedMatrix]) {
        let rows = shape.dropFirst().dropLast().reduce(1, *)
        precondition(
            (2 ... 3).contains(shape.count) && stack.count == shape[0]
                && stack.allSatisfy { $0.rows == rows && $0.columns == shape.last },
            "\(name): shape \(shape) for \(stack.count) matrices")
        (self.name, self.shape) = (name, shape)
        (blocks, dense) = shape.count == 2 ? ([], Tensor(decoding: stack, shape: shape)) : (stack, nil)
    }

    /// The numbers. A quantised weight is converted to float32 at each call, which products and embeddings do without.
    public var value: Tensor { dense ?? Tensor(decoding: blocks, shape: shape) }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
    /// Whether it is a matrix, or a stack of matrices. Matrices take weight decay and Muon; vectors and stacks of them
    /// take neither.
    public var isMatrix: Bool { shape.count >= (parts.isEmpty ? 2 : 3) }

    /// Whether products decode the weight at each call. MXFP4 is what gpt-oss was trained in: next to activations that
    /// are not rounded its products are exact float32 arithmetic, as in transformers; other blocks are roundings
    /// themselves, and activations are rounded next to them.
    package func isDecoded(for type: ElementType) -> Bool { blocks.first?.format == .mxfp4 && type == .float32 }

    /// Moves the parameter into an arena: its numbers are copied there, its gradient accumulates there.
    package func bind(value: Tensor, gradient: Tensor, access: WeightAccess) {
        precondition(value.shape == shape && gradient.shape == shape)
        Processor.current.convert(self.value.vector, to: value.vector)
        (dense, blocks) = (value, [])
        (self.gradient, self.access) = (gradient, access)
        changed()
    }

    /// Bytes of the copies in the order of products.
    package var packedByteCount: Int { packed.withLock { $0.values.reduce(0) { $0 + $1.byteCount } } }

    /// Says that the numbers were changed in place.
    package func changed() {
        packed.withLock { $0 = [:] }
        for (i, part) in parts { follow(part, i) }
    }

    /// Number i of a stack [count, ...], in the same memory: a parameter of its own, with packed copies of its own. It
    /// follows the stack into an arena, and a tape that watches the stack watches it.
    package func part(_ i: Int) -> Parameter {
        if let part = parts[i] { return part }
        let part = Parameter(partOf: self, name: "\(name)[\(i)]")
        parts[i] = part
        follow(part, i)
        return part
    }

    private init(partOf stack: Parameter, name: String) {
        (self.name, shape, self.stack, blocks) = (name, Array(stack.shape.dropFirst()), stack, [])
    }

    /// Lets a part see what the stack holds now.
    private func follow(_ part: Parameter, _ i: Int) {
        let offset = i * part.count
        func slice(_ whole: Tensor?) -> Tensor? {
            whole.map { Tensor(part.shape, $0.dtype, storage: $0.storage, offset: $0.offset + offset) }
        }
        (part.dense, part.blocks) = (slice(dense), i < blocks.count ? [blocks[i]] : [])
        (part.gradient, part.access) = (slice(gradient), access)
        part.changed()
    }

    /// Replaces the numbers by those of a tensor of the same shape.
    public func assign(_ newValue: Tensor) {
        precondition(newValue.shape == shape, "\(name): assigning \(newValue.shape) to \(shape)")
        if let dense {
            Processor.current.convert(newValue.contiguous().vector, to: dense.vector)
        } else {
            (dense, blocks) = (newValue.contiguous().cast(to: .float32, tracked: false).detached, [])
        }
        changed()
    }

    /// The weight as the right operand of a product, [k, n] = the stored matrix or its transpose.
    package func packed(transposed: Bool, as type: ElementType) -> PackedMatrix {
        let processor = Processor.current
        return packed.withLock { packed in
            let key = Packing(transposed: transposed, type: type, instructionSet: processor.instructionSet)
            if let made = packed[key] { return made }
            let made = pack(key, on: processor)
            packed[key] = made
            return made
        }
    }

    private func pack(_ key: Packing, on processor: Processor) -> PackedMatrix {
        if blocks.count == 1,
            let made = PackedMatrix(blocks[0], transposed: key.transposed, computeType: key.type, on: processor)
        {
            return made
        }
        let value = value
        return withExtendedLifetime(value) {
            PackedMatrix(key.transposed ? value.matrix.transposed : value.matrix, computeType: key.type, on: processor)
        }
    }

    /// Whether products read a packed copy: of numbers in memory, and of a file's float32. Other formats have panels of
    /// their own.
    package var isPacked: Bool { blocks.first.map { $0.format == .float32 } ?? true }

    /// Float32 numbers, for kernels that take a row of weights.
    package var floats: UnsafePointer<Float> {
        guard let dense else {
            preconditionFailure("\(name): a vector of float32 is wanted, found \(blocks[0].format.rawValue) \(shape)")
        }
        return UnsafePointer(dense.float32Pointer)
    }
}

extension Tensor {
    /// Matrices in blocks, one after another, as float32.
    fileprivate init(decoding blocks: [QuantizedMatrix], shape: [Int]) {
        self.init(empty: shape, .float32)
        var out = float32Pointer
        for matrix in blocks {
            Processor.current.decode(matrix, into: out)
            out += matrix.rows * matrix.columns
        }
    }
}
