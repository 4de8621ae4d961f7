import Kernels
import OrreryTensor

/// A norm with points between its steps: what it divides by, and its result before the weight.
package struct NormPoint: Sendable {
    private let norm: any Norm
    private let scale: TapPoint
    private let normalized: TapPoint
    /// Heads of which a row consists, where it is queries or keys, and their size.
    private let heads: (count: Int, size: Int)?

    /// - Parameter point: its result before the weight.
    package init(_ norm: any Norm, _ point: TapPoint, heads: (count: Int, size: Int)? = nil) {
        (self.norm, scale, normalized, self.heads) = (norm, point.scale, point, heads)
    }

    /// x [N, W], rounded to the type of the product that reads it.
    package func callAsFunction(_ x: Tensor, _ context: ForwardContext) -> Tensor {
        self(x, as: context.computeType, context)
    }

    package func callAsFunction(_ x: Tensor, as type: ElementType, _ context: ForwardContext) -> Tensor {
        let y = norm(x, as: type)
        guard context.taps != nil else { return y }
        return offer(x, y, context)
    }

    /// The norm alone, which nobody watches.
    func unwatched(_ x: Tensor, as type: ElementType) -> Tensor { norm(x, as: type) }

    package var tapPoints: [TapShape] {
        let isOfWholeRows = heads.map { $0.size != norm.steps.size } ?? false
        return [TapShape(scale, isOfWholeRows ? [.rows, .one, .one] : nil), TapShape(normalized)]
    }

    private func offer(_ x: Tensor, _ y: Tensor, _ context: ForwardContext) -> Tensor {
        if context.interest(in: scale) == .none && context.interest(in: normalized) == .none { return y }
        let steps = norm.steps
        let (plainScale, plain) = x.detached.normalized(
            centered: steps.isCentered, size: steps.size, epsilon: steps.epsilon)
        let newScale = context.tap(scale, shaped(plainScale)).floats
        let rescaled = Self.rescaled(plain, from: plainScale.floats, to: newScale)
        let new = context.tap(normalized, shaped(rescaled))
        return replacing(y, where: new.floats, differsFrom: plain.floats, steps, context)
    }

    /// The points' shapes: a scale per row and a row; of heads a scale and a vector each.
    private func shaped(_ x: Tensor) -> Tensor {
        guard let heads else { return x }
        let isOfWholeRow = x.width == 1 && heads.count > 1
        return x.reshaped(isOfWholeRow ? [x.rows, 1, 1] : [x.rows, heads.count, x.width / heads.count])
    }

    /// The quotients as other scales would give them.
    private static func rescaled(_ x: Tensor, from old: [Float], to new: [Float]) -> Tensor {
        if old == new { return x }
        let size = x.count / old.count
        return Tensor(
            x.floats.enumerated().map { i, value in
                let (before, after) = (old[i / size], new[i / size])
                return before == after ? value : value * (before / after)
            }, shape: x.shape)
    }

    /// The fused result, with the elements that a writer replaced in its place: what was left alone keeps its bits.
    private func replacing(
        _ y: Tensor, where new: [Float], differsFrom old: [Float], _ steps: NormSteps, _ context: ForwardContext
    ) -> Tensor {
        if new == old { return y }
        context.requireNoTape(y, at: normalized)
        var values = y.floats
        for i in new.indices where new[i] != old[i] {
            let place = i % steps.factors.count
            values[i] = new[i] * steps.factors[place] + (steps.biases?[place] ?? 0)
        }
        return Tensor(values, shape: y.shape).cast(to: y.dtype)
    }
}

extension TapPoint {
    /// What the norm divides by whose result this is.
    fileprivate var scale: TapPoint {
        switch self {
        case .norm1: .norm1Scale
        case .norm2: .norm2Scale
        case .norm3: .norm3Scale
        case .postNorm1: .postNorm1Scale
        case .postNorm2: .postNorm2Scale
        case .queryNorm: .queryNormScale
        case .keyNorm: .keyNormScale
        case .embedNorm: .embedNormScale
        case .finalNorm: .finalNormScale
        default: preconditionFailure("\(rawValue) is not the result of a norm")
        }
    }
}
