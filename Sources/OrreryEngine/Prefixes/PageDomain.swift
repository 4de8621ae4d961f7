/// What keys and values depend on besides the tokens: sequences that differ in it share none.
struct PageDomain: Hashable {
    /// `TokenModel.rotaryStretch(of:)`
    var rotaryStretch: Int
    /// The number of the adapter that they are computed with; nil for none.
    var adapter: Int?

    /// Whether another process can say the same: the numbers of adapters are this one's.
    var outlivesTheProcess: Bool { adapter == nil }
}
