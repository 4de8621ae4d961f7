/// A table of a Markdown text: columns side by side, cells that are too wide in several lines, so that nothing is cut.
struct MarkdownTable {
    private let alignments: [Alignment]
    /// The titles first; each cell as its characters in their styles.
    private var rows: [[Cell]]
    private typealias Cell = [(character: Character, style: Style)]

    init(titles: ArraySlice<Character>, dashes: ArraySlice<Character>) {
        alignments = TableRow.alignments(dashes)
        rows = []
        add(titles, style: .bold)
    }

    /// Adds a row; what is beyond the titles' columns goes into the last one.
    mutating func add(_ line: ArraySlice<Character>, style: Style = .plain) {
        var cells = TableRow.cells(line).map { cell in
            InlineMark.runs(cell, style: style).flatMap { run in run.text.map { (character: $0, style: run.style) } }
        }
        while cells.count > alignments.count, cells.count > 1 {
            let last = cells.removeLast()
            cells[cells.count - 1] += [(" ", .plain)] + last
        }
        rows.append(cells + Array(repeating: [], count: alignments.count - cells.count))
    }

    var rowCount: Int { rows.count }

    /// The lines of the table, a rule under the titles.
    func lines(room: Int, appearance: Appearance) -> [[StyledRun]] {
        let gap = "  ", widths = fitted(to: room - gap.count * (alignments.count - 1))
        var lines: [[StyledRun]] = []
        for (index, row) in rows.enumerated() {
            let cells = zip(row, widths).map { Self.broken($0, to: $1) }
            for line in 0 ..< (cells.map(\.count).max() ?? 0) {
                var runs: [StyledRun] = []
                for column in cells.indices {
                    let cell = line < cells[column].count ? cells[column][line] : []
                    runs += Self.padded(cell, to: widths[column], alignments[column])
                    if column + 1 < cells.count { runs.append(StyledRun(gap)) }
                }
                lines.append(Self.trimmedEnd(runs))
            }
            if index == 0 {
                let rule = widths.map { String(repeating: appearance.rule, count: $0) }.joined(separator: gap)
                lines.append([StyledRun(rule, .dim)])
            }
        }
        return lines
    }

    // MARK: Widths

    /// Takes columns from the widest cell first.
    private func fitted(to room: Int) -> [Int] {
        var widths = alignments.indices.map { column in max(1, rows.map { Self.width($0[column]) }.max() ?? 1) }
        while widths.reduce(0, +) > room, let widest = widths.indices.max(by: { widths[$0] < widths[$1] }),
            widths[widest] > 4
        {
            widths[widest] -= 1
        }
        return widths
    }

    private static func width(_ cell: some Sequence<(character: Character, style: Style)>) -> Int {
        cell.reduce(0) { $0 + $1.character.displayWidth }
    }

    /// The cell in lines of at most so many columns, broken between words where one fits.
    private static func broken(_ cell: Cell, to width: Int) -> [Cell] {
        var lines: [Cell] = [], line = Cell()
        for word in cell.split(whereSeparator: { $0.character == " " }) {
            let isFirst = line.isEmpty
            if !isFirst, Self.width(line) + 1 + Self.width(word) <= width {
                // A space between two words of one style has that style.
                let style =
                    line[line.count - 1].style == word[word.startIndex].style ? word[word.startIndex].style : .plain
                line.append((" ", style))
            } else if !isFirst {
                lines.append(line)
                line = []
            }
            for element in word {
                if !line.isEmpty, Self.width(line) + element.character.displayWidth > width {
                    lines.append(line)
                    line = []
                }
                line.append(element)
            }
        }
        return lines + (line.isEmpty && !lines.isEmpty ? [] : [line])
    }

    private static func padded(_ cell: Cell, to width: Int, _ alignment: Alignment) -> [StyledRun] {
        let missing = max(0, width - Self.width(cell))
        let before = alignment == .left ? 0 : alignment == .right ? missing : missing / 2
        return [StyledRun(TextLayout.spaces(before))] + cell.map { StyledRun(String($0.character), $0.style) }
            + [StyledRun(TextLayout.spaces(missing - before))]
    }

    private static func trimmedEnd(_ runs: [StyledRun]) -> [StyledRun] {
        var runs = runs
        while let last = runs.last, last.text.allSatisfy({ $0 == " " }) { runs.removeLast() }
        return runs
    }
}
