/// A matrix of shaded cells: which token looks at which.
public struct Heat: Sendable {
    /// Rows of cells. What is not a number is drawn as `?`, a missing cell at the end of a row as nothing.
    public var values: [[Double]]
    public var rowLabels: [String]
    /// Written downwards over the columns.
    public var columnLabels: [String]
    /// What the first and the last shade stand for; nil takes it from the values.
    public var range: ClosedRange<Double>?

    public init(
        _ values: [[Double]], rowLabels: [String] = [], columnLabels: [String] = [], range: ClosedRange<Double>? = nil
    ) {
        self.values = values
        self.rowLabels = rowLabels
        self.columnLabels = columnLabels
        self.range = range
    }

    /// The labels, the matrix and the scale, joined by newlines, none wider than `width`. Cells are two columns wide,
    /// or one where that is too much; columns that still have no room are left out, and the last line says so.
    public func render(width: Int, appearance: Appearance) -> String {
        let numColumns = values.map(\.count).max() ?? 0
        guard width > 0, numColumns > 0 else { return "" }
        let scale = HeatScale(range, values: values.joined(), appearance: appearance)
        let names = rowLabels.prefix(values.count).map { TokenText.label($0, isUnicode: appearance.isUnicode) }
        let widest = names.map(TextLayout.width(of:)).max() ?? 0
        let gutter = widest == 0 ? 0 : min(widest, 16, max(1, width / 3)) + 1
        let room = max(1, width - gutter)
        let cellWidth = numColumns * 2 <= room ? 2 : 1
        let numShown = min(numColumns, room / cellWidth)

        var lines = columnTitles(numShown, cellWidth, appearance).map {
            TextLayout.spaces(gutter) + appearance.paint($0, .dim)
        }
        for (index, row) in values.enumerated() {
            let name = index < names.count ? names[index] : ""
            let label = TextLayout.fitted(name, to: max(0, gutter - 1), .right, ellipsis: appearance.ellipsis)
            let cells = row.prefix(numShown).map { scale.cell($0, width: cellWidth) }.joined()
            lines.append(label + TextLayout.spaces(min(1, gutter)) + cells)
        }
        var note = TextLayout.spaces(gutter) + scale.legend
        if numShown < numColumns { note += "  first \(numShown) of \(numColumns) columns" }
        lines.append(note)
        return lines.map { line in
            TextLayout.truncated(TextLayout.trimmedEnd(line), to: width, ellipsis: appearance.ellipsis)
        }.joined(separator: "\n")
    }

    /// The labels downwards, ending just above the cells; at most eight characters of each.
    private func columnTitles(_ numShown: Int, _ cellWidth: Int, _ appearance: Appearance) -> [String] {
        let labels = columnLabels.prefix(numShown).map { label in
            let text = TokenText.label(label, isUnicode: appearance.isUnicode)
            return Array(TextLayout.truncated(text, to: 8, ellipsis: appearance.ellipsis))
        }
        let height = labels.map(\.count).max() ?? 0
        return (0 ..< height).map { row in
            let line = labels.map { label in
                let index = row - (height - label.count)
                let character = index >= 0 ? String(label[index]) : ""
                return TextLayout.fitted(character, to: cellWidth, ellipsis: appearance.ellipsis)
            }.joined()
            return TextLayout.trimmedEnd(line)
        }
    }
}
