internal import CKernels

/// One step of Muon (Jordan et al., 2024, https://kellerjordan.github.io/posts/muon): momentum, made orthogonal.
package struct MuonStep: Sendable {
    package var learningRate: Float
    package var momentum: Float
    package var weightDecay: Float
    package var gradientScale: Float
    /// Of the products of Newton-Schulz.
    package var computeType: ElementType

    package init(
        learningRate: Float, momentum: Float, weightDecay: Float, gradientScale: Float, computeType: ElementType
    ) {
        (self.learningRate, self.momentum, self.weightDecay) = (learningRate, momentum, weightDecay)
        (self.gradientScale, self.computeType) = (gradientScale, computeType)
    }
}

/// A matrix [rows, columns] that Muon changes, with its gradient and momentum.
package struct MuonMatrix {
    package var weights: UnsafeMutablePointer<Float>
    package var gradients: UnsafePointer<Float>
    package var momentum: UnsafeMutablePointer<Float>
    package var rows: Int
    package var columns: Int
    /// Whether rows are inputs and columns outputs.
    package var isInputByOutput: Bool

    package init(
        weights: UnsafeMutablePointer<Float>, gradients: UnsafePointer<Float>, momentum: UnsafeMutablePointer<Float>,
        rows: Int, columns: Int,
        isInputByOutput: Bool = false
    ) {
        (self.weights, self.gradients, self.momentum, self.rows, self.columns) = (
            weights, gradients, momentum, rows, columns
        )
        self.isInputByOutput = isInputByOutput
    }

    fileprivate var newtonSchulzOperations: Double {
        let (r, c) = (Double(min(rows, columns)), Double(max(rows, columns)))
        return 5 * (3 * r * r * c + r * r * r)  // two of the three products are symmetric
    }
}

extension Processor {
    /// m = μ m + g; w -= η √max(1, outputs / inputs) NS(g + μ m), Nesterov's form, for each matrix.
    ///
    /// A matrix is one thread's work: its products are small, and cutting them would cost more than it gains.
    package func muon(_ step: MuonStep, _ matrices: [MuonMatrix]) {
        // So that threads finish together.
        let largestFirst = matrices.sorted { $0.rows * $0.columns > $1.rows * $1.columns }
        let operations = matrices.reduce(0.0) { $0 + $1.newtonSchulzOperations }
        run(
            .optimizer, matrices.count, operations: operations,
            bytes: matrices.reduce(0) { $0 + 20 * $1.rows * $1.columns }
        ) {
            update(largestFirst[$0], step)
        }
    }

    private func update(_ matrix: MuonMatrix, _ step: MuonStep) {
        let (rows, columns, momentum) = (matrix.rows, matrix.columns, matrix.momentum)
        let count = rows * columns
        axpby(step.gradientScale, matrix.gradients, step.momentum, momentum, count: count)
        let update = Storage(byteCount: count * 4)
        let u = update.pointer.assumingMemoryBound(to: Float.self)
        convert(Vector(momentum, .float32, count: count), to: Vector(u, .float32, count: count))
        axpby(step.gradientScale, matrix.gradients, step.momentum, u, count: count)
        orthogonalize(Matrix(u, .float32, rows: rows, columns: columns), computeType: step.computeType)
        let (outputs, inputs) = matrix.isInputByOutput ? (columns, rows) : (rows, columns)
        let size = max(1, Float(outputs) / Float(inputs)).squareRoot()
        axpby(-step.learningRate * size, u, 1 - step.learningRate * step.weightDecay, matrix.weights, count: count)
    }

    /// Replaces X by nearly U Vᵀ of its singular value decomposition: five steps of a quintic Newton-Schulz iteration
    /// that takes singular values to about 1, X ← a X + (b A + c A²) X with A = X Xᵀ.
    package func orthogonalize(_ x: Matrix, computeType: ElementType) {
        let (a, b, c): (Float, Float, Float) = (3.4445, -4.7750, 2.0315)
        let wide = x.rows <= x.columns
        let r = min(x.rows, x.columns), count = x.rows * x.columns
        let values = x.pointer.assumingMemoryBound(to: Float.self)
        let norm = Float(sumOfSquares(values, count: count).squareRoot()) + 1e-7
        let all = Vector(x.pointer, .float32, count: count)
        scale(all, by: 1 / norm, into: all)
        let gram = Storage(byteCount: r * r * 4), square = Storage(byteCount: r * r * 4),
            next = Storage(byteCount: count * 4)
        let A = Matrix(gram.pointer, .float32, rows: r, columns: r),
            B = Matrix(square.pointer, .float32, rows: r, columns: r)
        let Y = Matrix(next.pointer, .float32, rows: x.rows, columns: x.columns)
        for _ in 0 ..< 5 {
            // On a tall matrix the same iteration acts from the right: A = Xᵀ X.
            multiplySymmetric(wide ? x : x.transposed, wide ? x.transposed : x, into: A, computeType: computeType)
            multiplySymmetric(A, A, into: B, computeType: computeType)
            axpby(
                b, gram.pointer.assumingMemoryBound(to: Float.self), c,
                square.pointer.assumingMemoryBound(to: Float.self), count: r * r)
            if wide {
                multiply(B, x, into: Y, computeType: computeType)
            } else {
                multiply(x, B, into: Y, computeType: computeType)
            }
            axpby(1, next.pointer.assumingMemoryBound(to: Float.self), a, values, count: count)
        }
    }
}
