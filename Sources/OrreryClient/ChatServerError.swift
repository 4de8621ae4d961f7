/// The error for a chat with a server that does not go on: one line that says what the server said or what happened to
/// the connection.
package struct ChatServerError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of problem it is.
    package enum Kind: Sendable, Hashable {
        /// The address cannot be used.
        case address
        /// No answer begins.
        case network
        /// The server refuses, with this status.
        case refused(status: Int)
        /// The connection broke after an answer had begun.
        case broken
        /// The server says what a server of this kind does not say.
        case format
    }

    package let kind: Kind
    package let description: String

    static func address(_ text: String, _ problem: String) -> ChatServerError {
        ChatServerError(kind: .address, description: "\(text): \(problem)")
    }

    static func network(_ address: String, _ problem: String) -> ChatServerError {
        ChatServerError(kind: .network, description: "\(address): \(problem)")
    }

    static func refused(_ status: Int, _ message: String) -> ChatServerError {
        ChatServerError(kind: .refused(status: status), description: "the server refuses (\(status)): \(message)")
    }

    /// An error that comes in place of the rest of an answer.
    static func failed(_ message: String) -> ChatServerError {
        ChatServerError(kind: .broken, description: "the server says: \(message)")
    }

    static func broken(_ problem: String) -> ChatServerError { ChatServerError(kind: .broken, description: problem) }

    static func format(_ problem: String) -> ChatServerError {
        ChatServerError(kind: .format, description: "the server's answer cannot be read: \(problem)")
    }
}
