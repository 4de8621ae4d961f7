import OrreryFiles
import OrreryHTTP

/// The error for a model that cannot be named, found or downloaded: one line with the model or file, what was expected,
/// and what to do about it.
///
/// The text is safe to print: control characters that a server sends are escaped, and neither a token nor a signed
/// address is in it.
public struct HubError: Error, CustomStringConvertible, Sendable {
    enum Code: Sendable, Equatable {
        case name, notPulled, incomplete, offline, setting
        case status(Int), access, notFound
        case network, response, damaged, choice
    }

    let code: Code
    /// Seconds that the server asks to wait before the next request.
    var retryAfter: Double?

    /// The message, which begins with the model or file at fault.
    public let description: String

    init(_ code: Code, _ subject: String, _ problem: String) {
        self.code = code
        description = "\(FileError.oneLine(subject)): \(FileError.oneLine(problem, limit: 4000))"
    }

    /// Whether the model is not on this machine yet, or only in part.
    public var isNotPulled: Bool { code == .notPulled || code == .incomplete }
    /// Whether the hub has no such repository, revision or file, or says so to those who may not see it.
    public var isNotFound: Bool { code == .notFound }
    /// Whether a token is missing, is not accepted, or has no access to the model.
    public var needsAccess: Bool { code == .access }
    /// Whether what arrived was not what the hub had announced.
    public var isDamaged: Bool { code == .damaged }
    /// Whether the connection failed, or the server did: a later try may succeed.
    public var isTransient: Bool {
        switch code {
        case .network: true
        case .status(let status): [408, 429, 500, 502, 503, 504].contains(status)
        default: false
        }
    }
}

extension HubError {
    static func name(_ text: String, _ problem: String) -> HubError { HubError(.name, text, problem) }

    static func notPulled(
        _ name: HubName, _ detail: String = "is neither a file here nor a model that has been downloaded"
    )
        -> HubError
    {
        HubError(.notPulled, "\(name)", "\(detail); to download it: orrery pull \(name)")
    }

    static func incomplete(_ name: HubName, _ problem: String) -> HubError {
        HubError(.incomplete, "\(name)", "is here only in part: \(problem); to complete it: orrery pull \(name)")
    }

    static func network(_ subject: String, _ failure: HTTPFailure) -> HubError {
        HubError(
            .network, subject,
            failure.isAboutTheAddress ? "\(failure); HF_ENDPOINT names another hub" : failure.description)
    }

    static func response(_ subject: String, _ problem: String) -> HubError { HubError(.response, subject, problem) }

    static func damaged(_ file: String, _ problem: String) -> HubError { HubError(.damaged, file, problem) }
}
