import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// One request and its answer, read piece by piece on the thread that asked.
///
/// What has arrived waits in memory: a request asks for no more than may lie there. (Suspending a task would hold the
/// network back, but Foundation on Linux then delivers bytes twice, as of Swift 6.3.)
package final class HTTPExchange {
    let inbox: ExchangeInbox
    private let stallTimeout: Double
    private let isCancelled: () -> Bool
    private var head: HTTPURLResponse?
    /// A client whose last user has gone ends its exchanges: this one is a user too.
    private let client: HTTPClient

    init(_ task: URLSessionDataTask, of client: HTTPClient, stallTimeout: Double, isCancelled: @escaping () -> Bool) {
        self.client = client
        (inbox, self.stallTimeout, self.isCancelled) = (ExchangeInbox(task), stallTimeout, isCancelled)
    }

    deinit { cancel() }

    package var status: Int { head?.statusCode ?? 0 }

    package func header(_ name: String) -> String? { head?.value(forHTTPHeaderField: name) }

    /// A header that holds a count of bytes; nil where it is missing or is no such number.
    package func count(_ name: String) -> Int? {
        header(name).flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }.flatMap { $0 >= 0 ? $0 : nil }
    }

    /// Waits until status and headers are there.
    func waitForHead() throws {
        head = try wait { $0.head }
        if head == nil { throw HTTPFailure.noAnswer }
    }

    /// The next bytes; nil at the end.
    ///
    /// - Throws: `HTTPFailure` where the connection broke or stalled; `CancellationError`.
    package func next() throws -> Data? { try wait { $0.take() } }

    /// The whole body.
    ///
    /// - Throws: `HTTPFailure`, also where there are more than `limit` bytes.
    package func body(limit: Int) throws -> Data {
        var body = Data()
        while let piece = try next() {
            guard body.count + piece.count <= limit else {
                cancel()
                throw HTTPFailure.tooLong(limit)
            }
            body.append(piece)
        }
        return body
    }

    /// Ends the exchange; what has not been read is lost.
    package func cancel() { inbox.cancel() }

    /// Waits until `look` finds something, or the exchange has ended.
    private func wait<R>(_ look: (inout ExchangeInbox.State) -> R?) throws -> R? {
        var seen = -1, lastChange = ContinuousClock.now
        while true {
            if isCancelled() {
                cancel()
                throw CancellationError()
            }
            switch inbox.look(look, until: Date(timeIntervalSinceNow: 0.05)) {
            case .found(let value): return value
            case .ended(let error?): throw HTTPFailure(error)
            case .ended(nil): return nil
            case .waiting(let received):
                if received != seen { (seen, lastChange) = (received, ContinuousClock.now) }
                if (ContinuousClock.now - lastChange) / .seconds(1) > stallTimeout {
                    cancel()
                    throw HTTPFailure.stalled(stallTimeout)
                }
            }
        }
    }
}
