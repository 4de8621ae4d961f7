import Kernels
import OrreryTensor

extension GradientCheck {
    /// A function of named inputs whose gradients are checked.
    package struct Case {
        package struct Input {
            package enum Role { case tensor, parameter }
            var name: String
            var shape: [Int]
            var role: Role
            /// Numbers lie in ± this.
            var range: Float
            /// Away from zero, where a function has a kink.
            var least: Float

            /// A tensor that comes from elsewhere.
            package static func tensor(_ name: String, _ shape: Int..., range: Float = 1.5, least: Float = 0) -> Input {
                Input(name: name, shape: shape, role: .tensor, range: range, least: least)
            }

            package static func parameter(_ name: String, _ shape: Int..., range: Float = 1.5) -> Input {
                Input(name: name, shape: shape, role: .parameter, range: range, least: 0)
            }

            var count: Int { shape.reduce(1, *) }

            /// The elements that are moved: all, or some that are spread without a rhythm.
            var sample: [Int] {
                let limit = 256
                if count <= limit { return Array(0 ..< count) }
                var noise = Noise(seed: 77)
                return (0 ..< limit).map { _ in Int(noise.next() % UInt64(count)) }
            }

            /// Multiples of 1/64.
            func values(_ seed: UInt64) -> [Float] {
                var noise = Noise(seed: seed)
                let steps = Int(range * 64), first = Int(least * 64)
                return (0 ..< count).map { _ in
                    let size = first + Int(noise.next() % UInt64(steps - first + 1))
                    return (noise.next() & 1 == 0 ? 1 : -1) * Float(size) / 64
                }
            }
        }

        /// How L depends on a single element, the others fixed.
        package enum Curve {
            /// Degree four at most: differences have no error of their own.
            case polynomial
            case smooth

            var step: Float { self == .polynomial ? 0.5 : 0x1p-5 }
        }

        package var operation: String
        var kind: Op.Kind?
        package var variant: String
        package var inputs: [Input]
        var curve: Curve
        /// Roundings on the way in bfloat16; nil: the operation computes in float32 alone.
        var bfloat16Roundings: Int?
        var body: (Arguments) -> [Tensor]

        var tolerance: Double { 64 * 0x1p-24 / Double(curve.step) }

        /// A case of one of the closed set of operations.
        init(
            _ kind: Op.Kind, _ variant: String = "", _ inputs: [Input], _ curve: Curve = .polynomial,
            bfloat16 roundings: Int? = 2,
            _ body: @escaping (Arguments) -> [Tensor]
        ) {
            self.init(operation: kind.rawValue, variant: variant, inputs, curve, bfloat16: roundings, body)
            self.kind = kind
        }

        /// A case of an operation that a target above defines.
        package init(
            operation: String, variant: String = "", _ inputs: [Input], _ curve: Curve = .smooth,
            bfloat16 roundings: Int? = nil,
            _ body: @escaping (Arguments) -> [Tensor]
        ) {
            (self.operation, self.variant, self.inputs) = (operation, variant, inputs)
            (self.curve, bfloat16Roundings, self.body) = (curve, roundings, body)
        }

        private var values: [String: [Float]] {
            Dictionary(uniqueKeysWithValues: inputs.enumerated().map { ($1.name, $1.values(UInt64($0 + 1))) })
        }

        /// The gradient of L by each input, from the rules.
        func gradients(_ type: ElementType) -> [String: [Float]] {
            let arguments = Arguments(inputs, values, type)
            _ = ParameterArena(inputs.compactMap { arguments.parameters[$0.name] })
            let tape = Tape(watching: inputs.compactMap { arguments.parameters[$0.name] })
            let leaves = inputs.filter { $0.role == .tensor }.map { input in
                let leaf = tape.watch(arguments.exact[input.name]!)
                arguments.exact[input.name] = leaf
                return leaf
            }
            let results = tape.record { body(arguments) }
            if let kind {
                precondition(
                    tape.entries.contains { $0.op.kind == kind },
                    "gradcheck: \(operation) \(variant) records no \(kind)")
            }
            let found = tape.backward(from: projection(results), to: leaves)
            var gradients: [String: [Float]] = [:]
            for (input, gradient) in zip(inputs.filter { $0.role == .tensor }, found) {
                gradients[input.name] = gradient?.floats ?? Array(repeating: 0, count: input.count)
            }
            for (name, parameter) in arguments.parameters { gradients[name] = parameter.gradient!.floats }
            return gradients
        }

        /// The same by one element, from differences.
        func difference(_ name: String, at element: Int) -> Double {
            let values = self.values, step = curve.step
            func loss(_ steps: Float) -> Double {
                var moved = values
                moved[name]![element] += steps * step
                return zip(0..., body(Arguments(inputs, moved, .float32))).reduce(0) { sum, result in
                    zip(factors(result.0, result.1.count), result.1.floats).reduce(sum) {
                        $0 + Double($1.0) * Double($1.1)
                    }
                }
            }
            return (8 * (loss(1) - loss(-1)) - (loss(2) - loss(-2))) / (12 * Double(step))
        }

        /// r, exact in bfloat16.
        private func factors(_ result: Int, _ count: Int) -> [Float] {
            var noise = Noise(seed: UInt64(1000 + result))
            return (0 ..< count).map { _ in (noise.next() & 1 == 0 ? 1 : -1) * Float(2 + noise.next() % 4) / 4 }
        }

        /// L as an operation, whose gradient is r.
        private func projection(_ results: [Tensor]) -> Tensor {
            let seeds = results.enumerated().map { Tensor(factors($0, $1.count), shape: $1.shape).cast(to: $1.dtype) }
            return CustomOp(name: "projection", inputs: results) { _ in seeds }.record([Tensor(zeros: [1])])[0]
        }
    }

    /// The inputs of a case, as its body reads them.
    package final class Arguments {
        package let type: ElementType
        fileprivate(set) var exact: [String: Tensor] = [:]
        fileprivate(set) var parameters: [String: Parameter] = [:]

        init(_ inputs: [Case.Input], _ values: [String: [Float]], _ type: ElementType) {
            self.type = type
            for input in inputs {
                let value = Tensor(values[input.name]!, shape: input.shape)
                switch input.role {
                case .tensor: exact[input.name] = value
                case .parameter: parameters[input.name] = Parameter(name: input.name, value: value)
                }
            }
        }

        /// In the type of the computation.
        package subscript(_ name: String) -> Tensor { exact[name]!.cast(to: type) }
        /// In float32, as the residual stream is.
        package func float32(_ name: String) -> Tensor { exact[name]! }
        package func parameter(_ name: String) -> Parameter { parameters[name]! }
    }

    /// Xorshift64* (Vigna, arXiv:1402.6246).
    private struct Noise {
        private var state: UInt64

        init(seed: UInt64) { state = seed &* 0x9e37_79b9_7f4a_7c15 | 1 }

        mutating func next() -> UInt64 {
            state ^= state >> 12
            state ^= state << 25
            state ^= state >> 27
            return state &* 0x2545_f491_4f6c_dd1d >> 11
        }
    }
}
