import OrreryNN
import OrreryTensor

/// Reads what an explanation shows while the forward pass goes by. A pattern is reduced at once: all of them together
/// would be layers times heads times positions squared.
///
/// H heads, T positions, D width.
final class ExplainingTaps: Taps {
    private let wantedPattern: (layer: Int, head: Int)?

    private(set) var embeddings: Tensor?
    private(set) var positions = Explanation.Positions.other
    /// The last position's vector before the first layer and after each.
    private(set) var residuals: [[Float]] = []
    private(set) var heads: [[Explanation.Head]] = []
    private(set) var pattern: Explanation.Pattern?

    init(pattern: (layer: Int, head: Int)?) { wantedPattern = pattern }

    func interest(in site: TapSite) -> TapInterest {
        switch site.point {
        case .embed, .positionEmbed, .residualPost, .normalizedResidualPost, .pattern: .read
        case .residualPre, .rotatedQuery: site.layer == 0 ? .read : .none
        default: .none
        }
    }

    func visit(_ tensor: Tensor, at site: TapSite) -> Tensor? {
        switch site.point {
        case .embed: embeddings = tensor
        case .positionEmbed: positions = .added
        case .rotatedQuery: positions = .rotary
        case .residualPre, .residualPost: residuals.append(last(tensor))
        case .normalizedResidualPost: residuals[residuals.count - 1] = last(tensor)
        case .pattern: reduce(tensor, site.layer ?? 0)
        default: break
        }
        return nil
    }

    private func last(_ tensor: Tensor) -> [Float] { tensor.rows(at: [tensor.rows - 1]).floats }

    private func reduce(_ tensor: Tensor, _ layer: Int) {
        let (H, T) = (tensor.shape[1], tensor.shape[3])
        let weights = tensor.floats
        heads.append(
            weights.withUnsafeBufferPointer { weights in
                (0 ..< H).map { head in
                    Self.summary(
                        UnsafeBufferPointer(rebasing: weights[head * T * T ..< (head + 1) * T * T]), head: head,
                        count: T)
                }
            })
        if let wanted = wantedPattern, wanted.layer == layer {
            let start = wanted.head * T * T
            pattern = Explanation.Pattern(
                layer: layer, head: wanted.head,
                weights: (0 ..< T).map { t in Array(weights[start + t * T ... start + t * T + t]) })
        }
    }

    private static func summary(_ weights: UnsafeBufferPointer<Float>, head: Int, count T: Int) -> Explanation.Head {
        var (first, own): (Float, Float) = (0, 0)
        var links: [Explanation.Link] = []
        for t in 1 ..< max(1, T) {
            first += weights[t * T]
            own += weights[t * T + t]
            guard let s = (1 ..< t).max(by: { weights[t * T + $0] < weights[t * T + $1] }) else { continue }
            links.append(Explanation.Link(head: head, from: t, to: s, weight: weights[t * T + s]))
        }
        let queries = Float(max(1, T - 1))
        return Explanation.Head(
            strongest: links.max { $0.aboveEven < $1.aboveEven }, fromLast: links.last, meanOnFirst: first / queries,
            meanOnSelf: own / queries)
    }
}
