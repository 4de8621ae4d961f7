import Foundation
import Synchronization

/// A line or two at the bottom of the terminal that are redrawn in place while work goes on.
///
/// On a terminal it draws at most ten times a second, hides the cursor meanwhile, and gives it back in `finish()`, when
/// the process exits, and when a signal ends it. Elsewhere it writes a plain line now and then. All other output to the
/// same screen goes through `print(_:)` or `paused(_:)`, from any thread.
public final class ProgressLine: Sendable {
    private let terminal: Terminal
    private let drawInterval: Double
    private let logInterval: Double
    private let now: @Sendable () -> Double
    private let state = Mutex(State())

    private struct State {
        var content: (any ProgressContent)?
        /// Lines on the screen now; the cursor stands at the end of the last.
        var numDrawn = 0
        var lastTime = -Double.infinity
        var isShown = false
        var isCursorHidden = false
        var numPauses = 0
        var isFinished = false
    }

    /// - Parameters:
    ///   - logInterval: seconds between plain lines where there is no terminal. Infinity leaves the cadence to `log` in
    ///     `update`.
    ///   - drawInterval: seconds between drawings on a terminal.
    ///   - now: seconds on a clock that only goes forward.
    public init(
        _ terminal: Terminal = .standardError, logInterval: Double = 10, drawInterval: Double = 0.1,
        now: @escaping @Sendable () -> Double = { ProcessInfo.processInfo.systemUptime }
    ) {
        self.terminal = terminal
        self.logInterval = logInterval
        self.drawInterval = drawInterval
        self.now = now
    }

    deinit { finish() }

    /// Shows the content, now or at the next drawing.
    ///
    /// - Parameter log: where there is no terminal, write a line for this content whatever the interval says.
    public func update(_ content: some ProgressContent, log: Bool = false) {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.content = content
            state.isShown = false
            guard state.numPauses == 0 else { return }
            let time = now()
            if terminal.canRedraw {
                if time - state.lastTime >= drawInterval { draw(&state, time) }
            } else if log || (logInterval.isFinite && time - state.lastTime >= logInterval) {
                writeLog(&state, time)
            }
        }
    }

    /// Writes a line of other output above the display.
    public func print(_ text: String) {
        state.withLock { state in
            terminal.show(eraseSequence(&state) + text + "\n")
            if state.numPauses == 0, !state.isFinished { draw(&state, now()) }
        }
    }

    /// Takes the display away, runs `body`, which may write to the screen by any way, and draws it again.
    public func paused<Value, Failure: Error>(_ body: () throws(Failure) -> Value) throws(Failure) -> Value {
        state.withLock { state in
            state.numPauses += 1
            terminal.show(eraseSequence(&state))
            showCursor(&state)
        }
        defer {
            state.withLock { state in
                state.numPauses -= 1
                if state.numPauses == 0, !state.isFinished { draw(&state, now()) }
            }
        }
        return try body()
    }

    /// Draws the last content once more and leaves it, or takes it away; gives the cursor back. Later updates do
    /// nothing.
    public func finish(keepingLastLine: Bool = true) {
        state.withLock { state in
            guard !state.isFinished else { return }
            state.isFinished = true
            guard terminal.canRedraw else {
                if keepingLastLine, !state.isShown { writeLog(&state, now()) }
                return
            }
            if keepingLastLine { draw(&state, now()) }
            let end = keepingLastLine && state.numDrawn > 0 ? "\n" : eraseSequence(&state)
            state.numDrawn = 0
            terminal.show(end)
            showCursor(&state)
        }
    }

    private func draw(_ state: inout State, _ time: Double) {
        guard terminal.canRedraw, let content = state.content else { return }
        // One column is left free: in the last one some terminals are already on the next line.
        let lines = content.lines(width: terminal.width - 1, appearance: terminal.appearance)
        if !state.isCursorHidden { Cursor.hide(on: terminal) }
        state.isCursorHidden = true
        // Each line is erased after its text is over it, not before: nothing flickers.
        var output = state.numDrawn == 0 ? "" : Self.toFirstLine(state.numDrawn)
        output += lines.map { $0 + "\u{1B}[K" }.joined(separator: "\n")
        if state.numDrawn > lines.count { output += "\u{1B}[J" }
        terminal.show(output)
        state.numDrawn = lines.count
        state.lastTime = time
        state.isShown = true
    }

    private func writeLog(_ state: inout State, _ time: Double) {
        guard let content = state.content else { return }
        let colorless = Appearance(colors: .none, isUnicode: terminal.appearance.isUnicode)
        terminal.showLine(content.logLine(width: terminal.width, appearance: colorless))
        state.lastTime = time
        state.isShown = true
    }

    private func eraseSequence(_ state: inout State) -> String {
        guard state.numDrawn > 0 else { return "" }
        defer { state.numDrawn = 0 }
        return Self.toFirstLine(state.numDrawn) + "\u{1B}[J"
    }

    private func showCursor(_ state: inout State) {
        if state.isCursorHidden { Cursor.show(on: terminal) }
        state.isCursorHidden = false
    }

    private static func toFirstLine(_ numLines: Int) -> String {
        "\r" + (numLines > 1 ? "\u{1B}[\(numLines - 1)A" : "")
    }
}
