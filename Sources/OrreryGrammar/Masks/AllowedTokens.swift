import OrreryTokenizers

/// The tokens that may come next, a bit each.
public struct AllowedTokens: Sendable, Hashable {
    /// The bits, 64 to a word, token 0 the lowest of the first.
    public internal(set) var words: [UInt64]

    init(count: Int) { words = [UInt64](repeating: 0, count: (count + 63) / 64) }

    /// Whether a token may come.
    public func contains(_ token: TokenID) -> Bool {
        token >= 0 && Int(token) >> 6 < words.count && words[Int(token) >> 6] >> UInt64(token & 63) & 1 == 1
    }

    /// How many may come.
    public var count: Int { words.reduce(0) { $0 + $1.nonzeroBitCount } }

    /// The tokens that may come, ascending.
    public var tokens: [TokenID] {
        words.indices.flatMap { index in
            (0 ..< 64).compactMap { words[index] >> UInt64($0) & 1 == 1 ? TokenID(index * 64 + $0) : nil }
        }
    }

    mutating func remove(_ token: Int32) { words[Int(token) >> 6] &= ~(1 << UInt64(token & 63)) }

    @inline(__always)
    mutating func insert(_ token: Int32) { words[Int(token) >> 6] |= 1 << UInt64(token & 63) }
}
