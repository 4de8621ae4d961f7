internal import CKernels

/// An activation function; the raw values are the names of Hugging Face's `hidden_act`.
public enum Activation: String, Codable, Sendable, CaseIterable {
    /// x Φ(x), the exact Gaussian error linear unit (arXiv:1606.08415).
    case gelu
    /// The approximation of GELU by tanh, which GPT-2 uses.
    case geluTanh = "gelu_new"
    /// x sigmoid(1.702 x), the approximation of GELU by a sigmoid.
    case quickGELU = "quick_gelu"
    /// max(0, x).
    case relu
    /// max(0, x)² (arXiv:2109.08668).
    case reluSquared = "relu2"
    /// min(6, max(0, x)).
    case relu6
    /// x, and x / 100 below zero.
    case leakyReLU = "leaky_relu"
    /// x sigmoid(x) (arXiv:1702.03118).
    case silu
    /// x relu6(x + 3) / 6 (arXiv:1905.02244).
    case hardSwish = "hardswish"
    /// The hyperbolic tangent.
    case tanh
    /// 1 / (1 + exp(-x)).
    case sigmoid
    /// x itself.
    case identity = "linear"

    /// Other names of the same functions: transformers has several implementations of some.
    private static let synonyms: [String: Activation] = [
        "swish": .silu, "gelu_python": .gelu, "gelu_pytorch_tanh": .geluTanh, "gelu_python_tanh": .geluTanh,
        "gelu_fast": .geluTanh,
        "gelu_accurate": .geluTanh,
    ]

    /// Every name that `init(name:)` knows, in alphabetical order.
    public static var names: [String] { (allCases.map(\.rawValue) + synonyms.keys).sorted() }

    /// The activation that a configuration calls `name`; nil if the name is unknown.
    public init?(name: String) {
        guard let known = Activation(rawValue: name) ?? Self.synonyms[name] else { return nil }
        self = known
    }

    var code: Int32 {
        switch self {
        case .gelu: Int32(ORRERY_GELU_ERF)
        case .geluTanh: Int32(ORRERY_GELU_TANH)
        case .quickGELU: Int32(ORRERY_QUICK_GELU)
        case .relu: Int32(ORRERY_RELU)
        case .reluSquared: Int32(ORRERY_RELU_SQUARED)
        case .relu6: Int32(ORRERY_RELU6)
        case .leakyReLU: Int32(ORRERY_LEAKY_RELU)
        case .silu: Int32(ORRERY_SILU)
        case .hardSwish: Int32(ORRERY_HARD_SWISH)
        case .tanh: Int32(ORRERY_TANH)
        case .sigmoid: Int32(ORRERY_SIGMOID)
        case .identity: Int32(ORRERY_IDENTITY)
        }
    }
}
