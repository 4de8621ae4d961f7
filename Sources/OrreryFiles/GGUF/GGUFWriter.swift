/// One tensor to be written to a GGUF file: what it is, and where its bytes come from when their turn is there.
package struct GGUFTensor {
    /// Takes the next bytes of a tensor, in ggml's layout of its type.
    package typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    package let name: String
    package let type: GGUFTensorType
    /// Row-major, the outermost dimension first.
    package let shape: [Int]
    let write: (Sink) throws -> Void

    /// - Parameter write: is called once, and gives the sink the bytes in as many pieces as it likes.
    package init(name: String, type: GGUFTensorType, shape: [Int], write: @escaping (Sink) throws -> Void) {
        (self.name, self.type, self.shape, self.write) = (name, type, shape, write)
    }
}

/// Writes GGUF files of version 3: whole or not at all, and the same bytes for the same input.
package enum GGUFWriter {
    /// Writes the pairs and the tensors in the order given.
    ///
    /// - Parameters:
    ///   - metadata: keys must differ. A `general.alignment` among them is obeyed; without one tensors are aligned to
    ///     32 bytes.
    ///   - tensors: names must differ. Each is asked for its bytes when its turn comes.
    ///   - path: is replaced when every byte is on the disk.
    /// - Throws: `FileError` where a description is wrong, a tensor gives too few or too many bytes, or the disk is too
    ///   small.
    package static func write(
        _ metadata: [(key: String, value: GGUFValue)], tensors: [GGUFTensor] = [], to path: String
    ) throws {
        let plan = try Plan(metadata, tensors, path)
        try FreeSpace.requireSpace(plan.byteCount, at: path)
        let file = try AtomicFile(path: path)
        try file.write(plan.head)
        for (tensor, size) in zip(tensors, plan.sizes) {
            try write(tensor, size, to: file)
            try file.write([UInt8](repeating: 0, count: plan.padding(after: size)))
        }
        try file.commit()
    }

    private static func write(_ tensor: GGUFTensor, _ expected: Int, to file: AtomicFile) throws {
        var written = 0
        try tensor.write { bytes in
            written += bytes.count
            guard written <= expected else { throw wrongCount(tensor, expected, "more", file.path) }
            try file.write(bytes)
        }
        guard written == expected else { throw wrongCount(tensor, expected, "\(written)", file.path) }
    }

    private static func wrongCount(_ tensor: GGUFTensor, _ expected: Int, _ found: String, _ path: String) -> FileError
    {
        .request(
            path,
            "tensor \(FileError.quoted(tensor.name)): \(tensor.type) \(tensor.shape) takes \(expected) bytes, its writer gave \(found)"
        )
    }
}

/// The head of the file and the place of each tensor.
private struct Plan {
    private let alignment: Int
    /// Everything before the data, padded.
    private(set) var head: [UInt8] = []
    /// The bytes of each tensor.
    private(set) var sizes: [Int] = []
    /// The bytes of the whole file.
    private(set) var byteCount = 0

    init(_ metadata: [(key: String, value: GGUFValue)], _ tensors: [GGUFTensor], _ path: String) throws {
        alignment = try Self.alignment(of: metadata, path)
        head += GGUFHeader.magic + GGUFEncoding.bytes(of: UInt32(3))
        head += GGUFEncoding.bytes(of: UInt64(tensors.count)) + GGUFEncoding.bytes(of: UInt64(metadata.count))
        try append(metadata, path)
        try append(tensors, path)
        head += [UInt8](repeating: 0, count: padding(after: head.count))
        byteCount = try Self.sum(byteCount, head.count, path)
    }

    func padding(after count: Int) -> Int { (alignment - count % alignment) % alignment }

    private mutating func append(_ metadata: [(key: String, value: GGUFValue)], _ path: String) throws {
        var keys = NameSet()
        for (key, value) in metadata {
            guard !key.isEmpty, key.utf8.count <= GGUFHeader.maximumKeyLength, keys.insert(key) else {
                throw FileError.request(path, "the key \(FileError.quoted(key)) is empty, too long or taken")
            }
            GGUFEncoding.append(key.utf8, to: &head)
            head += GGUFEncoding.bytes(of: value.type.rawValue)
            GGUFEncoding.append(value, to: &head)
        }
    }

    private mutating func append(_ tensors: [GGUFTensor], _ path: String) throws {
        var names = NameSet()
        for tensor in tensors {
            let quoted = FileError.quoted(tensor.name)
            guard tensor.name.utf8.count <= GGUFHeader.maximumNameLength, names.insert(tensor.name) else {
                throw FileError.request(path, "the tensor name \(quoted) is too long or taken")
            }
            guard tensor.shape.count <= GGUFHeader.maximumRank, let size = tensor.type.byteCount(shape: tensor.shape)
            else {
                throw FileError.request(
                    path, "tensor \(quoted) of \(tensor.type) cannot have the shape \(tensor.shape)")
            }
            GGUFEncoding.append(tensor.name.utf8, to: &head)
            head += GGUFEncoding.bytes(of: UInt32(tensor.shape.count))
            for dimension in tensor.shape.reversed() { head += GGUFEncoding.bytes(of: UInt64(dimension)) }
            head += GGUFEncoding.bytes(of: tensor.type.rawValue) + GGUFEncoding.bytes(of: UInt64(byteCount))
            sizes.append(size)
            byteCount = try Self.sum(byteCount, size, path)
            byteCount = try Self.sum(byteCount, padding(after: size), path)
        }
    }

    private static func sum(_ left: Int, _ right: Int, _ path: String) throws -> Int {
        let (sum, overflow) = left.addingReportingOverflow(right)
        guard !overflow else { throw FileError.request(path, "more bytes than can be counted") }
        return sum
    }

    private static func alignment(of metadata: [(key: String, value: GGUFValue)], _ path: String) throws -> Int {
        guard let value = metadata.first(where: { $0.key == GGUFHeader.alignmentKey })?.value else {
            return GGUFHeader.defaultAlignment
        }
        guard case .uint32(let number) = value, number.nonzeroBitCount == 1 else {
            throw FileError.request(path, "\(GGUFHeader.alignmentKey) must be a uint32 that is a power of two")
        }
        return Int(number)
    }
}
