import Kernels

/// What gives the steps of a text one after another: a generation, or a chat's turn.
protocol StepMaker: AnyObject {
    /// Computes a piece of what is missing before the next token can be chosen; whether more is missing.
    func advance() -> Bool
    /// The next token; nil once the text has ended.
    func next() throws -> Generation.Step?
    /// Ends a text whose reader has gone, and returns what was held back of it.
    @discardableResult func cancel() -> String
}

extension Generation: StepMaker {}

/// One reading of a stream: it begins at the first call of `next` and computes as far as its reader reads.
///
/// Only one call runs at a time, as of any iterator, and each computes on the queue.
final class StepSource: @unchecked Sendable {
    private let queue: ComputeQueue
    private let processor: Processor
    private var begin: (@Sendable () throws -> any StepMaker)?
    private var maker: (any StepMaker)?

    init(_ queue: ComputeQueue, _ processor: Processor, begin: @escaping @Sendable () throws -> any StepMaker) {
        (self.queue, self.processor, self.begin) = (queue, processor, begin)
    }

    deinit { maker?.cancel() }

    private enum Progress: Sendable { case reading, step(Generation.Step?) }

    /// - Throws: `CancellationError` between two pieces of a prompt or two tokens; what the generation throws.
    func next() async throws -> Generation.Step? {
        while true {
            do { try Task.checkCancellation() } catch {
                end()
                throw error
            }
            switch try await queue.run(on: processor, { try self.advance() }) {
            case .reading: continue
            case .step(let step):
                if step == nil || step?.finishReason != nil { end() }
                return step
            }
        }
    }

    private func advance() throws -> Progress {
        if let begin {
            self.begin = nil
            maker = try begin()
        }
        guard let maker else { return .step(nil) }
        if maker.advance() { return .reading }
        do { return .step(try maker.next()) } catch {
            self.maker = nil
            throw error
        }
    }

    private func end() {
        maker?.cancel()
        (maker, begin) = (nil, nil)
    }
}
