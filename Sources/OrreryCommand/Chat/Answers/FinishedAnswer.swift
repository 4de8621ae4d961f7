import OrreryTerminal

/// An answer that has ended, however it did, and what it took.
package struct FinishedAnswer {
    package var text = ""
    package var usage = AnswerUsage()
    package var finishReason: String?
    /// Whether the user stopped it.
    package var isStopped = false
    /// What broke it off; what had come is kept.
    package var failure: (any Error)?
    /// The parts that came, which stand for tokens where nobody counts those.
    package var partCount = 0
    /// The seconds from the question to the first part; nil where none came.
    package var firstSeconds: Double?
    /// The seconds from the first part to the last.
    package var restSeconds = 0.0

    package init() {}

    /// Whether nothing came, so that the message is taken back.
    package var isTakenBack: Bool {
        (isStopped || failure != nil) && text.isEmpty && (usage.completionTokens ?? 0) == 0
    }

    /// Tokens a second after the first; nil where there is none.
    package var rate: Double? {
        guard let tokens = usage.completionTokens, tokens > 1, restSeconds > 0 else { return nil }
        return Double(tokens - 1) / restSeconds
    }

    /// Asks, shows what comes, and says how it ended.
    ///
    /// - Parameters:
    ///   - begin: begins the answer, and asks the function that it is given whether to stop.
    ///   - show: receives every part. What it throws ends the answer.
    /// - Throws: what keeps the answer from beginning; what breaks off one that has begun is in `failure`.
    package static func read(
        _ interrupt: @escaping () -> Bool, on terminal: Terminal = .standardError,
        begin: (_ isStopped: @escaping () -> Bool) throws -> any Answer, show: (AnswerPart) throws -> Void
    ) throws -> FinishedAnswer {
        let waiting = AnswerWaiting(terminal)
        defer { waiting.end() }
        var finished = FinishedAnswer()
        let start = ContinuousClock.now
        do {
            let answer = try begin {
                waiting.look()
                return interrupt()
            }
            waiting.answer = answer
            // Whatever ends this, the answer is over.
            defer {
                waiting.answer = nil
                answer.cancel()
                finished.usage = answer.usage
                finished.finishReason = answer.finishReason
            }
            while let part = try answer.next() {
                waiting.end()
                finished.count(part, after: (ContinuousClock.now - start) / .seconds(1))
                do { try show(part) } catch { throw ShowFailure(error: error) }
            }
        } catch is CancellationError {
            finished.isStopped = true
            finished.finishReason = "cancelled"
        } catch let failure as ShowFailure {
            throw failure.error
        } catch {
            if finished.text.isEmpty { throw error }
            finished.failure = error
        }
        return finished
    }

    private mutating func count(_ part: AnswerPart, after seconds: Double) {
        restSeconds = seconds - (firstSeconds ?? seconds)
        firstSeconds = firstSeconds ?? seconds
        partCount += 1
        if case .text(let text) = part { self.text += text }
    }

    private struct ShowFailure: Error { let error: any Error }
}
