/// How many tokens are drafted ahead, by how many of the earlier ones were accepted and what they cost.
struct DraftPace {
    /// The share of drafted tokens that were accepted lately.
    private var acceptance = 0.7
    /// The passes that a draft has lately saved, less those that its making took the time of.
    private var gain = 1.0
    /// The tokens until another draft is tried, where they do not pay.
    private var pause = 0

    private static let longestPause = 32

    /// The length of the next draft, at most `limit`; 0 where it is not the time for one.
    mutating func length(limit: Int) -> Int {
        if pause > 0 {
            pause -= 1
            return 0
        }
        return acceptance > 0.85 ? limit : min(limit, acceptance > 0.6 ? 4 : 2)
    }

    /// Learns how many tokens of a draft were accepted.
    ///
    /// - Parameters:
    ///   - drafted: the tokens of the draft; 0 where the attempt gave none.
    ///   - cost: the passes in whose time it was made.
    mutating func learn(accepted: Int, of drafted: Int, cost: Double = 0) {
        guard drafted > 0 || cost > 0 else { return }
        if drafted > 0 { acceptance = 0.6 * acceptance + 0.4 * Double(accepted) / Double(drafted) }
        gain = 0.6 * gain + 0.4 * (Double(accepted) - cost)
        // A drafted row costs a fifth to a third of a pass: below that share it does not pay.
        if acceptance < 0.35 || gain < 0 { pause = accepted > 0 && gain >= 0 ? 4 : Self.longestPause }
    }
}
