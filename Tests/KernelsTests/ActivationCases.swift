import Kernels

// The errors of exp, erf and tanh are absolute (ActivationAccuracyTests states them), so that of an activation is a
// multiple of |x|.
let activationCases: [KernelCase] = elementCounts.flatMap { n in
    Activation.allCases.flatMap { kind in
        ElementType.both.flatMap { xt in
            ElementType.both.map { yt in
                KernelCase(kernel: "activation \(kind)", label: "\(n) \(xt.name) -> \(yt.name)") {
                    processor, findings in
                    var samples = Samples(n)
                    let x = samples.floats(n).map { $0 * 4 }.rounded(to: xt), y = Grid(yt, width: n)
                    processor.activate(kind, Grid(x, xt).vector, into: y.vector)
                    let want = x.map { Reference.activation(kind, Double($0)) }
                    let least = kind == .tanh ? 1.0 : 0  // not a multiple of x there
                    findings.expect(y, want, "y") {
                        4 * Reference.float32Roundoff * (least + abs(Double(x[$0])) + abs(want[$0]))
                    }
                }
            }
        }
            + typeTriples.map { xt, yt, zt in
                KernelCase(kernel: "activation_gradient \(kind)", label: "\(n) \(xt.name) \(yt.name) -> \(zt.name)") {
                    processor, findings in
                    var samples = Samples(n)
                    let x = samples.floats(n).map { $0 * 4 }.rounded(to: xt), dy = samples.floats(n, yt),
                        dx = Grid(zt, width: n)
                    processor.activationGradient(kind, Grid(x, xt).vector, Grid(dy, yt).vector, into: dx.vector)
                    let want = zip(x, dy).map { Reference.activationSlope(kind, Double($0)) * Double($1) }
                    findings.expect(dx, want, "dx") {
                        16 * Reference.float32Roundoff * abs(Double(dy[$0])) * (1 + abs(Double(x[$0])))
                    }
                }
            }
    }
        + ElementType.both.flatMap { type in
            [
                KernelCase(kernel: "swiglu", label: "\(n) \(type.name)") { processor, findings in
                    var samples = Samples(n)
                    let gate = samples.floats(n).map { $0 * 4 }.rounded(to: type), up = samples.floats(n, type),
                        y = Grid(type, width: n)
                    processor.swiGLU(gate: Grid(gate, type).vector, up: Grid(up, type).vector, into: y.vector)
                    let want = Reference.swiGLU(gate: gate, up: up)
                    findings.expect(y, want, "y") { 8 * Reference.float32Roundoff * abs(want[$0]) }
                },
                KernelCase(kernel: "swiglu_gradient", label: "\(n) \(type.name)") { processor, findings in
                    var samples = Samples(n)
                    let gate = samples.floats(n).map { $0 * 4 }.rounded(to: type), up = samples.floats(n, type),
                        dy = samples.floats(n, type)
                    let dgate = Grid(type, width: n), dup = Grid(type, width: n)
                    processor.swiGLUGradient(
                        gate: Grid(gate, type).vector, up: Grid(up, type).vector, dy: Grid(dy, type).vector,
                        dgate: dgate.vector, dup: dup.vector)
                    let want = Reference.swiGLUGradient(gate: gate, up: up, dy: dy)
                    findings.expect(dgate, want.dgate, "dgate") {
                        8 * Reference.float32Roundoff * abs(Double(dy[$0] * up[$0])) * (1 + abs(Double(gate[$0])))
                    }
                    findings.expect(dup, want.dup, "dup") { 8 * Reference.float32Roundoff * abs(want.dup[$0]) }
                },
            ]
        }
}
