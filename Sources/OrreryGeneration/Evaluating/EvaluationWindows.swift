/// The windows of a model's context into which a long text is cut; each token is predicted once at most.
public struct EvaluationWindows: Sendable, Hashable, RandomAccessCollection {
    /// A stretch of the text that the model reads at once.
    public struct Window: Sendable, Hashable {
        /// The tokens that the model reads.
        public let range: Range<Int>
        /// The tokens whose prediction counts; those before them are context only.
        public let scored: Range<Int>
    }

    /// The way a text is cut into windows.
    public enum Cut: Sendable, Hashable {
        /// Windows that start every `stride` tokens; in each, the tokens count that no earlier window had
        /// (https://huggingface.co/docs/transformers/perplexity). Every token but the first counts, with at least
        /// context - stride tokens before it.
        case sliding(stride: Int)
        /// Windows side by side, in each of which the second half counts: what llama-perplexity measures.
        case halves
    }

    private let tokenCount: Int
    private let context: Int
    private let cut: Cut

    /// The windows of a text.
    ///
    /// - Parameters:
    ///   - count: the number of tokens of the text.
    ///   - context: the most tokens in a window; at least 2.
    ///   - cut: the way the text is cut.
    /// - Precondition: a stride is from 1 to the context.
    public init(count: Int, context: Int, cut: Cut) {
        precondition(context >= 2, "EvaluationWindows: a context of \(context)")
        if case .sliding(let stride) = cut {
            precondition((1 ... context).contains(stride), "EvaluationWindows: stride \(stride) of \(context)")
        }
        (tokenCount, self.context, self.cut) = (count, context, cut)
    }

    /// The index of the first window.
    public var startIndex: Int { 0 }

    /// The index after the last window.
    public var endIndex: Int {
        switch cut {
        case .halves: tokenCount / context
        case .sliding(let stride):
            tokenCount < 2 ? 0 : tokenCount <= context ? 1 : 1 + (tokenCount - context + stride - 1) / stride
        }
    }

    /// The window at an index.
    public subscript(index: Int) -> Window {
        switch cut {
        case .halves:
            let start = index * context
            return Window(range: start ..< start + context, scored: start + context / 2 + 1 ..< start + context)
        case .sliding(let stride):
            let start = index * stride, end = Swift.min(start + context, tokenCount)
            return Window(
                range: start ..< end, scored: (index == 0 ? 1 : Swift.min(start - stride + context, tokenCount)) ..< end
            )
        }
    }
}
