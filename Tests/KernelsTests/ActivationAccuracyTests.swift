import Foundation
import Kernels
import Testing

/// exp, erf and tanh through the kernels that use them, over every 2,003rd float32: both signs, zeros, denormals,
/// infinities and NaN among them.
@Suite struct ActivationAccuracyTests {
    private static let sweep: [Float] =
        stride(from: UInt32(0), to: .max - 2003, by: 2003).map { Float(bitPattern: $0) }
        + [
            0, -0.0, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, -.leastNonzeroMagnitude,
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude,
        ]
        + (-8000 ... 8000).map { Float($0) / 512 }

    /// exp(x) as the loss's gradient makes it: 1 * (softmax of x with a log-sum-exp of 0), the target elsewhere.
    @Test(arguments: InstructionSet.available)
    func exponential(on set: InstructionSet) {
        let x = Self.sweep + [0], y = Grid(.float32, width: x.count), target = [Int32(x.count - 1)]
        target.withUnsafeBufferPointer {
            Processor(set, threads: 1).crossEntropyGradient(
                Grid(x).vector, lse: Grid([0]).floats, targets: $0.baseAddress!, scales: Grid([1]).floats,
                into: y.vector, width: x.count)
        }
        var ulps = 0.0
        for (x, y) in zip(Self.sweep, y.values) {
            if x.isNaN {
                #expect(y.isNaN, "exp(\(x)) is \(y)")
            } else if x < -87.3 {
                #expect(y == 0, "exp(\(x)) is \(y)")
            } else if x > 88.38 {
                #expect(y == .infinity, "exp(\(x)) is \(y)")
            } else if x < 88.37 {
                let want = exp(Double(x))
                ulps = max(ulps, abs(Double(y) - want) / Double(Float(want).ulp))
            }
        }
        #expect(ulps < 1.5)  // where the processor fuses; the portable table rounds each product
        report("exp on \(set)", ulps, "ulp")
    }

    /// |error| / |x|, for tanh and erf err absolutely; the rest of a product is rounding.
    private static func bound(_ kind: Activation, _ x: Double, _ want: Double) -> Double {
        let u = Reference.float32Roundoff
        return switch kind {
        case .gelu: 1.5 * u * abs(x) + 2 * u * abs(want)
        case .geluTanh: 2 * u * abs(x) + 2 * u * abs(want)
        case .silu: 4 * u * abs(want) + 0x1p-126 * abs(x)
        case .reluSquared, .relu, .relu6, .identity: u * abs(want)
        case .quickGELU: (8 + 4 * abs(x)) * u * abs(want) + 0x1p-126 * abs(x)  // the sigmoid's argument is rounded
        case .tanh, .sigmoid: 4 * u
        case .leakyReLU: 2 * u * abs(want)
        case .hardSwish: 4 * u * abs(want)
        }
    }

    @Test(arguments: InstructionSet.available, Activation.allCases)
    func activation(on set: InstructionSet, kind: Activation) {
        let x = Self.sweep, y = Grid(.float32, width: x.count)
        Processor(set, threads: 1).activate(kind, Grid(x).vector, into: y.vector)
        var largest = 0.0
        for (x, y) in zip(x, y.values) {
            if x.isNaN {
                #expect(y.isNaN, "\(kind)(NaN) is \(y)")
            } else if x.isInfinite {  // where the limit at -infinity is 0 times it, that is NaN in PyTorch too
                let want = Reference.activation(kind, Double(x))
                #expect(want.isNaN ? y.isNaN : Double(y) == want, "\(kind)(\(x)) is \(y)")
            } else {
                let want = Reference.activation(kind, Double(x))
                if Double(Float(want)) == .infinity {
                    #expect(y == .infinity)
                    continue
                }
                let error = abs(Double(y) - want)
                if error > Self.bound(kind, Double(x), want) + 0x1p-126 {
                    Issue.record("\(kind)(\(x)) is \(y), expected \(want)"); return
                }
                if abs(x) < 20 { largest = max(largest, error / max(1, abs(Double(x)))) }
            }
        }
        report("\(kind) on \(set)", largest, "of max(1, |x|) for |x| < 20")
    }

    /// 1 - tanh² and 1 - sigmoid cancel, to 2 u each, and are multiplied by up to 17: 2^-18.
    @Test(arguments: InstructionSet.available, Activation.allCases)
    func slope(on set: InstructionSet, kind: Activation) {
        let x = Self.sweep.filter { !($0.magnitude > 1e18) || $0.isNaN }, y = Grid(.float32, width: x.count)
        Processor(set, threads: 1).activationGradient(
            kind, Grid(x).vector, Grid([Float](repeating: 1, count: x.count)).vector, into: y.vector)
        var largest = 0.0
        for (x, y) in zip(x, y.values) {
            guard !x.isNaN else {
                #expect(y.isNaN, "slope of \(kind) at NaN is \(y)")
                continue
            }
            let want = Reference.activationSlope(kind, Double(x)), error = abs(Double(y) - want) / max(1, abs(want))
            if !(error <= 0x1p-18) { Issue.record("slope of \(kind) at \(x) is \(y), expected \(want)"); return }
            largest = max(largest, error)
        }
        report("slope of \(kind) on \(set)", largest, "of max(1, |slope|)")
    }

    /// Broken logits show: no softmax hides a NaN.
    @Test(arguments: InstructionSet.available)
    func notANumberReachesTheLoss(on set: InstructionSet) {
        var logits = [Float](repeating: 1, count: 40)
        logits[33] = .nan
        let lse = Grid(.float32, width: 1)
        Processor(set, threads: 1).logSumExp(Grid(logits).vector, into: lse.floats, width: 40)
        #expect(lse.values[0].isNaN)
    }

    private func report(_ name: String, _ value: Double, _ unit: String) {
        guard ProcessInfo.processInfo.environment["ORRERY_KERNEL_ERRORS"] != nil else { return }
        print("\(name): \(String(format: "%.3g", value)) \(unit)")
    }
}
