/// Text in one style.
struct StyledRun: Hashable {
    var text: String
    var style: Style

    init(_ text: String, _ style: Style = .plain) {
        self.text = text
        self.style = style
    }
}

/// Characters, each with its style, as what is written for them: runs of one style are painted as one.
struct StyledOutput {
    private(set) var text = ""
    private var run = StyledRun("")
    private let appearance: Appearance

    init(_ appearance: Appearance) { self.appearance = appearance }

    mutating func append(_ character: Character, _ style: Style) {
        if style != run.style { flush(style) }
        run.text.append(character)
    }

    mutating func append(_ runs: [StyledRun]) {
        for run in runs { for character in run.text { append(character, run.style) } }
    }

    /// Appends what is neither seen nor painted: a newline, a movement of the cursor.
    mutating func control(_ sequence: String) {
        flush(run.style)
        text += sequence
    }

    /// Everything so far.
    mutating func finish() -> String {
        flush(.plain)
        return text
    }

    private mutating func flush(_ style: Style) {
        text += appearance.paint(run.text, run.style)
        run = StyledRun("", style)
    }
}

extension [StyledRun] {
    var width: Int { reduce(0) { $0 + TextLayout.width(of: $1.text) } }
}
