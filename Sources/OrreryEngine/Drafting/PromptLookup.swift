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
    /// The share of drafted tokens that were accepted lately.
    private var acceptance = 0.7
    /// The tokens until another draft is tried, where they are seldom accepted.
    private var pause = 0

    private static let context = 3
    private static let longestPause = 32

    /// The tokens that may come next, at most `limit`.
    mutating func draft(after tokens: [TokenID], limit: Int) -> ArraySlice<TokenID> {
        guard limit > 0, tokens.count > Self.context else { return [] }
        while indexed < tokens.count {
            if indexed > Self.context { followers[Self.key(tokens, before: indexed - 1)] = indexed - 1 }
            indexed += 1
        }
        if pause > 0 {
            pause -= 1
            return []
        }
        guard let next = followers[Self.key(tokens, before: tokens.count)] else { return [] }
        let length = acceptance > 0.85 ? limit : acceptance > 0.6 ? min(limit, 4) : min(limit, 2)
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

    /// Learns how many tokens of a draft were accepted.
    mutating func learn(accepted: Int, of drafted: Int) {
        guard drafted > 0 else { return }
        acceptance = 0.6 * acceptance + 0.4 * Double(accepted) / Double(drafted)
        // A drafted row costs a fifth to a third of a pass: below that share it does not pay.
        if acceptance < 0.35 { pause = accepted > 0 ? 4 : Self.longestPause }
    }
}
