import OrreryTokenizers

/// A grammar for the tokens of one vocabulary. Used from many threads at once.
public struct CompiledGrammar: Sendable {
    let engine: GrammarEngine

    /// Where every text begins.
    public var start: GrammarState { GrammarState(engine: engine, state: engine.start(), isEnded: false) }
}

/// A place in a text of a grammar: a value, so that a copy can try other tokens.
public struct GrammarState: Sendable {
    let engine: GrammarEngine
    var state: EngineState
    /// Whether an end token has come.
    public private(set) var isEnded: Bool

    init(engine: GrammarEngine, state: EngineState, isEnded: Bool) {
        self.engine = engine
        self.state = state
        self.isEnded = isEnded
    }

    /// The tokens that may come next: those of which some completion is of the language, and the end tokens exactly where
    /// the text is complete.
    public func mask() -> AllowedTokens {
        isEnded ? AllowedTokens(count: engine.vocabulary.count) : engine.mask(state)
    }

    /// The tokens after which the text can still be completed within the tokens that are left, end token not counted.
    ///
    /// Counted in bytes, each of which is a token: a vocabulary without some gives `mask()`.
    public func mask(tokensLeft: Int) -> AllowedTokens {
        isEnded ? AllowedTokens(count: engine.vocabulary.count) : engine.mask(state, tokensLeft: tokensLeft)
    }

    /// Appends a token.
    ///
    /// - Returns: whether the grammar allows it; if not, nothing changes.
    public mutating func advance(_ token: TokenID) -> Bool {
        guard !isEnded else { return false }
        if engine.vocabulary.endTokens.contains(token) {
            isEnded = engine.accepts(state)
            return isEnded
        }
        guard let bytes = engine.vocabulary.bytes(of: token), !bytes.isEmpty, advance(bytes) else { return false }
        return true
    }

    /// Appends bytes.
    ///
    /// - Returns: whether the grammar allows them; if not, nothing changes.
    public mutating func advance(_ bytes: some Sequence<UInt8>) -> Bool {
        guard !isEnded, let next = engine.next(state, Array(bytes)) else { return false }
        state = next
        return true
    }

    /// Whether the text is complete.
    public var isComplete: Bool { engine.accepts(state) }

    /// About how many bytes the shortest completion has.
    public var shortestCompletion: Int { engine.rest(state) }
}
