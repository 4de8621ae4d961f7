/// A row of a table as Markdown has it: cells between bars.
enum TableRow {
    /// The cells without the spaces around them; a bar behind a backslash or in a span of code parts none.
    static func cells(_ line: ArraySlice<Character>) -> [ArraySlice<Character>] {
        var line = trimmed(line)
        if line.first == "|" { line.removeFirst() }
        var cells: [ArraySlice<Character>] = [], start = line.startIndex, index = line.startIndex, isCode = false
        while index < line.endIndex {
            switch line[index] {
            case "\\": index += 1
            case "`": isCode.toggle()
            case "|" where !isCode:
                cells.append(trimmed(line[start ..< index]))
                start = index + 1
            default: break
            }
            index += 1
        }
        let rest = trimmed(line[start...])
        return rest.isEmpty && !cells.isEmpty ? cells : cells + [rest]
    }

    /// The alignments that a row of dashes asks for.
    static func alignments(_ line: ArraySlice<Character>) -> [Alignment] {
        cells(line).map { cell in
            switch (cell.first == ":", cell.last == ":") {
            case (true, true): .center
            case (false, true): .right
            default: .left
            }
        }
    }

    private static func trimmed(_ text: ArraySlice<Character>) -> ArraySlice<Character> {
        let text = text.drop(while: \.isWhitespace)
        return text.prefix((text.lastIndex { !$0.isWhitespace } ?? text.startIndex - 1) + 1 - text.startIndex)
    }
}
