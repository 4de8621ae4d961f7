import Foundation
import OrreryHTTP

extension HubClient {
    /// - Throws: `HubError` that says what an answer other than success means, by Hugging Face's headers where they are
    ///   there.
    static func check(_ exchange: HTTPExchange, _ subject: String, hasToken: Bool) throws {
        guard !(200 ..< 300).contains(exchange.status) else { return }
        exchange.cancel()
        throw error(
            status: exchange.status, code: exchange.header("X-Error-Code"),
            message: exchange.header("X-Error-Message"), retryAfter: retryAfter(exchange), subject,
            hasToken: hasToken)
    }

    /// The seconds that the server asks to wait: `Retry-After`, or Hugging Face's `RateLimit: "api";r=0;t=57`.
    private static func retryAfter(_ exchange: HTTPExchange) -> Double? {
        let limit = exchange.header("RateLimit")?.firstMatch(of: /;r=0;t=([0-9]+)/).map { String($0.1) }
        return (exchange.header("Retry-After") ?? limit).flatMap(Double.init).flatMap { $0 >= 0 ? $0 : nil }
    }

    static func error(
        status: Int, code: String?, message: String?, retryAfter: Double?, _ subject: String, hasToken: Bool
    ) -> HubError {
        let said = message.map { " (\($0))" } ?? ""
        let login =
            hasToken
            ? "check that the token (HF_TOKEN) may see it" : "if it is private, set HF_TOKEN or run: hf auth login"
        switch (code, status) {
        case ("GatedRepo", _):
            return HubError(
                .access, subject,
                "is shared only with people who have accepted its terms\(said); accept them on its page, \(hasToken ? "with the account of the token (HF_TOKEN)" : "and set HF_TOKEN or run: hf auth login")"
            )
        case ("RevisionNotFound", _): return HubError(.notFound, subject, "the repository has no such revision")
        case ("EntryNotFound", _): return HubError(.notFound, subject, "the repository has no such file")
        case ("RepoNotFound", _):
            return HubError(.notFound, subject, "the hub has no such model; check the spelling; \(login)")
        case (_, 401):
            // The hub answers so for a name that it does not have, too.
            return HubError(.access, subject, "the hub has no such model, or not for everybody\(said); \(login)")
        case (_, 403): return HubError(.access, subject, "the hub refuses access\(said); \(login)")
        case (_, 404), (_, 410): return HubError(.notFound, subject, "is not on the hub\(said)")
        case (_, 429):
            var error = HubError(
                .status(status), subject,
                "the hub asks for fewer requests (429)\(said)\(hasToken ? "" : "; with HF_TOKEN it allows more")")
            error.retryAfter = retryAfter
            return error
        default:
            var error = HubError(.status(status), subject, "the server answers with status \(status)\(said)")
            error.retryAfter = retryAfter
            return error
        }
    }
}
