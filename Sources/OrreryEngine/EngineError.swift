/// The error for a request that the engine cannot take, or a setting outside its range: one line that says what was
/// expected.
public struct EngineError: Error, Sendable, Hashable, CustomStringConvertible {
    /// What kind of problem it is.
    public enum Kind: Sendable, Hashable {
        /// A setting or an option is outside its range.
        case setting
        /// A prompt and its answer need more keys and values than the engine has memory for.
        case memory
        /// Too many requests wait already.
        case queueFull
        /// The request was not done by its deadline.
        case deadline
        /// The engine is shutting down.
        case stopped
    }

    /// What kind of problem it is.
    public let kind: Kind
    /// The message.
    public let description: String

    static func setting(_ name: String, _ value: some CustomStringConvertible, expected: String) -> EngineError {
        EngineError(kind: .setting, description: "\(name) is \(value); expected \(expected)")
    }

    static func memory(needed: Int, available: Int) -> EngineError {
        EngineError(
            kind: .memory,
            description:
                "the prompt and its answer need \(megabytes(needed)) of keys and values; expected at most `cacheMemory`, \(megabytes(available)): ask for fewer tokens, or give the cache more memory"
        )
    }

    static func queueFull(_ count: Int) -> EngineError {
        EngineError(kind: .queueFull, description: "\(count) requests are waiting already; try again later")
    }

    static let deadline = EngineError(kind: .deadline, description: "the request was not done by its deadline")
    static let stopped = EngineError(kind: .stopped, description: "the engine is shutting down")

    private static func megabytes(_ bytes: Int) -> String {
        let tenths = (bytes + 99_999) / 100_000
        return "\(tenths / 10).\(tenths % 10) MB"
    }
}
