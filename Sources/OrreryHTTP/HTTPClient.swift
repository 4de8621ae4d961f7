import Foundation
import Synchronization

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Sends requests one after another and hands out each answer as it arrives.
///
/// Redirects are not followed: whoever asked decides where a token may go. Cookies and caches are off.
///
/// Foundation on Linux traps, as of Swift 6.3, at a Content-Length from 2^63 - 512 on, which cannot be caught here; the
/// hub's own sizes are bounded before.
package final class HTTPClient: Sendable {
    private let session: URLSession
    private let dispatcher = ExchangeDispatcher()
    /// Seconds without a byte after which an answer counts as stalled.
    private let stallTimeout: Double

    package init(stallTimeout: Double) {
        self.stallTimeout = stallTimeout
        let configuration = URLSessionConfiguration.ephemeral
        configuration.httpCookieStorage = nil
        configuration.httpShouldSetCookies = false
        configuration.urlCache = nil
        configuration.requestCachePolicy = .reloadIgnoringLocalCacheData
        // The exchange has its own watch, which says what was waited for.
        configuration.timeoutIntervalForRequest = stallTimeout * 4 + 60
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        session = URLSession(configuration: configuration, delegate: dispatcher, delegateQueue: queue)
    }

    deinit { session.invalidateAndCancel() }

    /// Sends a request, and waits until the head of the answer is there.
    ///
    /// - Parameter isCancelled: asked while waiting; ends the exchange with `CancellationError`.
    /// - Throws: `HTTPFailure` where there is no answer.
    package func send(_ request: HTTPRequest, isCancelled: @escaping () -> Bool) throws -> HTTPExchange {
        var message = URLRequest(url: request.url)
        message.httpMethod = request.method.rawValue
        for (name, value) in request.headers { message.setValue(value, forHTTPHeaderField: name) }
        message.httpBody = request.body
        let task = session.dataTask(with: message)
        let exchange = HTTPExchange(task, of: self, stallTimeout: stallTimeout, isCancelled: isCancelled)
        dispatcher.add(exchange.inbox, for: task)
        task.resume()
        try exchange.waitForHead()
        return exchange
    }
}

/// A request.
package struct HTTPRequest {
    /// The methods that clients here use.
    package enum Method: String { case get = "GET", head = "HEAD", post = "POST" }

    package var method: Method
    package var url: URL
    package var headers: [(name: String, value: String)]
    /// nil sends no body.
    package var body: Data?

    package init(
        method: Method = .get, url: URL, headers: [(name: String, value: String)] = [], body: Data? = nil
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }
}

/// Brings what the session says to the exchange it is about.
private final class ExchangeDispatcher: NSObject, URLSessionDataDelegate, Sendable {
    private let inboxes = Mutex<[Int: ExchangeInbox]>([:])

    func add(_ inbox: ExchangeInbox, for task: URLSessionTask) {
        inboxes.withLock { $0[task.taskIdentifier] = inbox }
    }

    private func inbox(_ task: URLSessionTask) -> ExchangeInbox? {
        inboxes.withLock { $0[task.taskIdentifier] }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping @Sendable (URLRequest?) -> Void
    ) {
        // The redirect itself comes as the response.
        inbox(task)?.answer { completionHandler(nil) }
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping @Sendable (URLSession.ResponseDisposition) -> Void
    ) {
        inbox(dataTask)?.answer(head: response) { completionHandler(.allow) }
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        inbox(dataTask)?.receive(data)
    }

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        inboxes.withLock { $0.removeValue(forKey: task.taskIdentifier) }?.end(error)
    }
}
