import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Why an exchange gave no whole answer, in words for people.
package struct HTTPFailure: Error, CustomStringConvertible {
    package let description: String
    /// Whether another address might do: the host is not known, or nothing listens there.
    package let isAboutTheAddress: Bool

    private init(_ description: String) {
        self.description = description
        isAboutTheAddress = false
    }

    init(_ error: any Error) {
        let error = error as NSError
        isAboutTheAddress =
            error.domain == NSURLErrorDomain
            && [NSURLErrorCannotFindHost, NSURLErrorDNSLookupFailed, NSURLErrorCannotConnectToHost].contains(error.code)
        description =
            switch (error.domain, error.code) {
            case (NSURLErrorDomain, NSURLErrorCannotFindHost), (NSURLErrorDomain, NSURLErrorDNSLookupFailed):
                "the host is not known; check the address and the network"
            case (NSURLErrorDomain, NSURLErrorCannotConnectToHost):
                "no server answers there; check the address and the network"
            case (NSURLErrorDomain, NSURLErrorTimedOut): "the server took too long"
            default: error.localizedDescription
            }
    }

    static let noAnswer = HTTPFailure("the connection ended without an answer")
    static func stalled(_ seconds: Double) -> HTTPFailure {
        HTTPFailure("nothing came for \(seconds.formatted()) s")
    }
    static func tooLong(_ limit: Int) -> HTTPFailure { HTTPFailure("the answer has more than \(limit) bytes") }
}
