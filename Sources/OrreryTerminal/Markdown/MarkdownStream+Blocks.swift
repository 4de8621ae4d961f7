/// Blocks whose lines are not text: code, and the rows of tables.
extension MarkdownStream {
    // MARK: Code

    /// The beginning of a line of code, which may be the fence that ends the block.
    mutating func codeStart(
        _ text: ArraySlice<Character>, _ fence: LineStart.Fence, _ quotes: Int, _ isWhole: Bool,
        _ output: inout StyledOutput
    ) -> Int? {
        let start = text.dropFirst(text.prefix { $0 == " " }.count)
        let marks = start.prefix { $0 == fence.mark }
        let rest = start.dropFirst(marks.count).drop { $0 == " " || $0 == "\t" }
        if rest.isEmpty, !isWhole { return nil }
        if marks.count >= fence.count, rest.first?.isNewline ?? true {
            output.append([StyledRun(String(text[..<rest.startIndex]), .dim)])
            place = .line(.plain, before: nil)
            return rest.startIndex - text.startIndex
        }
        place = .code(fence, quotes: quotes, marks: nil)
        return 0
    }

    /// A line of code in a quotation; one without its mark ends both.
    mutating func quotedCode(
        _ text: ArraySlice<Character>, _ fence: LineStart.Fence, _ quotes: Int, _ marks: Int, _ isWhole: Bool,
        _ output: inout StyledOutput
    ) -> Int? {
        guard text.first == ">" else {
            place = .lineStart(Margin())
            return 0
        }
        guard text.count > 1 || isWhole else { return nil }
        output.append([StyledRun(appearance.isUnicode ? "│ " : "> ", .dim)])
        place = .code(fence, quotes: quotes, marks: marks - 1)
        return text.dropFirst().first == " " ? 2 : 1
    }

    mutating func code(
        _ text: ArraySlice<Character>, _ fence: LineStart.Fence, _ quotes: Int, _ output: inout StyledOutput
    ) -> Int? {
        let line = text.prefix { !$0.isNewline }
        output.append([StyledRun(String(line), InlineMark.code)])
        guard line.endIndex < text.endIndex else { return line.count }
        output.control("\n")
        place = .code(fence, quotes: quotes, marks: quotes)
        return line.count + 1
    }

    // MARK: Tables

    private static let longestTable = 500

    mutating func row(
        _ text: ArraySlice<Character>, _ table: MarkdownTable, _ isWhole: Bool, _ output: inout StyledOutput
    ) -> Int? {
        // The text begins with the newline of the row before.
        let next = text.dropFirst().drop { $0 == " " }
        guard let first = next.first else { return isWhole ? finishRows(table, &output) : nil }
        guard first == "|", table.rowCount < Self.longestTable else { return finishRows(table, &output) }
        let line = next.prefix { !$0.isNewline }
        guard line.endIndex < text.endIndex || isWhole else { return nil }
        var table = table
        table.add(line)
        place = .table(table)
        return line.endIndex - text.startIndex
    }

    /// The newline that is left ends the table's last line.
    private mutating func finishRows(_ table: MarkdownTable, _ output: inout StyledOutput) -> Int {
        end(table, &output)
        newline(&output)
        return 1
    }

    mutating func end(_ table: MarkdownTable, _ output: inout StyledOutput) {
        for (index, line) in table.lines(room: room, appearance: appearance).enumerated() {
            if index > 0 { output.control("\n") }
            output.append(line)
        }
        place = .line(.plain, before: nil)
    }
}
