/// Where one tensor lies in a GGUF file, and what it is.
package struct GGUFTensorInfo: Equatable, Sendable {
    package let name: String
    package let type: GGUFTensorType
    /// Row-major, the outermost dimension first: the reverse of ggml's `ne`. Empty for a scalar.
    package let shape: [Int]
    /// The bytes, counted from the start of the file. The first is a multiple of the file's alignment after the start
    /// of its data.
    package let byteRange: Range<Int>
}
