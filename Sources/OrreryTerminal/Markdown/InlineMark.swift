/// What the beginning of a piece of a line means: plain characters, a marked span that is complete, or something that
/// only further characters decide.
///
/// The rules are CommonMark's (0.31.2, 6.1 to 6.6), for what models write: a mark that nothing closes on its line, or
/// within 400 characters, is text. Between two digits `*` multiplies, and only a backslash before a mark of Markdown
/// itself hides, so that TeX's `\(` stays.
enum InlineMark {
    /// So many characters that stand for themselves; a backslash before them is not shown.
    case text(Range<Int>, length: Int)
    case span([StyledRun], length: Int)
    case undecided

    /// The most characters of a span; until it is closed they are not shown.
    static let limit = 400
    static let code = Style(.cyan)

    /// - Parameters:
    ///   - start: where to look in the line.
    ///   - before: the character before that, of the same line.
    ///   - isWhole: whether nothing follows on the line.
    static func next(
        _ line: ArraySlice<Character>, at start: Int, before: Character?, isWhole: Bool, style: Style
    ) -> InlineMark {
        switch line[start] {
        case "\\": escape(line, start, isWhole)
        case "`": codeSpan(line, start, isWhole, style)
        case "*", "_": emphasis(line, start, before, isWhole, style)
        case "[": InlineLink.next(line, at: start, from: start, isWhole: isWhole, style: style)
        case "!": image(line, start, isWhole, style)
        default: plain(start)
        }
    }

    /// A piece of a line that is there in full.
    static func runs(_ line: ArraySlice<Character>, style: Style) -> [StyledRun] {
        var runs: [StyledRun] = [], index = line.startIndex
        while index < line.endIndex {
            let before = index > line.startIndex ? line[index - 1] : nil
            switch next(line, at: index, before: before, isWhole: true, style: style) {
            case .text(let range, let length):
                runs.append(StyledRun(String(line[range]), style))
                index += length
            case .span(let span, let length):
                runs += span
                index += length
            case .undecided: index = line.endIndex
            }
        }
        return runs
    }

    static func plain(_ start: Int, count: Int = 1) -> InlineMark { .text(start ..< start + count, length: count) }

    private static func escape(_ line: ArraySlice<Character>, _ start: Int, _ isWhole: Bool) -> InlineMark {
        guard start + 1 < line.endIndex else { return isWhole ? plain(start) : .undecided }
        if "\\`*_#~|>+-!.".contains(line[start + 1]), line[start + 1] != "\\" {
            return .text(start + 1 ..< start + 2, length: 2)
        }
        return plain(start, count: 2)
    }

    private static func image(
        _ line: ArraySlice<Character>, _ start: Int, _ isWhole: Bool, _ style: Style
    ) -> InlineMark {
        guard start + 1 < line.endIndex else { return isWhole ? plain(start) : .undecided }
        guard line[start + 1] == "[" else { return plain(start) }
        return InlineLink.next(line, at: start + 1, from: start, isWhole: isWhole, style: style)
    }

    // MARK: Code

    private static func codeSpan(
        _ line: ArraySlice<Character>, _ start: Int, _ isWhole: Bool, _ style: Style
    ) -> InlineMark {
        let count = runLength(line, start)
        guard start + count < line.endIndex else { return isWhole ? plain(start, count: count) : .undecided }
        var index = start + count
        while index < line.endIndex, index - start <= limit {
            let run = line[index] == "`" ? runLength(line, index) : 0
            if run > 0, index + run == line.endIndex, !isWhole { return .undecided }
            if run == count {
                var style = style
                style.foreground = code.foreground
                let content = trimmed(line[start + count ..< index])
                return .span([StyledRun(String(content), style)], length: index + run - start)
            }
            index += max(run, 1)
        }
        return isWhole || index < line.endIndex ? plain(start, count: count) : .undecided
    }

    /// One space on both sides is there so that a backtick can stand first or last.
    private static func trimmed(_ content: ArraySlice<Character>) -> ArraySlice<Character> {
        guard content.count > 2, content.first == " ", content.last == " ", content.contains(where: { $0 != " " })
        else { return content }
        return content.dropFirst().dropLast()
    }

    static func runLength(_ line: ArraySlice<Character>, _ start: Int) -> Int {
        line[start...].prefix { $0 == line[start] }.count
    }

    // MARK: Emphasis

    private static func emphasis(
        _ line: ArraySlice<Character>, _ start: Int, _ before: Character?, _ isWhole: Bool, _ style: Style
    ) -> InlineMark {
        let mark = line[start], count = runLength(line, start)
        guard start + count < line.endIndex else { return isWhole ? plain(start, count: count) : .undecided }
        guard count <= 3, opens(mark, between: before, line[start + count]) else { return plain(start, count: count) }
        var index = start + count
        while index < line.endIndex, index - start <= limit {
            switch line[index] {
            case "\\": index += 2
            case "`":
                guard let end = afterCode(line, index, isWhole, until: start + limit) else { return .undecided }
                index = end
            case mark:
                let run = runLength(line, index)
                if index + run == line.endIndex, !isWhole { return .undecided }
                if run == count || run == 3, closes(line, index, run) {
                    let end = index + run - count
                    return .span(
                        runs(line[start + count ..< end], style: style.emphasized(count)),
                        length: end + count - start)
                }
                index += run
            default: index += 1
            }
        }
        return isWhole || index < line.endIndex ? plain(start, count: count) : .undecided
    }

    private static func opens(_ mark: Character, between before: Character?, _ after: Character) -> Bool {
        if after.isWhitespace { return false }
        let isInside = before.map { $0.isLetter || $0.isNumber } ?? false
        return mark == "_" ? !isInside : !(before?.isNumber == true && after.isNumber)
    }

    private static func closes(_ line: ArraySlice<Character>, _ index: Int, _ run: Int) -> Bool {
        guard !line[index - 1].isWhitespace else { return false }
        guard line[index] == "_", index + run < line.endIndex else { return true }
        return !(line[index + run].isLetter || line[index + run].isNumber)
    }

    /// Behind a span of code, or behind its backticks where nothing closes it; nil where that is not known yet.
    private static func afterCode(
        _ line: ArraySlice<Character>, _ start: Int, _ isWhole: Bool, until limit: Int
    ) -> Int? {
        let count = runLength(line, start)
        var index = start + count
        while index < line.endIndex, index <= limit {
            let run = line[index] == "`" ? runLength(line, index) : 0
            if run > 0, index + run == line.endIndex, !isWhole { return nil }
            if run == count { return index + run }
            index += max(run, 1)
        }
        return isWhole || index < line.endIndex ? start + count : nil
    }
}

extension Style {
    /// 1: italic, 2: bold, 3: both.
    fileprivate func emphasized(_ count: Int) -> Style {
        var style = self
        if count != 2 { style.isItalic = true }
        if count != 1 { style.isBold = true }
        return style
    }
}
