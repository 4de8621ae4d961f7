/// A contiguous run of elements in memory.
package struct Vector {
    package var pointer: UnsafeMutableRawPointer
    package var type: ElementType
    package var count: Int
    /// What keeps the memory: an operation may copy a view, and nothing else holds that copy while a kernel reads it.
    private let owner: AnyObject?

    package init(_ pointer: UnsafeMutableRawPointer, _ type: ElementType, count: Int, owner: AnyObject? = nil) {
        (self.pointer, self.type, self.count, self.owner) = (pointer, type, count, owner)
    }

    package var bytes: Int { count * type.size }

    func at(_ i: Int) -> UnsafeMutableRawPointer { pointer + i * type.size }
}

/// What an activation function is, by the names of Hugging Face's `hidden_act`.
public enum Activation: String, Sendable, CaseIterable {
    /// x Φ(x), exact (arXiv:1606.08415)
    case gelu
    /// its tanh approximation, GPT-2's
    case geluTanh = "gelu_new"
    /// max(0, x)² (arXiv:2109.08668)
    case reluSquared = "relu2"
    /// x sigmoid(x) (arXiv:1702.03118)
    case silu
}
