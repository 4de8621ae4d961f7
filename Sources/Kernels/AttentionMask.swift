/// Which keys a query at absolute position p sees.
package enum AttentionMask: Sendable, Hashable {
    /// 0 ... p
    case causal
    /// The last `width` of 0 ... p, its own included (arXiv:2004.05150; in decoders arXiv:2310.06825)
    case slidingWindow(Int)
    /// All of them, before and behind: encoders, and attention to another sequence
    case none

    /// The window, or causal without one.
    package init(slidingWindow: Int?) { self = slidingWindow.map { .slidingWindow($0) } ?? .causal }

    /// - Parameter count: the keys that there are.
    package func keys(seenFrom position: Int, of count: Int) -> ClosedRange<Int> {
        switch self {
        case .causal: 0 ... position
        case .slidingWindow(let width): max(0, position - width + 1) ... position
        case .none: 0 ... count - 1
        }
    }
}

/// Terms added to scores that depend on the distance from query to key, per head: T5's relative positions
/// (arXiv:1910.10683, 2.1).
package struct DistanceBias: Sendable, Hashable {
    /// Distances beyond it count as it.
    package var reach: Int
    /// [heads][2 reach + 1], from key - query = -reach on.
    package var terms: [Float]

    package init(reach: Int, terms: [Float]) { (self.reach, self.terms) = (reach, terms) }

    package var width: Int { 2 * reach + 1 }

    package func term(head: Int, distance: Int) -> Float { terms[index(head: head, distance: distance)] }

    package func index(head: Int, distance: Int) -> Int { head * width + reach + max(-reach, min(reach, distance)) }
}
