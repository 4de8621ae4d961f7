extension SamplingOptions {
    /// Checks that every option is in its range.
    ///
    /// - Throws: `GenerationError` that names the option outside its range, and the range.
    public func validate() throws {
        guard temperature >= 0 && temperature.isFinite else {
            throw GenerationError.option(
                "`temperature`", temperature, allowed: "0 (greedy) or a finite number above it")
        }
        guard topK >= 0 else {
            throw GenerationError.option("`topK`", topK, allowed: "0 (all tokens) or a number of tokens")
        }
        guard (0 ... 1).contains(topP) else {
            throw GenerationError.option("`topP`", topP, allowed: "0 ... 1, where 1 keeps all tokens")
        }
        guard (0 ... 1).contains(minP) else {
            throw GenerationError.option("`minP`", minP, allowed: "0 ... 1, where 0 keeps all tokens")
        }
        guard (1e-3 ... 1e3).contains(repetitionPenalty) else {
            throw GenerationError.option(
                "`repetitionPenalty`", repetitionPenalty, allowed: "0.001 ... 1000, where 1 is none")
        }
        for (name, penalty) in [("`frequencyPenalty`", frequencyPenalty), ("`presencePenalty`", presencePenalty)]
        where !(-1e3 ... 1e3).contains(penalty) {
            throw GenerationError.option(name, penalty, allowed: "-1000 ... 1000, where 0 is none")
        }
        try validateAdjustments()
        try validateFilters()
    }

    /// Checks what changes logits before the filters.
    private func validateAdjustments() throws {
        for (token, bias) in logitBias.sorted(by: { $0.key < $1.key }) where !(-100 ... 100).contains(bias) {
            throw GenerationError.option("the `logitBias` of token \(token)", bias, allowed: "-100 ... 100")
        }
        try Self.check("`dryMultiplier`", dryMultiplier, 0 ... 1e6, "0 ... 1000000, where 0 is none")
        try Self.check("`dryBase`", dryBase, 1 ... 1e6, "1 ... 1000000")
        guard dryAllowedLength >= 0 else {
            throw GenerationError.option("`dryAllowedLength`", dryAllowedLength, allowed: "0 or a number of tokens")
        }
        guard dryPenaltyLastN >= -1 else {
            throw GenerationError.option(
                "`dryPenaltyLastN`", dryPenaltyLastN, allowed: "-1 (the whole text), 0 (none) or a number of tokens")
        }
        guard !drySequenceBreakers.contains("") else {
            throw GenerationError.option(
                "a string of `drySequenceBreakers`", "empty", allowed: "at least one character")
        }
        try Self.check(
            "`dynatempRange`", dynatempRange, 0 ... .greatestFiniteMagnitude, "0 (none) or a finite number above it")
        try Self.check("`dynatempExponent`", dynatempExponent, 0 ... 1e6, "0 ... 1000000")
    }

    private func validateFilters() throws {
        try Self.check(
            "`topNSigma`", topNSigma, 0 ... .greatestFiniteMagnitude, "0 (all tokens) or a finite number above it")
        try Self.check("`typicalP`", typicalP, 0 ... 1, "0 ... 1, where 1 keeps all tokens")
        try Self.check("`xtcProbability`", xtcProbability, 0 ... 1, "0 ... 1, where 0 is never")
        try Self.check("`xtcThreshold`", xtcThreshold, 0 ... 1, "0 ... 1, where more than 0.5 removes nothing")
        guard (0 ... 2).contains(mirostat) else {
            throw GenerationError.option("`mirostat`", mirostat, allowed: "0 (none), 1 or 2")
        }
        try Self.check("`mirostatTau`", mirostatTau, 0 ... 1e6, "0 ... 1000000")
        try Self.check("`mirostatEta`", mirostatEta, 0 ... 1e6, "0 ... 1000000")
    }

    private static func check(
        _ name: String, _ value: Double, _ range: ClosedRange<Double>, _ allowed: String
    ) throws {
        guard range.contains(value) else { throw GenerationError.option(name, value, allowed: allowed) }
    }
}
