import Kernels

/// A text as the model makes it, piece by piece.
///
/// It computes as far as its reader reads: each piece is computed when it is asked for, a reader that stops leaves
/// nothing running, and a cancelled task throws `CancellationError`. Each iteration makes the text anew.
///
/// ```swift
/// for try await text in model.stream("Once", maxTokens: 50) { print(text, terminator: "") }
/// ```
public struct TextStream: AsyncSequence, Sendable {
    public typealias Element = String

    private let queue: ComputeQueue
    private let processor: Processor
    private let begin: @Sendable () throws -> any StepMaker

    init(_ queue: ComputeQueue, begin: @escaping @Sendable () throws -> any StepMaker) {
        (self.queue, self.begin, processor) = (queue, begin, Processor.current)
    }

    public func makeAsyncIterator() -> Iterator { Iterator(steps: steps.makeAsyncIterator()) }

    /// The same with all that is known of each token.
    public var steps: Steps { Steps(queue: queue, processor: processor, begin: begin) }

    /// Reads the stream to its end: the whole text.
    public func collect() async throws -> String {
        var text = ""
        for try await piece in self { text += piece }
        return text
    }

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

    /// The tokens of a text, with its bytes and, in the last, why it ended.
    public struct Steps: AsyncSequence, Sendable {
        public typealias Element = Generation.Step

        let queue: ComputeQueue
        let processor: Processor
        let begin: @Sendable () throws -> any StepMaker

        public func makeAsyncIterator() -> Iterator { Iterator(source: StepSource(queue, processor, begin: begin)) }

        public struct Iterator: AsyncIteratorProtocol {
            let source: StepSource

            public mutating func next() async throws -> Generation.Step? { try await source.next() }
        }
    }
}
