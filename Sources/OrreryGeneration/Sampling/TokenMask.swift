import OrreryTokenizers

/// Which tokens may come next, by a grammar or a schema: the first step of the row.
package protocol TokenMask: Sendable {
    /// Sets false for each token that may not come; all are true before.
    ///
    /// It is a function of the history, so that a choice can be computed again; an implementation may remember where the
    /// history before this token led.
    func restrict(_ allowed: inout [Bool], after history: TokenHistory)
}

/// Gives the logit -inf to what a mask does not allow.
struct MaskStep: LogitProcessor {
    let mask: any TokenMask

    func append(_ token: TokenID) {}

    func apply(to logits: inout [Float], after history: TokenHistory) {
        var allowed = [Bool](repeating: true, count: logits.count)
        mask.restrict(&allowed, after: history)
        precondition(
            allowed.count == logits.count,
            "TokenMask: expected one value for each of the \(logits.count) tokens, found \(allowed.count)")
        for token in logits.indices where !allowed[token] { logits[token] = -.infinity }
    }

    var steps: [(filter: SamplingFilter, setting: Double?)] { [(.mask, nil)] }
}
