/// What a `ProgressLine` shows.
public protocol ProgressContent: Sendable {
    /// The lines drawn in place on a terminal, none wider than `width`, and the same number each time.
    func lines(width: Int, appearance: Appearance) -> [String]

    /// The one line for a log: no bar, no colour, and of the figures those that fit into `width`.
    func logLine(width: Int, appearance: Appearance) -> String
}
