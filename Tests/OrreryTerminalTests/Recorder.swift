import OrreryTerminal
import Synchronization

/// A terminal that keeps what was written to it, under a clock that the test turns.
final class Recorder: Sendable {
    private let written = Mutex("")
    private let clock = Mutex(0.0)
    private let columns = Mutex(80)

    func terminal(isTerminal: Bool, appearance: Appearance = .ascii) -> Terminal {
        Terminal(isTerminal: isTerminal, appearance: appearance, width: { self.width }) { text in
            self.written.withLock { $0 += text }
        }
    }

    /// What was written since the last call, ESC as ^.
    func take() -> String {
        written.withLock { text in
            defer { text = "" }
            return text.split(separator: "\u{1B}", omittingEmptySubsequences: false).joined(separator: "^")
        }
    }

    var seconds: Double {
        get { clock.withLock { $0 } }
        set { clock.withLock { $0 = newValue } }
    }

    var width: Int {
        get { columns.withLock { $0 } }
        set { columns.withLock { $0 = newValue } }
    }
}
