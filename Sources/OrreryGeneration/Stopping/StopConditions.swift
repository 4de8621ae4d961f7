import OrreryTokenizers

/// The conditions that end a generation. The first one that holds wins; an end token or a stop string takes precedence
/// over the length.
public struct StopConditions: Sendable, Hashable {
    /// The tokens that end the text and are not part of it.
    public var endTokens: Set<TokenID>

    /// The most tokens that may be generated, an end token not counted; nil for no limit.
    public var maxTokens: Int?

    /// The strings that end the text where they start. The one that is complete first counts, or the longest if several
    /// are complete at once.
    public var stopStrings: [String]

    /// Conditions that end a generation.
    public init(endTokens: Set<TokenID> = [], maxTokens: Int? = nil, stopStrings: [String] = []) {
        self.endTokens = endTokens
        self.maxTokens = maxTokens
        self.stopStrings = stopStrings
    }

    /// Checks that every condition can be met.
    ///
    /// - Throws: `GenerationError` that names the condition which cannot be met, and what is allowed.
    public func validate() throws {
        if let maxTokens, maxTokens < 1 {
            throw GenerationError.option("the number of tokens", maxTokens, allowed: "at least 1")
        }
        if stopStrings.contains(where: \.isEmpty) {
            throw GenerationError.option("a stop string", "\"\"", allowed: "at least one character")
        }
    }
}

/// Follows one generation and says when it ends and which of its bytes may be shown.
///
/// Bytes that may be the start of a stop string are held back until the next ones decide, so a reader never sees part
/// of one. What is let through does not depend on how the bytes were cut into tokens.
package struct StopMonitor: Sendable {
    private let conditions: StopConditions
    private var search: StopStringSearch

    /// The tokens received, without an end token.
    package private(set) var tokenCount = 0

    /// Why the generation ended; nil while it goes on.
    package private(set) var finishReason: FinishReason?

    /// - Throws: `GenerationError`, as `StopConditions.validate`.
    package init(_ conditions: StopConditions) throws {
        try conditions.validate()
        self.conditions = conditions
        search = StopStringSearch(conditions.stopStrings)
    }

    /// The stop string that ended the generation, if one did.
    package var stopString: String? { search.found }

    /// Whether the next token is the last for its number.
    package var nextIsLast: Bool { conditions.maxTokens.map { tokenCount + 1 >= $0 } ?? false }

    /// Takes the next token and the bytes it adds, and returns those that may be shown now; at the end all that remain.
    /// What an end token brings is text that the decoder withheld until then.
    ///
    /// - Precondition: the generation has not ended.
    package mutating func receive(_ token: TokenID, _ bytes: [UInt8]) -> [UInt8] {
        precondition(finishReason == nil, "StopMonitor.receive: the generation has ended")
        if conditions.endTokens.contains(token) {
            finishReason = .stop
            let shown = search.append(bytes)
            return search.isFound ? shown : shown + search.finish()
        }
        tokenCount += 1
        let shown = search.append(bytes)
        if search.isFound {
            finishReason = .stop
        } else if tokenCount == conditions.maxTokens {
            finishReason = .length
            return shown + search.finish()
        }
        return shown
    }

    /// What was held back, when a generation ends for another reason, such as a full context.
    package mutating func finish(_ reason: FinishReason) -> [UInt8] {
        if finishReason == nil { finishReason = reason }
        return search.finish()
    }
}
