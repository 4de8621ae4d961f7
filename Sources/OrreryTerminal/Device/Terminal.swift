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
    private let send: @Sendable (String) -> Void

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
        send = { descriptor.write($0) }
    }

    /// The columns of a line now: the terminal's own answer, else COLUMNS, else 80. At least 1.
    public var width: Int { max(1, measure()) }

    /// Writes the text as it is, unbuffered.
    public func write(_ text: String) {
        if !text.isEmpty { send(text) }
    }

    /// Writes the text and a newline.
    public func writeLine(_ text: String = "") {
        send(text + "\n")
    }
}
