import Kernels

/// An array of numbers with a shape. Row-major; rows of the last dimension may stand further apart than they are long,
/// which is how `split` makes views without copying.
///
/// Operations compute at once. While a `Tape` is open, an operation on a tracked tensor also appends its `Op` to that
/// tape.
public struct Tensor: @unchecked Sendable {  // written once, by the operation that makes it
    /// The dimensions.
    public let shape: [Int]
    /// The type of the elements.
    public let dtype: ElementType
    /// Elements from one row of the last dimension to the next.
    package let rowStride: Int
    package private(set) var storage: Storage
    package let offset: Int
    package var trace: Trace?

    /// An uninitialised tensor: every operation writes all of its result.
    package init(empty shape: [Int], _ dtype: ElementType) {
        self.init(shape, dtype, storage: Storage(byteCount: shape.reduce(1, *) * dtype.size))
    }

    package init(
        _ shape: [Int], _ dtype: ElementType, storage: Storage, offset: Int = 0, rowStride: Int? = nil,
        trace: Trace? = nil
    ) {
        self.shape = shape
        self.dtype = dtype
        self.storage = storage
        self.offset = offset
        self.rowStride = rowStride ?? (shape.last ?? 1)
        self.trace = trace
    }

    /// A float32 tensor with these elements, rows in order.
    ///
    /// - Precondition: there are as many elements as the shape asks for.
    public init(_ values: [Float], shape: [Int]) {
        precondition(values.count == shape.reduce(1, *), "Tensor: \(values.count) values for shape \(shape)")
        self.init(empty: shape, .float32)
        values.withUnsafeBytes { pointer.copyMemory(from: $0.baseAddress!, byteCount: $0.count) }
    }

    /// A tensor of zeros.
    public init(zeros shape: [Int], _ dtype: ElementType = .float32) {
        self.init(shape, dtype, storage: Storage(byteCount: shape.reduce(1, *) * dtype.size, zeroed: true))
    }

    /// The number of elements.
    public var count: Int { shape.reduce(1, *) }
    /// The length of the last dimension.
    public var width: Int { shape.last ?? 1 }
    /// The product of all dimensions but the last.
    public var rows: Int { shape.dropLast().reduce(1, *) }
    package var isContiguous: Bool { rowStride == width || rows == 1 }

    package var pointer: UnsafeMutableRawPointer { storage.pointer + offset * dtype.size }

    /// The elements as float32, rows in order.
    public var floats: [Float] {
        let source = contiguous().cast(to: .float32, tracked: false)
        return withExtendedLifetime(source.storage) {
            Array(UnsafeBufferPointer(start: source.pointer.assumingMemoryBound(to: Float.self), count: count))
        }
    }

    /// A row of a tensor [rows, width], as [width]; -1 is the last row, -2 the one before.
    ///
    /// - Precondition: there is such a row, and the tensor has two dimensions.
    public subscript(row: Int) -> Tensor {
        let index = row < 0 ? rows + row : row
        precondition(shape.count == 2 && (0 ..< rows).contains(index), "Tensor: row \(row) of shape \(shape)")
        return Tensor([width], dtype, storage: storage, offset: offset + index * rowStride)
    }

    /// Whether no other tensor shares this memory, so that it may be changed in place.
    package mutating func isUnique() -> Bool { isKnownUniquelyReferenced(&storage) }

    /// The same numbers, not recorded for gradients.
    public var detached: Tensor {
        var t = self
        t.trace = nil
        return t
    }

    package var vector: Vector {
        precondition(isContiguous, "an operation on rows of \(width) that stand \(rowStride) apart needs contiguous()")
        return Vector(pointer, dtype, count: count, owner: storage)
    }

    /// As a matrix of `rows` by `width`.
    package var matrix: Matrix { Matrix(pointer, dtype, rows: rows, columns: width, rowStride: rowStride) }

    package var float32Pointer: UnsafeMutablePointer<Float> {
        precondition(dtype == .float32 && isContiguous, "expected contiguous float32, found \(dtype) \(shape)")
        return pointer.assumingMemoryBound(to: Float.self)
    }

    /// [N, H * head size] seen as heads.
    package func headRows(headSize: Int) -> HeadRows {
        precondition(
            shape.count == 2 && width % headSize == 0, "heads: expected [N, heads of \(headSize)], found \(shape)")
        return HeadRows(pointer, dtype, rowStride: rowStride, headSize: headSize)
    }
}
