/// What a line begins with, and so what it is (CommonMark 0.31.2, 4 and 5; tables as GitHub writes them).
enum LineStart: Equatable {
    /// Text of a paragraph: so many characters belong to its beginning.
    case text(length: Int)
    case heading(level: Int, length: Int)
    /// A line that opens a block of code.
    case fence(Fence, length: Int)
    case quote(length: Int)
    /// The mark of a list's item, with the spaces before it: what is shown, and how much is read.
    case item(String, length: Int)
    /// A line between paragraphs.
    case rule(length: Int)
    /// A row of a table's titles and the row of dashes below it.
    case table(length: Int)

    struct Fence: Equatable {
        var mark: Character
        var count: Int
    }

    private static let longestLine = 4000

    /// - Parameters:
    ///   - text: from the line's beginning on.
    ///   - isWhole: whether nothing follows.
    ///   - mayBeTable: whether the line stands for itself, in no quotation and no list.
    /// - Returns: nil where only further characters decide.
    static func read(_ text: ArraySlice<Character>, isWhole: Bool, mayBeTable: Bool, isUnicode: Bool) -> LineStart? {
        let spaces = text.prefix { $0 == " " || $0 == "\t" }.count
        guard let first = text.dropFirst(spaces).first else { return isWhole ? .text(length: spaces) : nil }
        let line = Line(text: text, start: text.startIndex + spaces, isWhole: isWhole)
        switch first {
        case "#": return line.heading()
        case "`", "~": return line.fence()
        case ">": return line.quote()
        case "|" where mayBeTable: return line.table()
        case "-", "*", "+", "_": return line.ruleOrItem(isUnicode: isUnicode)
        case "0" ... "9": return line.number()
        default: return .text(length: spaces)
        }
    }

    /// A line as far as it is there.
    private struct Line {
        let text: ArraySlice<Character>
        /// Behind the spaces at its beginning.
        let start: Int
        let isWhole: Bool

        var first: Character { text[start] }
        var plain: LineStart { .text(length: start - text.startIndex) }
        func length(to end: Int) -> Int { end - text.startIndex }

        /// The character there; a newline at the end of the text; nil where it has not come.
        func at(_ index: Int) -> Character? { index < text.endIndex ? text[index] : isWhole ? "\n" : nil }
        /// Where the line ends; nil where that has not come.
        var end: Int? { text[start...].firstIndex(where: \.isNewline) ?? (isWhole ? text.endIndex : nil) }

        /// Whether the line has more characters than may wait for its end.
        var isTooLong: Bool {
            (text[start...].firstIndex(where: \.isNewline) ?? text.endIndex) - start > longestLine
        }

        func heading() -> LineStart? {
            let count = InlineMark.runLength(text, start)
            guard count <= 6 else { return plain }
            guard let next = at(start + count) else { return nil }
            guard next == " " || next == "\t" else { return plain }
            return .heading(level: count, length: length(to: start + count + 1))
        }

        func fence() -> LineStart? {
            let count = InlineMark.runLength(text, start)
            guard at(start + count) != nil else { return nil }
            guard count >= 3 else { return plain }
            if isTooLong { return plain }
            guard let end else { return nil }
            if first == "`", text[start + count ..< end].contains("`") { return plain }
            return .fence(Fence(mark: first, count: count), length: length(to: end))
        }

        func quote() -> LineStart? {
            guard let next = at(start + 1) else { return nil }
            return .quote(length: length(to: start + 1) + (next == " " ? 1 : 0))
        }

        func ruleOrItem(isUnicode: Bool) -> LineStart? {
            guard let next = at(start + 1) else { return nil }
            let marks = text[start...].prefix { $0 == first || $0 == " " || $0 == "\t" }
            if first != "+", marks.count <= 100 {
                if marks.endIndex == text.endIndex || text[marks.endIndex].isNewline {
                    if marks.endIndex == text.endIndex, !isWhole { return nil }
                    if marks.count(where: { $0 == first }) >= 3 { return .rule(length: length(to: marks.endIndex)) }
                }
            }
            guard first != "_", next == " " || next == "\t" else { return plain }
            return .item(
                String(text[text.startIndex ..< start]) + (isUnicode ? "• " : "\(first) "),
                length: length(to: start + 2))
        }

        func number() -> LineStart? {
            let digits = text[start...].prefix { ("0" ... "9").contains($0) }
            guard let mark = at(digits.endIndex), let next = at(digits.endIndex + 1) else {
                return digits.endIndex < text.endIndex && ![".", ")"].contains(text[digits.endIndex]) ? plain : nil
            }
            guard digits.count <= 9, mark == "." || mark == ")", next == " " || next == "\t" else { return plain }
            return .item(
                String(text[text.startIndex ... digits.endIndex]) + " ", length: length(to: digits.endIndex + 2))
        }

        func table() -> LineStart? {
            if isTooLong { return plain }
            guard let end else { return nil }
            guard end < text.endIndex else { return plain }
            let below = text[(end + 1)...]
            let line = below.prefix { !$0.isNewline }
            guard line.count <= longestLine, line.allSatisfy({ "|:- \t".contains($0) }) else { return plain }
            if line.endIndex == text.endIndex, !isWhole { return nil }
            let count = TableRow.cells(text[start ..< end]).count
            guard line.contains("-"), TableRow.cells(line).count == count else { return plain }
            return .table(length: length(to: line.endIndex))
        }
    }
}
