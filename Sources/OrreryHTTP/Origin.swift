import Foundation

/// Scheme, host and port of an address (RFC 6454): what a token is meant for.
package struct Origin: Equatable {
    package let scheme: String
    package let host: String
    package let port: Int

    /// nil for what is not an address on the web, or carries a password.
    package init?(_ url: URL) {
        guard let scheme = url.scheme?.lowercased(), ["http", "https"].contains(scheme),
            let host = url.host(percentEncoded: true)?.lowercased(), !host.isEmpty, url.user() == nil
        else { return nil }
        (self.scheme, self.host, port) = (scheme, host, url.port ?? (scheme == "https" ? 443 : 80))
    }
}
