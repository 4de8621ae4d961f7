import OrreryTokenizers

/// DRY, "don't repeat yourself": a penalty on each token that would continue a repetition (p-e-w, text-generation-webui
/// pull request 5677).
///
/// If the text's last n tokens stand earlier in it, followed by a token t, then t would make the repetition longer:
/// multiplier * base^(n - allowed length) is taken off its logit, where n is the longest such number and at least the
/// allowed length. A repetition ends at a sequence breaker: n counts tokens after the last one, and a token that holds
/// one has no penalty.
///
/// The numbers are llama.cpp's (`llama_sampler_dry_apply`). It looks breakers up as sequences of tokens; here they are
/// found in the text, however it is divided into tokens.
struct DRYPenalty: LogitProcessor {
    private let options: SamplingOptions
    private let piece: @Sendable (TokenID) -> [UInt8]?
    private var breakers: SequenceBreakers
    /// The number of tokens after the last breaker.
    private var unbroken = 0

    /// - Parameters:
    ///   - prompt: its repetitions count too.
    ///   - piece: the bytes of a token.
    init(_ options: SamplingOptions, prompt: [TokenID], piece: @escaping @Sendable (TokenID) -> [UInt8]?) {
        self.options = options
        self.piece = piece
        breakers = SequenceBreakers(options.drySequenceBreakers)
        for token in prompt { append(token) }
    }

    mutating func append(_ token: TokenID) { unbroken = breakers.endsOne(in: piece(token) ?? []) ? 0 : unbroken + 1 }

    func apply(to logits: inout [Float], after history: TokenHistory) {
        for (token, length) in repetitions(in: history.tokens)
        where logits.indices.contains(Int(token)) && !breakers.standsIn(piece(token) ?? []) {
            logits[Int(token)] -= penalty(length)
        }
    }

    /// For each token that would continue repetitions, the length of the longest one before it.
    private func repetitions(in tokens: [TokenID]) -> [TokenID: Int] {
        let (window, allowed) = (options.dryPenaltyLastN, options.dryAllowedLength)
        let newestFirst = Array((window < 0 ? tokens[...] : tokens.suffix(window)).reversed())
        guard newestFirst.count > allowed, unbroken >= allowed else { return [:] }
        let matches = prefixMatches(newestFirst)
        var longest: [TokenID: Int] = [:]
        for place in 1 ..< max(1, newestFirst.count) {
            let length = min(matches[place], unbroken)
            if length >= allowed { longest[newestFirst[place - 1], default: 0].raise(to: length) }
        }
        return longest
    }

    /// At most the highest float, so that a logit stays one.
    private func penalty(_ length: Int) -> Float {
        var power = 1.0
        for _ in 0 ..< length - options.dryAllowedLength where power < 1e300 { power *= options.dryBase }
        return Float(min(options.dryMultiplier * power, Double(Float.greatestFiniteMagnitude)))
    }

    var steps: [(filter: SamplingFilter, setting: Double?)] { [(.dry, options.dryMultiplier)] }
}

/// For each place how many values from there on equal those from the start on: the Z function, in linear time.
private func prefixMatches(_ values: [TokenID]) -> [Int] {
    var lengths = [Int](repeating: 0, count: values.count)
    // The run of equal values that reaches farthest.
    var (start, end) = (0, 0)
    for place in values.indices.dropFirst() {
        var length = place < end ? min(end - place, lengths[place - start]) : 0
        while place + length < values.count, values[length] == values[place + length] { length += 1 }
        if place + length > end { (start, end) = (place, place + length) }
        lengths[place] = length
    }
    return lengths
}

extension Int {
    fileprivate mutating func raise(to other: Int) { self = Swift.max(self, other) }
}
