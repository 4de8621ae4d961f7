/// `[text](address)` and `![text](address)`: the text underlined, its address behind it, since a terminal's text cannot
/// be clicked everywhere.
enum InlineLink {
    /// - Parameters:
    ///   - bracket: where `[` stands.
    ///   - start: where the mark begins, which is before that for a picture.
    static func next(
        _ line: ArraySlice<Character>, at bracket: Int, from start: Int, isWhole: Bool, style: Style
    ) -> InlineMark {
        let literal = InlineMark.plain(start, count: bracket + 1 - start)
        func end(of open: Int) -> Int? { closing(line, open, until: start + InlineMark.limit) }
        func missing(_ index: Int) -> InlineMark {
            isWhole || line.endIndex > start + InlineMark.limit ? literal : .undecided
        }
        guard let textEnd = end(of: bracket) else { return missing(bracket) }
        guard textEnd + 1 < line.endIndex else { return missing(textEnd) }
        guard line[textEnd + 1] == "(" else { return literal }
        guard let addressEnd = end(of: textEnd + 1) else { return missing(textEnd) }
        let text = line[bracket + 1 ..< textEnd], address = line[textEnd + 2 ..< addressEnd]
        var linked = style
        linked.isUnderlined = true
        var runs = InlineMark.runs(text, style: linked)
        var place = style
        place.isDim = true
        if text.isEmpty {
            runs = [StyledRun(String(address), place)]
        } else if !address.isEmpty, text != address {
            runs.append(StyledRun(" (\(String(address)))", place))
        }
        return .span(runs, length: addressEnd + 1 - start)
    }

    /// Where the bracket that stands at `open` is closed.
    private static func closing(_ line: ArraySlice<Character>, _ open: Int, until limit: Int) -> Int? {
        let (opening, closing): (Character, Character) = line[open] == "[" ? ("[", "]") : ("(", ")")
        var depth = 0, index = open
        while index < line.endIndex, index <= limit {
            switch line[index] {
            case "\\": index += 1
            case opening: depth += 1
            case closing:
                depth -= 1
                if depth == 0 { return index }
            default: break
            }
            index += 1
        }
        return nil
    }
}
