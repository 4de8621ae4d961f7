/// Where one tensor lies in its file, and what it is.
package struct TensorEntry: Equatable, Sendable {
    package let name: String
    package let dtype: SafetensorsDType
    /// Row-major, the outermost dimension first. Empty for a scalar.
    package let shape: [Int]
    /// The bytes, counted from the start of the file (not of its data section). The format promises no alignment.
    package let byteRange: Range<Int>

    package init(name: String, dtype: SafetensorsDType, shape: [Int], byteRange: Range<Int>) {
        (self.name, self.dtype, self.shape, self.byteRange) = (name, dtype, shape, byteRange)
    }
}
