/// A text as the tokens it was cut into: each on a background of its own, blanks visible; or shaded by a value of each.
public struct TokenStrip: Sendable {
    /// The bytes of each token.
    public var pieces: [[UInt8]]
    /// One value per token, such as how much a prediction owes to it: shades instead of alternating backgrounds.
    public var values: [Double]?
    /// What the first and the last shade stand for; nil takes it from the values.
    public var range: ClosedRange<Double>?

    public init(_ pieces: [[UInt8]], values: [Double]? = nil, range: ClosedRange<Double>? = nil) {
        if let values {
            precondition(values.count == pieces.count, "TokenStrip: \(values.count) values for \(pieces.count) pieces")
        }
        self.pieces = pieces
        self.values = values
        self.range = range
    }

    public init(_ pieces: [String], values: [Double]? = nil, range: ClosedRange<Double>? = nil) {
        self.init(pieces.map { Array($0.utf8) }, values: values, range: range)
    }

    /// Lines of at most `width` columns, broken between tokens and after a newline. Without colours, `|` stands between
    /// tokens, and shades go on a line of their own under each line of text.
    public func render(width: Int, appearance: Appearance) -> String {
        guard width > 0, !pieces.isEmpty else { return "" }
        let texts = pieces.map { TokenText.visible($0, isUnicode: appearance.isUnicode) }
        let scale = values.map { HeatScale(range, values: $0, appearance: appearance) }
        let isColored = scale?.isColored ?? (appearance.colors > .none)
        let separator = isColored ? "" : "|"
        let flow = PieceFlow(texts, width: width, separator: separator.count) { pieces[$0].last == 0x0A }
        var lines: [String] = []
        for runs in flow.lines {
            lines.append(join(runs, separator) { appearance.paint($0.text, style(of: $0.piece, scale, isColored)) })
            guard let scale, let values, !isColored else { continue }
            let shades = join(runs, " ") { scale.cell(values[$0.piece], width: TextLayout.width(of: $0.text)) }
            lines.append(TextLayout.trimmedEnd(shades))
        }
        if let scale { lines.append(TextLayout.truncated(scale.legend, to: width, ellipsis: appearance.ellipsis)) }
        return lines.joined(separator: "\n")
    }

    private func join(_ runs: [PieceFlow.Run], _ separator: String, _ text: (PieceFlow.Run) -> String) -> String {
        runs.enumerated().map { index, run in (index > 0 && run.isStart ? separator : "") + text(run) }.joined()
    }

    private func style(of piece: Int, _ scale: HeatScale?, _ isColored: Bool) -> Style {
        guard isColored else { return .plain }
        if let scale, let values { return scale.style(values[piece]) }
        return Self.alternating[piece % Self.alternating.count]
    }

    /// Pale backgrounds under black, so that neighbours differ on any theme.
    private static let alternating = [
        Style(.rgb(0, 0, 0), on: .rgb(255, 215, 175)), Style(.rgb(0, 0, 0), on: .rgb(175, 215, 255)),
        Style(.rgb(0, 0, 0), on: .rgb(175, 255, 175)), Style(.rgb(0, 0, 0), on: .rgb(255, 175, 215)),
    ]
}
