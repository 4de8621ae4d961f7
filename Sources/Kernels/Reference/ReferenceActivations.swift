import Foundation

extension Reference {
    package static func activation(_ kind: Activation, _ x: Double) -> Double {
        switch kind {
        case .gelu: x * normalCDF(x)
        case .geluTanh: 0.5 * x * (1 + tanh(tanhArgument(x)))
        case .reluSquared: x > 0 ? x * x : x.isNaN ? x : 0
        case .silu: x * sigmoid(x)
        case .relu: x > 0 || x.isNaN ? x : 0
        case .quickGELU: x * sigmoid(1.702 * x)
        case .tanh: Foundation.tanh(x)
        case .sigmoid: sigmoid(x)
        case .relu6: x.isNaN ? x : min(6, max(0, x))
        case .leakyReLU: x < 0 ? 0.01 * x : x
        case .hardSwish: x.isNaN ? x : x * min(6, max(0, x + 3)) / 6
        case .identity: x
        }
    }

    /// The derivative of `activation`.
    package static func activationSlope(_ kind: Activation, _ x: Double) -> Double {
        switch kind {
        case .gelu:
            return normalCDF(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        case .geluTanh:
            let t = tanh(tanhArgument(x))
            return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * (2 / Double.pi).squareRoot() * (1 + 3 * 0.044715 * x * x)
        case .reluSquared:
            return x > 0 ? 2 * x : x.isNaN ? x : 0
        case .silu:
            let s = sigmoid(x)
            return s + x * s * (1 - s)
        case .relu: return x > 0 ? 1 : 0
        case .quickGELU:
            let s = sigmoid(1.702 * x)
            return s + 1.702 * x * s * (1 - s)
        case .tanh: return 1 - Foundation.tanh(x) * Foundation.tanh(x)
        case .sigmoid: return sigmoid(x) * (1 - sigmoid(x))
        case .relu6: return x > 0 && x < 6 ? 1 : 0
        case .leakyReLU: return x > 0 ? 1 : 0.01
        case .hardSwish: return x <= -3 ? 0 : x >= 3 ? 1 : x / 3 + 0.5
        case .identity: return 1
        }
    }

    /// silu(gate) up (arXiv:2002.05202)
    package static func swiGLU(gate: [Float], up: [Float]) -> [Double] {
        zip(gate, up).map { activation(.silu, Double($0)) * Double($1) }
    }

    package static func swiGLUGradient(gate: [Float], up: [Float], dy: [Float]) -> (dgate: [Double], dup: [Double]) {
        let dgate = dy.indices.map { Double(dy[$0]) * Double(up[$0]) * activationSlope(.silu, Double(gate[$0])) }
        let dup = dy.indices.map { Double(dy[$0]) * activation(.silu, Double(gate[$0])) }
        return (dgate, dup)
    }

    /// Φ(x), through erfc so that the left tail keeps its digits.
    static func normalCDF(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }
    static func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }
    /// sqrt(2 / π) (x + 0.044715 x³) (arXiv:1606.08415)
    private static func tanhArgument(_ x: Double) -> Double {
        (2 / Double.pi).squareRoot() * (x + 0.044715 * x * x * x)
    }
}
