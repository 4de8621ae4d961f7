import Kernels
import OrreryTensor

/// Compares the gradient rule of every operation with central differences.
///
/// The loss is L = Σ r y over all results, with fixed random r, summed in float64. Per element x of an input
///
///     dL/dx ≈ (8 (L(x + h) - L(x - h)) - (L(x + 2h) - L(x - 2h))) / 12h       (error h⁴/30 of the fifth derivative)
///
/// Inputs are multiples of 1/64 and h a power of two, so that x ± h are exact in float32 and in bfloat16. What is left
/// is the rounding of y: with unit roundoff u = 2⁻²⁴ each L carries an error of about u √K, K the terms that one result
/// sums, and the difference quotient one of 0.95 u √K / h relative to the gradient. Results that do not depend on x are
/// the same bits in all four, and cancel.
/// - Where L is a polynomial of degree four or less in each element, the formula is exact and h = 1/2.
/// - Elsewhere h = 1/32: derivatives are of order one, and h⁴/30 = 3e-8 of the fifth is below the rounding.
/// The tolerance is 64 u / h: 7.6e-6 and 1.2e-4, in the L2 norm over an input. A rule with a wrong factor or sign is
/// off by 1e-1 or more.
///
/// In bfloat16 (u = 2⁻⁸) the gradient is compared with float32's at the same inputs, which are exact in both. Each
/// rounding on the way, of the result, of the probabilities, costs at most u; the tolerance is u times their number.
package struct GradientCheck {
    /// One input of one operation.
    package struct Row: Sendable {
        package let operation: String
        /// What was special, e.g. `grouped heads`.
        package let variant: String
        package let input: String
        package let shape: [Int]
        package let type: ElementType
        /// L2 norm of the difference over that of the reference.
        package let error: Double
        package let tolerance: Double
        package var passed: Bool { error <= tolerance }
    }

    package private(set) var rows: [Row] = []
    /// Inputs of operations that no case checked, as `operation.input`.
    package private(set) var missing: [String] = []
    package var passed: Bool { !rows.isEmpty && missing.isEmpty && rows.allSatisfy(\.passed) }

    /// The names of all operations.
    package static let operations = Op.Kind.allCases.map(\.rawValue)

    /// Checks all operations, or one.
    /// - Parameter operation: one of `operations`.
    package init(operation: String? = nil, progress: (Row) -> Void = { _ in }) {
        var checked: Set<String> = []
        for item in Case.all where operation == nil || item.operation == operation {
            for row in Self.check(item) {
                rows.append(row)
                checked.insert("\(row.operation).\(row.input)")
                progress(row)
            }
        }
        missing = Op.Kind.allCases.filter { operation == nil || $0.rawValue == operation }
            .flatMap { kind in kind.inputs.map { "\(kind.rawValue).\($0)" } }.filter { !checked.contains($0) }
    }

    /// Checks one case: in float32 against differences and, where the operation computes in bfloat16, that against
    /// float32.
    package static func check(_ item: Case) -> [Row] {
        let exact = item.gradients(.float32)
        var rows = item.inputs.map { input in
            let sample = input.sample, found = exact[input.name]!
            let expected = sample.map { item.difference(input.name, at: $0) }
            return row(
                item, input, .float32, error: distance(sample.map { Double(found[$0]) }, expected),
                tolerance: item.tolerance)
        }
        if let roundings = item.bfloat16Roundings {
            let rounded = item.gradients(.bfloat16)
            rows += item.inputs.map { input in
                let error = distance(rounded[input.name]!.map(Double.init), exact[input.name]!.map(Double.init))
                return row(item, input, .bfloat16, error: error, tolerance: Double(roundings) * 0x1p-8)
            }
        }
        return rows
    }

    private static func row(
        _ item: Case, _ input: Case.Input, _ type: ElementType, error: Double, tolerance: Double
    ) -> Row {
        Row(
            operation: item.operation, variant: item.variant, input: input.name, shape: input.shape, type: type,
            error: error, tolerance: tolerance)
    }

    /// Infinite where a number is not finite, or where the reference is zero: a case that shows nothing must not pass.
    private static func distance(_ found: [Double], _ expected: [Double]) -> Double {
        var square = 0.0, norm = 0.0
        for (x, y) in zip(found, expected) {
            square += (x - y) * (x - y)
            norm += y * y
        }
        let error = (square / norm).squareRoot()
        return error.isFinite ? error : .infinity
    }
}
