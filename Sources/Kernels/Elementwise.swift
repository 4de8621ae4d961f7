internal import CKernels

// One pass over memory, split in runs that fit the first caches.
extension Processor {
    /// Elements of one run: long enough to hide the claim of it, a multiple of every vector and of a dropout group.
    private static let grain = 16_384

    package func convert(_ x: Vector, to y: Vector) {
        forRuns(.elementwise, x.count, grain: Self.grain, bytes: x.bytes + y.bytes) {
            kernels.convert(x.at($0.lowerBound), x.type.code, y.at($0.lowerBound), y.type.code, $0.count)
        }
    }

    /// Copies rows that stand `stride` elements apart.
    package func convertRows(
        _ x: (UnsafeMutableRawPointer, ElementType, stride: Int),
        to y: (UnsafeMutableRawPointer, ElementType, stride: Int), rows: Int, width: Int
    ) {
        forRuns(.elementwise, rows, grain: 64, bytes: rows * width * (x.1.size + y.1.size)) {
            for r in $0 {
                let from = x.0 + r * x.stride * x.1.size, to = y.0 + r * y.stride * y.1.size
                if x.1 == y.1 {
                    to.copyMemory(from: from, byteCount: width * x.1.size)
                } else {
                    kernels.convert(from, x.1.code, to, y.1.code, width)
                }
            }
        }
    }

    package func add(_ x: Vector, _ y: Vector, into z: Vector) {
        forRuns(.elementwise, x.count, grain: Self.grain, bytes: x.bytes + y.bytes + z.bytes) {
            let i = $0.lowerBound
            kernels.add(x.at(i), x.type.code, y.at(i), y.type.code, z.at(i), z.type.code, $0.count)
        }
    }

    package func multiply(_ x: Vector, _ y: Vector, into z: Vector) {
        forRuns(.elementwise, x.count, grain: Self.grain, bytes: x.bytes + y.bytes + z.bytes) {
            let i = $0.lowerBound
            kernels.multiply(x.at(i), x.type.code, y.at(i), y.type.code, z.at(i), z.type.code, $0.count)
        }
    }

    package func scale(_ x: Vector, by factor: Float, into z: Vector) {
        forRuns(.elementwise, x.count, grain: Self.grain, bytes: x.bytes + z.bytes) {
            kernels.scale(x.at($0.lowerBound), x.type.code, factor, z.at($0.lowerBound), z.type.code, $0.count)
        }
    }

    package func activate(_ kind: Activation, _ x: Vector, into y: Vector) {
        forRuns(.activations, x.count, grain: Self.grain, bytes: x.bytes + y.bytes) {
            kernels.activation(kind.code, x.at($0.lowerBound), x.type.code, y.at($0.lowerBound), y.type.code, $0.count)
        }
    }

    package func activationGradient(_ kind: Activation, _ x: Vector, _ dy: Vector, into dx: Vector) {
        forRuns(.activations, x.count, grain: Self.grain, bytes: x.bytes + dy.bytes + dx.bytes) {
            let i = $0.lowerBound
            kernels.activation_gradient(
                kind.code, x.at(i), x.type.code, dy.at(i), dy.type.code, dx.at(i), dx.type.code, $0.count)
        }
    }

    /// silu(gate) up; all of one type.
    package func swiGLU(gate: Vector, up: Vector, into y: Vector) {
        forRuns(.activations, y.count, grain: Self.grain, bytes: 3 * y.bytes) {
            kernels.swiglu(gate.at($0.lowerBound), up.at($0.lowerBound), y.at($0.lowerBound), y.type.code, $0.count)
        }
    }

    package func swiGLUGradient(gate: Vector, up: Vector, dy: Vector, dgate: Vector, dup: Vector) {
        forRuns(.activations, dy.count, grain: Self.grain, bytes: 5 * dy.bytes) {
            let i = $0.lowerBound
            kernels.swiglu_gradient(gate.at(i), up.at(i), dy.at(i), dgate.at(i), dup.at(i), dy.type.code, $0.count)
        }
    }

    /// y = x with elements dropped and the others scaled. Its own gradient, and in place if wished.
    package func dropout(_ dropout: Dropout, _ x: Vector, into y: Vector) {
        forRuns(.elementwise, x.count, grain: Self.grain, bytes: x.bytes + y.bytes) {
            var code = dropout.code
            kernels.dropout(
                &code, UInt64($0.lowerBound), x.at($0.lowerBound), x.type.code, y.at($0.lowerBound), y.type.code,
                $0.count)
        }
    }
}
