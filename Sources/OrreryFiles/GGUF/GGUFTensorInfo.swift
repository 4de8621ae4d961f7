/// Where one tensor lies in a GGUF file, and what it is.
public struct GGUFTensorInfo: Equatable, Sendable {
    public let name: String
    public let type: GGUFTensorType
    /// Row-major, the outermost dimension first: the reverse of ggml's `ne`. Empty for a scalar.
    public let shape: [Int]
    /// The bytes, counted from the start of the file. The first is a multiple of the file's alignment after the start
    /// of its data.
    public let byteRange: Range<Int>
}
