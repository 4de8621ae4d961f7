import Kernels

/// A text while the model makes it, as a sequence of strings.
///
/// It computes only as far as its reader reads: each string is computed when it is asked for, a reader that stops
/// leaves nothing running, and a cancelled task throws `CancellationError`. Each iteration makes the text anew.
///
/// ```swift
/// for try await text in model.stream("Once", maxTokens: 50) { print(text, terminator: "") }
/// ```
public struct TextStream: AsyncSequence, Sendable {
    /// Characters that are complete.
    public typealias Element = String

    private let queue: ComputeQueue
    private let processor: Processor
    private let begin: @Sendable () throws -> any StepMaker

    init(_ queue: ComputeQueue, begin: @escaping @Sendable () throws -> any StepMaker) {
        (self.queue, self.begin, processor) = (queue, begin, Processor.current)
    }

    /// An iterator that begins the text.
    public func makeAsyncIterator() -> Iterator { Iterator(steps: steps.makeAsyncIterator()) }

    /// The same text as a sequence of tokens, with all that is known of each.
    public var steps: Steps { Steps(queue: queue, processor: processor, begin: begin) }

    /// Reads the stream to its end and returns the whole text.
    ///
    /// - Throws: what the generation throws, and `CancellationError` if the task is cancelled.
    public func collect() async throws -> String {
        var text = ""
        for try await piece in self { text += piece }
        return text
    }

    /// The iterator of a text.
    public struct Iterator: AsyncIteratorProtocol {
        var steps: Steps.Iterator

        /// The next characters that are complete; never an empty string.
        public mutating func next() async throws -> String? {
            while let step = try await steps.next() {
                if !step.text.isEmpty { return step.text }
            }
            return nil
        }
    }

    /// The tokens of a text as a sequence, with the bytes of each and, in the last, the reason why the text ended.
    public struct Steps: AsyncSequence, Sendable {
        /// A token and what it added.
        public typealias Element = Generation.Step

        let queue: ComputeQueue
        let processor: Processor
        let begin: @Sendable () throws -> any StepMaker

        /// An iterator that begins the text.
        public func makeAsyncIterator() -> Iterator { Iterator(source: StepSource(queue, processor, begin: begin)) }

        /// The iterator of the tokens.
        public struct Iterator: AsyncIteratorProtocol {
            let source: StepSource

            /// The next token; nil after the last.
            public mutating func next() async throws -> Generation.Step? { try await source.next() }
        }
    }
}
