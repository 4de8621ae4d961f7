/// The error for a training run that can't start or continue: one line that names the file or setting, what was
/// expected, and what to do.
public struct TrainingError: Error, CustomStringConvertible, Sendable {
    private enum Code { case data, plan, base, state, notANumber }
    private let code: Code
    /// The message.
    public let description: String

    /// Whether a setting asked for something that cannot be, rather than a file.
    public var concernsFlags: Bool { code == .plan }

    private init(_ code: Code, _ description: String) { (self.code, self.description) = (code, description) }

    static func data(_ path: String, _ problem: String) -> TrainingError { TrainingError(.data, "\(path): \(problem)") }
    static func plan(_ problem: String) -> TrainingError { TrainingError(.plan, problem) }
    static func base(_ path: String, _ problem: String) -> TrainingError { TrainingError(.base, "\(path): \(problem)") }
    static func state(_ path: String, _ problem: String) -> TrainingError {
        TrainingError(.state, "\(path): \(problem)")
    }
    static func notANumber(step: Int, what: String) -> TrainingError {
        TrainingError(
            .notANumber,
            "step \(step): \(what) is not finite; the last checkpoint is kept (a lower `learningRate`, or `clip`, may help)"
        )
    }
}
