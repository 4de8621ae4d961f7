import Foundation

/// How often, and after what time, a request is repeated that has failed for a reason that may pass.
package struct RetryPolicy: Sendable {
    /// Attempts in a row that bring nothing.
    package var attempts = 6
    /// Seconds before the second attempt; each further one waits twice as long.
    package var firstDelay = 1.0
    /// The longest wait, also where a server asks for more.
    package var longestDelay = 60.0

    package init(attempts: Int = 6, firstDelay: Double = 1) {
        (self.attempts, self.firstDelay) = (attempts, firstDelay)
    }

    /// The policy for the first question, where a wrong address or a missing network should be known soon.
    var forFirstContact: RetryPolicy {
        var policy = self
        policy.attempts = min(attempts, 3)
        return policy
    }

    /// The seconds to wait after so many attempts in a row that brought nothing.
    func delay(afterFailures failures: Int, _ error: HubError) -> Double {
        let doubled = firstDelay * Double(1 << min(max(failures - 1, 0), 20))
        return min(max(doubled, error.retryAfter ?? 0), longestDelay)
    }
}

/// Who is told of what goes on, and who may end it.
struct PullWatch {
    /// Ends the work with `CancellationError` at the next look.
    var isCancelled: () -> Bool = { false }
    /// Receives a line for each thing that went wrong and was mended.
    var warn: (String) -> Void = { _ in }

    /// Runs `body` until it succeeds, fails for good, or has failed too often in a row.
    ///
    /// - Parameter hasProgressed: whether the last attempt brought something, so that counting begins again.
    func retrying<R>(
        _ policy: RetryPolicy, hasProgressed: () -> Bool = { false }, _ body: () throws -> R
    ) throws -> R {
        var failures = 0
        while true {
            do { return try body() } catch let error as HubError where error.isTransient {
                failures = hasProgressed() ? 1 : failures + 1
                guard failures < policy.attempts else { throw error }
                let seconds = policy.delay(afterFailures: failures, error)
                warn("\(error); trying again in \(seconds.formatted()) s")
                try sleep(seconds)
            }
        }
    }

    /// Waits, and looks meanwhile whether it is still wanted.
    func sleep(_ seconds: Double) throws {
        let end = ContinuousClock.now + .seconds(seconds)
        while true {
            try check()
            let left = (end - ContinuousClock.now) / .seconds(1)
            if left <= 0 { return }
            Thread.sleep(forTimeInterval: min(left, 0.05))
        }
    }

    func check() throws { if isCancelled() { throw CancellationError() } }
}
