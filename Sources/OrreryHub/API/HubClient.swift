import Foundation
import OrreryFiles
import OrreryHTTP

/// Asks a hub, and sends its token to nobody else.
struct HubClient {
    let settings: HubSettings
    let watch: PullWatch
    private let http: HTTPClient
    private let origin: Origin
    private static let maximalRedirects = 10

    /// - Throws: `HubError` where the network may not be used, or the endpoint is not an address.
    init(_ settings: HubSettings, _ watch: PullWatch) throws {
        guard !settings.isOffline else {
            throw HubError(.offline, "HF_HUB_OFFLINE", "is set, so that nothing is downloaded; unset it to pull")
        }
        guard let origin = URL(string: settings.endpoint).flatMap(Origin.init) else {
            throw HubError(.setting, "HF_ENDPOINT", "expected an address, found \(FileError.quoted(settings.endpoint))")
        }
        (self.settings, self.watch, self.origin) = (settings, watch, origin)
        http = HTTPClient(stallTimeout: settings.stallTimeout)
    }

    /// The address of a path on the hub, whose parts are escaped here.
    func url(_ parts: [String], query: String = "") throws -> URL {
        let path = parts.map(Self.escaped).joined(separator: "/")
        guard let url = URL(string: settings.endpoint + "/" + path + query) else {
            throw HubError(.setting, "HF_ENDPOINT", "no address can be made of it and \(path)")
        }
        return url
    }

    /// Everything but RFC 3986's unreserved characters as percent and two digits.
    private static func escaped(_ part: String) -> String {
        let plain = CharacterSet(charactersIn: "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")
        return part.addingPercentEncoding(withAllowedCharacters: plain) ?? ""
    }

    /// How far redirects are followed.
    enum Redirects { case everywhere, withinHub }

    /// Sends a request, and follows redirects: with the token on the hub itself, without it elsewhere.
    ///
    /// - Parameter subject: what errors are about.
    /// - Throws: `HubError` for an answer that is none of 200 to 399; `CancellationError`.
    func send(
        _ method: HTTPRequest.Method, _ url: URL, about subject: String, headers: [(name: String, value: String)] = [],
        _ redirects: Redirects
    ) throws -> HTTPExchange {
        var url = url
        for _ in 0 ... Self.maximalRedirects {
            let exchange = try answer(HTTPRequest(method: method, url: url, headers: headers + sent(to: url)), subject)
            guard (300 ..< 400).contains(exchange.status) else {
                try Self.check(exchange, subject, hasToken: settings.token != nil)
                return exchange
            }
            let target = try target(of: exchange, from: url, subject)
            if redirects == .withinHub, Origin(target) != origin { return exchange }
            url = target
        }
        throw HubError.response(subject, "the server redirects in a circle")
    }

    private func answer(_ request: HTTPRequest, _ subject: String) throws -> HTTPExchange {
        do { return try http.send(request, isCancelled: watch.isCancelled) } catch let failure as HTTPFailure {
            throw HubError.network("\(request.url.host() ?? "") (\(subject))", failure)
        }
    }

    private func sent(to url: URL) -> [(name: String, value: String)] {
        // Compressed lengths would not be those of the files.
        var headers = [("Accept-Encoding", "identity"), ("User-Agent", "orrery")]
        if let token = settings.token, Origin(url) == origin { headers.append(("Authorization", "Bearer \(token)")) }
        return headers
    }

    /// Where a redirect leads: never to another kind of address, nor from a protected one to an open one.
    private func target(of exchange: HTTPExchange, from url: URL, _ subject: String) throws -> URL {
        guard let location = exchange.header("Location"),
            let target = URL(string: location, relativeTo: url)?.absoluteURL, let there = Origin(target)
        else { throw HubError.response(subject, "the server redirects to nowhere") }
        guard there.scheme == "https" || url.scheme?.lowercased() != "https" else {
            throw HubError.response(subject, "the server redirects from https to http, to \(there.host)")
        }
        return target
    }
}
