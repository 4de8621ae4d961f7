import Synchronization

/// The encoders of a tokenizer, of which each call takes one: their caches of words last from call to call.
///
/// There are never more than threads that encoded at the same time.
final class EncoderPool: Sendable {
    private let model: BytePairModel
    /// Encoders are not `Sendable`; whoever takes one out of the list is the only one to have it.
    private struct Idle: @unchecked Sendable { var encoders: [BytePairEncoder] = [] }
    private let idle = Mutex(Idle())

    init(_ model: BytePairModel) { self.model = model }

    func withEncoder<Result>(_ body: (BytePairEncoder) throws -> Result) rethrows -> Result {
        let encoder = idle.withLock { $0.encoders.popLast() } ?? BytePairEncoder(model)
        defer {
            let boxed = Boxed(encoder: encoder)
            idle.withLock { $0.encoders.append(boxed.encoder) }
        }
        return try body(encoder)
    }

    private struct Boxed: @unchecked Sendable { let encoder: BytePairEncoder }
}

/// A byte-level byte-pair model: tokens and the rules by which they merge; immutable.
final class BytePairModel: Sendable {
    let tokens: TokenBytes
    let rules: ByteLevelMerges
    /// Whether a word that is itself a token is that token without looking at merges: tiktoken's rule, and Hugging
    /// Face's `ignore_merges`.
    let takesWholeWords: Bool

    init(rules: ByteLevelMerges, takesWholeWords: Bool) {
        tokens = rules.tokens
        self.rules = rules
        self.takesWholeWords = takesWholeWords
    }
}
