/// Why a training run can't start or go on: one line that names the file or flag, what was expected, and what to do.
public struct TrainingError: Error, CustomStringConvertible, Sendable {
    private enum Code { case data, plan, base, state, notANumber }
    private let code: Code
    public let description: String

    /// Whether a flag asked for something that cannot be, rather than a file.
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
