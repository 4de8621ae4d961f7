/// What a request shows of its own computation. Nothing is shown by default, and costs nothing then.
///
/// A request that is traced is computed through the same kernels, in passes of its own, so that its times and tensors
/// are those of its rows alone. Its text stays the same, to the bit.
public struct TraceOptions: Sendable, Hashable {
    /// The most candidates of a token.
    package static let mostCandidates = 1000

    /// The number of candidates to list for each token that is chosen, before and after each step; nil lists none.
    public var candidates: Int?
    /// Whether to say which tokens of the prompt were computed before, and why the others were not.
    public var cache: Bool
    /// Whether to time each layer of each pass, next to what the machine allows.
    public var layers: Bool
    /// The names of the points whose tensors are wanted (docs/taps.md); `*` stands for a layer.
    public var points: [String]
    /// The most numbers of tensors that are kept, of candidates a tenth, of passes a hundredth. What would exceed it is
    /// left out and named.
    public var maxValues: Int

    /// Options of a trace.
    public init(
        candidates: Int? = nil, cache: Bool = false, layers: Bool = false, points: [String] = [],
        maxValues: Int = 1 << 20
    ) {
        self.candidates = candidates
        self.cache = cache
        self.layers = layers
        self.points = points
        self.maxValues = maxValues
    }
}
