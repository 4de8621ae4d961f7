/// Rows and columns of text, aligned, and cut with an ellipsis where the terminal is too narrow.
public struct Table: Sendable {
    public struct Column: Sendable {
        public var title: String
        public var alignment: Alignment
        public var style: Style
        /// Whether a text that is too long loses its beginning: names whose ends differ.
        public var keepsEnd: Bool

        public init(_ title: String, _ alignment: Alignment = .left, style: Style = .plain, keepsEnd: Bool = false) {
            self.keepsEnd = keepsEnd
            self.title = title
            self.alignment = alignment
            self.style = style
        }
    }

    public var columns: [Column]
    /// Plain text; escape sequences in it are shown and not obeyed.
    public private(set) var rows: [[String]] = []

    public init(_ columns: [Column]) {
        self.columns = columns
    }

    /// Adds a row; cells left out at its end are empty.
    public mutating func add(_ cells: [String]) {
        precondition(cells.count <= columns.count, "Table.add: \(cells.count) cells for \(columns.count) columns")
        rows.append(cells + Array(repeating: "", count: columns.count - cells.count))
    }

    /// Adds a row; cells left out at its end are empty.
    public mutating func add(_ cells: String...) {
        add(cells)
    }

    /// The titles, a rule and the rows, joined by newlines, none wider than `width`. Without any title there is no
    /// rule.
    public func render(width: Int, appearance: Appearance) -> String {
        guard width > 0, !columns.isEmpty else { return "" }
        let cells = rows.map { $0.map { TokenText.label($0, isUnicode: appearance.isUnicode) } }
        let natural = columns.indices.map { column in
            ([columns[column].title] + cells.map { $0[column] }).map(TextLayout.width(of:)).max()!
        }
        let widths = fitted(natural, to: width)
        func line(_ texts: [String], _ style: (Column) -> Style) -> String {
            var pieces = columns.indices.map { index in
                let text =
                    columns[index].keepsEnd
                    ? TextLayout.truncatedStart(texts[index], to: widths[index], ellipsis: appearance.ellipsis)
                    : texts[index]
                return TextLayout.fitted(
                    text, to: widths[index], columns[index].alignment, ellipsis: appearance.ellipsis)
            }
            pieces[pieces.count - 1] = TextLayout.trimmedEnd(pieces[pieces.count - 1])
            let painted = zip(pieces, columns).map { appearance.paint($0, style($1)) }.joined(separator: Self.gap)
            return TextLayout.truncated(TextLayout.trimmedEnd(painted), to: width, ellipsis: appearance.ellipsis)
        }
        var lines: [String] = []
        if columns.contains(where: { !$0.title.isEmpty }) {
            lines.append(line(columns.map(\.title)) { _ in .bold })
            lines.append(line(widths.map { String(repeating: appearance.rule, count: $0) }) { _ in .dim })
        }
        lines += cells.map { line($0, \.style) }
        return lines.joined(separator: "\n")
    }

    private static let gap = "  "

    /// Takes columns from the widest text first, down to 8; then from any, down to 3: figures are cut last.
    private func fitted(_ natural: [Int], to width: Int) -> [Int] {
        var widths = natural.map { min($0, width) }
        let room = width - Self.gap.count * (columns.count - 1)
        for (isText, least) in [(true, 8), (false, 3)] {
            let candidates = columns.indices.filter { !isText || columns[$0].alignment == .left }
            while widths.reduce(0, +) > room {
                guard let widest = candidates.max(by: { widths[$0] < widths[$1] }), widths[widest] > least else {
                    break
                }
                widths[widest] -= 1
            }
        }
        return widths
    }
}
