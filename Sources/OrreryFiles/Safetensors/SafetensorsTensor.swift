/// One tensor to be written: its name and shape, and where its bytes come from when their turn is there.
package struct SafetensorsTensor {
    /// Takes the next bytes of a tensor: little-endian, row-major.
    package typealias Sink = (UnsafeRawBufferPointer) throws -> Void

    package let name: String
    package let dtype: SafetensorsDType
    package let shape: [Int]
    let write: (Sink) throws -> Void

    /// - Parameter write: is called once, and gives the sink the bytes in as many pieces as it likes.
    package init(name: String, dtype: SafetensorsDType, shape: [Int], write: @escaping (Sink) throws -> Void) {
        (self.name, self.dtype, self.shape, self.write) = (name, dtype, shape, write)
    }

    /// - Parameter bytes: must stay valid until the file is written.
    package init(name: String, dtype: SafetensorsDType, shape: [Int], bytes: UnsafeRawBufferPointer) {
        self.init(name: name, dtype: dtype, shape: shape) { sink in try sink(bytes) }
    }

    package init(name: String, dtype: SafetensorsDType, shape: [Int], bytes: [UInt8]) {
        self.init(name: name, dtype: dtype, shape: shape) { sink in try bytes.withUnsafeBytes { try sink($0) } }
    }
}
