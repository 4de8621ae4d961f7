/// The similarity of two vectors, larger meaning nearer (`similarity_fn_name`).
///
/// Source: sentence-transformers, `util/similarity.py`.
public enum Similarity: String, Sendable, CaseIterable {
    /// The cosine of the angle between the vectors.
    case cosine
    /// The dot product.
    case dot
    /// The Euclidean distance, negated.
    case euclidean
    /// The sum of the absolute differences, negated.
    case manhattan

    /// The similarity of two vectors of equal length.
    public func callAsFunction(_ x: [Float], _ y: [Float]) -> Double {
        func sum(_ term: (Double, Double) -> Double) -> Double {
            zip(x, y).reduce(0) { $0 + term(Double($1.0), Double($1.1)) }
        }
        func length(_ v: [Float]) -> Double { v.reduce(0) { $0 + Double($1) * Double($1) }.squareRoot() }
        return switch self {
        case .cosine: sum(*) / max(1e-12, length(x) * length(y))
        case .dot: sum(*)
        case .euclidean: -sum { ($0 - $1) * ($0 - $1) }.squareRoot()
        case .manhattan: -sum { abs($0 - $1) }
        }
    }
}
