import OrreryTokenizers

/// Drafts the next tokens of a text from the text itself: what followed the last three tokens where they came before.
/// Texts that repeat what they were given (edits, code, quotations) are drafted well, others hardly ever.
///
/// A draft is a guess and no more: it is accepted as far as the model's own choice equals it, so that the text is the
/// same without. How many tokens are drafted follows how many of the earlier ones were accepted.
struct PromptLookup {
    /// Where what followed three tokens begins, for their last occurrence.
    private var followers: [UInt64: Int] = [:]
    private var indexed = 0
    /// How its drafts have fared.
    var pace = DraftPace()

    private static let context = 3

    /// The tokens that may come next, at most `limit`.
    mutating func draft(after tokens: [TokenID], limit: Int) -> ArraySlice<TokenID> {
        guard limit > 0, tokens.count > Self.context else { return [] }
        while indexed < tokens.count {
            if indexed > Self.context { followers[Self.key(tokens, before: indexed - 1)] = indexed - 1 }
            indexed += 1
        }
        let length = pace.length(limit: limit)
        guard length > 0, let next = followers[Self.key(tokens, before: tokens.count)] else { return [] }
        return tokens[next ..< min(tokens.count, next + length)]
    }

    /// Begins anew with a text that has lost its middle.
    mutating func forget() {
        followers = [:]
        indexed = 0
    }

    /// Three tokens as one number: no vocabulary has more than 2^21.
    private static func key(_ tokens: [TokenID], before end: Int) -> UInt64 {
        tokens[end - context ..< end].reduce(0) { $0 << 21 | UInt64(truncatingIfNeeded: $1) & 0x1F_FFFF }
    }
}
