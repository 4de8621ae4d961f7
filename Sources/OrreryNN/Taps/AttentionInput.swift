import OrreryTensor

/// What an attention layer reads, for taps that show or change it head by head: the residual stream, and the norm that
/// stands before the layer.
///
/// N rows, D width, H heads, Hk key-value heads, d head size.
package struct AttentionInput {
    typealias Projected = (query: Tensor, key: Tensor, value: Tensor)

    private let residual: Tensor
    private let norm: NormPoint?

    package init(_ residual: Tensor, _ norm: NormPoint? = nil) { (self.residual, self.norm) = (residual, norm) }

    static func tapPoints(heads: Int, keyValueHeads: Int) -> [TapShape] {
        let each = [TapShape](points: .queryIn, .keyIn, .valueIn)
        return heads == keyValueHeads ? [TapShape(.attentionIn)] + each : each
    }

    /// Offers the input of every head. Where one is replaced, the queries, keys or values of that head alone are made
    /// anew, through the norm, which nobody watches then.
    ///
    /// - Parameters:
    ///   - plain: queries [N, H d], keys and values [N, Hk d] of the input as it is.
    ///   - project: makes them of any rows, in a context that knows these.
    func offered(
        _ plain: Projected, heads: Int, keyValueHeads: Int, _ context: ForwardContext,
        project: (Tensor, ForwardContext) -> Projected
    ) -> Projected {
        let all = heads == keyValueHeads ? replacement(of: nil, at: .attentionIn, heads, context) : nil
        func made(_ point: TapPoint, _ heads: Int, _ plain: Tensor, _ part: (Projected) -> Tensor) -> Tensor {
            guard let input = replacement(of: all, at: point, heads, context) ?? all else { return plain }
            let rows = input.reshaped([input.shape[0] * heads, residual.width])
            let normed = norm?.unwatched(rows, as: context.computeType) ?? rows.cast(to: context.computeType)
            return Self.ownHeads(part(project(normed, context.repeating(heads))), heads)
        }
        return (
            made(.queryIn, heads, plain.query) { $0.query }, made(.keyIn, keyValueHeads, plain.key) { $0.key },
            made(.valueIn, keyValueHeads, plain.value) { $0.value }
        )
    }

    /// The input [N, heads, D] that a writer puts in place of `input`, or of the residual stream for every head; nil
    /// where it is left.
    private func replacement(
        of input: Tensor?, at point: TapPoint, _ heads: Int, _ context: ForwardContext
    ) -> Tensor? {
        let interest = context.interest(in: point)
        if interest == .none { return nil }
        let new = context.tap(point, input ?? repeated(heads))
        return interest == .write ? new : nil
    }

    /// The residual stream once for each head: [N, heads, D].
    private func repeated(_ heads: Int) -> Tensor {
        residual.rows(at: (0 ..< residual.rows).flatMap { Array(repeating: $0, count: heads) })
            .reshaped([residual.rows, heads, residual.width])
    }

    /// Of rows [N heads, heads d], one for each head, what each says of its own head: [N, heads d].
    private static func ownHeads(_ x: Tensor, _ heads: Int) -> Tensor {
        let (rows, d) = (x.rows / heads, x.width / heads)
        let places = (0 ..< rows).flatMap { n in (0 ..< heads).map { h in (n * heads + h) * heads + h } }
        return x.reshaped([rows * heads * heads, d]).rows(at: places).reshaped([rows, heads * d])
    }
}
