/// The meaning of one dimension of a point's tensor; the raw value is the letter that documentation uses for it.
public enum TapDimension: String, Sendable, CaseIterable {
    /// The rows of the batch.
    case rows = "N"
    /// The rows whose results are wanted.
    case wantedRows = "n"
    /// The width of the residual stream.
    case width = "D"
    /// The heads of attention.
    case heads = "H"
    /// The heads of keys and values.
    case keyValueHeads = "Hk"
    /// The elements of one head.
    case headSize = "d"
    /// The width inside a feed-forward network.
    case hidden = "F"
    /// The tokens of the vocabulary.
    case vocabulary = "V"
    /// The sequences, where they are equally long and stand at one position; otherwise they come one after the other.
    case sequences = "B"
    /// The queries: the new positions of a sequence.
    case queries = "T"
    /// The keys: all positions of a sequence so far.
    case keys = "S"
    /// The experts of a mixture.
    case experts = "E"
    /// The experts that a row uses.
    case chosen = "k"
    /// A single element, such as the divisor of a norm.
    case one = "1"
}

/// A point of a layer and the shape of its tensor.
package struct TapShape: Sendable, Hashable {
    package var point: TapPoint
    package var dimensions: [TapDimension]

    /// - Parameter dimensions: nil: those that the point has in most models.
    package init(_ point: TapPoint, _ dimensions: [TapDimension]? = nil) {
        self.point = point
        self.dimensions = dimensions ?? point.dimensions
    }
}

extension Array<TapShape> {
    /// These points with the usual shapes.
    package init(points: TapPoint...) { self = points.map { TapShape($0) } }
}

extension TapPoint {
    /// The shape of its tensor in most models.
    var dimensions: [TapDimension] {
        switch self {
        case .norm1Scale, .norm2Scale, .norm3Scale, .postNorm1Scale, .postNorm2Scale, .embedNormScale: [.rows, .one]
        case .attentionIn, .queryIn, .result, .crossResult: [.rows, .heads, .width]
        case .keyIn, .valueIn: [.rows, .keyValueHeads, .width]
        case .query, .rotatedQuery, .queryNorm, .mixed, .crossQuery, .crossMixed: [.rows, .heads, .headSize]
        case .key, .value, .rotatedKey, .keyNorm: [.rows, .keyValueHeads, .headSize]
        case .crossKey, .crossValue: [.keys, .keyValueHeads, .headSize]
        case .queryNormScale: [.rows, .heads, .one]
        case .keyNormScale: [.rows, .keyValueHeads, .one]
        case .scores, .pattern, .crossScores, .crossPattern: [.sequences, .heads, .queries, .keys]
        case .pre, .preLinear, .post: [.rows, .hidden]
        case .routerLogits, .expertWeights: [.rows, .experts]
        case .expertIndices: [.rows, .chosen]
        case .expertOut: [.rows, .chosen, .width]
        case .finalNormScale: [.wantedRows, .one]
        case .finalNorm, .finalNormOut, .unembedIn: [.wantedRows, .width]
        case .unembedOut, .logits: [.wantedRows, .vocabulary]
        default: [.rows, .width]
        }
    }
}
