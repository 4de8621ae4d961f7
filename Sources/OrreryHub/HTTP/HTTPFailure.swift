import Foundation

#if canImport(FoundationNetworking)
import FoundationNetworking
#endif

/// Why an exchange gave no whole answer, in words for people.
struct HTTPFailure: Error, CustomStringConvertible {
    let description: String

    private init(_ description: String) { self.description = description }

    init(_ error: any Error) {
        let error = error as NSError
        description =
            switch (error.domain, error.code) {
            case (NSURLErrorDomain, NSURLErrorCannotFindHost), (NSURLErrorDomain, NSURLErrorDNSLookupFailed):
                "the host is not known; check the address (HF_ENDPOINT) and the network"
            case (NSURLErrorDomain, NSURLErrorCannotConnectToHost):
                "no server answers there; check the address (HF_ENDPOINT) and the network"
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
