import Foundation

/// A stream that a person may be looking at: what it shows, how wide it is now, and the way to write to it.
public struct Terminal: Sendable {
    /// Whether a terminal is at the other end, and not a file or a pipe.
    public let isTerminal: Bool
    /// Whether what was written can be drawn over: a terminal that is not `dumb`.
    public let canRedraw: Bool
    public let appearance: Appearance
    let descriptor: FileDescriptor?
    private let measure: @Sendable () -> Int
    private let send: @Sendable (String) throws(OutputError) -> Void

    /// Standard output, as it was when first asked for; its width is measured at every use.
    public static let standardOutput = Terminal(.standardOutput)
    /// Standard error, as it was when first asked for; its width is measured at every use.
    public static let standardError = Terminal(.standardError)

    /// Whether a person is typing, and not a file or a pipe feeding standard input.
    public static var isInputTerminal: Bool { FileDescriptor.standardInput.isTerminal }

    /// A stream of another kind, for tests and for output that goes elsewhere.
    public init(
        isTerminal: Bool, appearance: Appearance, width: @escaping @Sendable () -> Int = { 80 },
        write: @escaping @Sendable (String) -> Void
    ) {
        self.isTerminal = isTerminal
        self.appearance = appearance
        canRedraw = isTerminal
        descriptor = nil
        measure = width
        send = write
    }

    private init(_ descriptor: FileDescriptor) {
        let isTerminal = descriptor.isTerminal
        let environment = TerminalEnvironment(variables: ProcessInfo.processInfo.environment, isTerminal: isTerminal)
        let fallback = environment.columns ?? 80
        self.isTerminal = isTerminal
        self.descriptor = descriptor
        canRedraw = environment.canRedraw
        appearance = environment.appearance
        measure = { (isTerminal ? descriptor.columns : nil) ?? fallback }
        send = { text throws(OutputError) in try descriptor.write(text) }
    }

    /// The columns of a line now: the terminal's own answer, else COLUMNS, else 80. At least 1.
    public var width: Int { max(1, measure()) }

    /// The rows of the screen now; 24 where nobody knows.
    var height: Int { descriptor?.rows ?? 24 }

    /// Writes a result as it is, unbuffered.
    public func write(_ text: String) throws(OutputError) {
        if !text.isEmpty { try send(text) }
    }

    /// Writes a result and a newline.
    public func writeLine(_ text: String = "") throws(OutputError) {
        try send(text + "\n")
    }

    /// Writes a result whose bytes need not be UTF-8.
    public func write(_ bytes: [UInt8]) throws(OutputError) {
        guard let descriptor else { return try write(String(decoding: bytes, as: UTF8.self)) }
        let code = bytes.withUnsafeBytes { descriptor.write($0) }
        if code != 0 { throw OutputError(code: code) }
    }

    /// Shows what may be lost without harm: progress, notes, prompts. A stream that takes nothing any more is no reason
    /// to end the work.
    public func show(_ text: String) { try? write(text) }

    /// Shows a line that may be lost without harm.
    public func showLine(_ text: String = "") { try? writeLine(text) }
}
