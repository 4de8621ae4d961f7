/// Markdown that comes piece by piece, as a terminal shows it while it comes.
///
/// Characters are shown as they come, but for those that may be part of a mark: they wait until the mark is complete, or
/// cannot become one and are shown as they are. Nothing that was shown changes, and `finish()` shows what still waits.
/// A table waits for its end, since its columns are as wide as their widest cell. However the text is cut into pieces,
/// it looks the same.
public struct MarkdownStream {
    let appearance: Appearance
    var wrap = StyledWrap()
    /// What has come and is not shown.
    private var waiting: [Character] = []
    var place = Place.lineStart(Margin())
    var room = 79

    /// What the next character belongs to.
    enum Place {
        case lineStart(Margin)
        case line(Style, before: Character?)
        /// A block of code in so many quotations; at the start of a line `marks` of theirs are still to be read.
        case code(LineStart.Fence, quotes: Int, marks: Int?)
        case table(MarkdownTable)
    }

    /// What stands before a line: the bars of quotations, the marks of lists.
    struct Margin {
        var quotes = 0
        var hasItem = false
        var style = Style.plain
    }

    /// - Parameter appearance: the colours of the terminal; without any, styles are not seen and marks are lost.
    public init(_ appearance: Appearance) { self.appearance = appearance }

    /// - Parameter width: the terminal's columns now.
    /// - Returns: what is to be written for the next piece of the text.
    public mutating func add(_ text: String, width: Int) -> String {
        // What comes may belong to the last character: an accent, a variation selector.
        let last = waiting.popLast().map { String($0) } ?? ""
        waiting += Array(last + text)
        return show(isWhole: false, width: width)
    }

    /// - Returns: what still waits at the end of the text.
    public mutating func finish(width: Int) -> String { show(isWhole: true, width: width) }

    private mutating func show(isWhole: Bool, width: Int) -> String {
        room = max(2, width - 1)
        var output = StyledOutput(appearance), index = 0
        while index < waiting.count {
            guard let length = step(waiting[index...], isWhole, &output) else { break }
            index += length
        }
        waiting.removeFirst(index)
        if isWhole, case .table(let table) = place { end(table, &output) }
        return output.finish()
    }

    /// Shows what the text begins with.
    ///
    /// - Returns: how much of it was read; nil where only further characters decide.
    private mutating func step(_ text: ArraySlice<Character>, _ isWhole: Bool, _ output: inout StyledOutput) -> Int? {
        switch place {
        case .lineStart(let margin): begin(text, margin, isWhole, &output)
        case .line(let style, let before): line(text, style, before, isWhole, &output)
        case .code(let fence, let quotes, nil): code(text, fence, quotes, &output)
        case .code(let fence, let quotes, 0): codeStart(text, fence, quotes, isWhole, &output)
        case .code(let fence, let quotes, let marks?): quotedCode(text, fence, quotes, marks, isWhole, &output)
        case .table(let table): row(text, table, isWhole, &output)
        }
    }

    // MARK: Lines

    private mutating func begin(
        _ text: ArraySlice<Character>, _ margin: Margin, _ isWhole: Bool, _ output: inout StyledOutput
    ) -> Int? {
        let isAlone = margin.quotes == 0 && !margin.hasItem
        guard
            let start = LineStart.read(
                text, isWhole: isWhole, mayBeTable: isAlone, isUnicode: appearance.isUnicode)
        else { return nil }
        var margin = margin
        switch start {
        case .text(let length):
            wrap.add([StyledRun(String(text.prefix(length)), margin.style)], room: room, to: &output)
            if wrap.margin.isEmpty || margin.hasItem { extendMargin(by: length) }
            place = .line(margin.style, before: nil)
            return length
        case .heading(let level, let length):
            margin.style.isBold = true
            margin.style.isUnderlined = level == 1
            place = .line(margin.style, before: nil)
            return length
        case .fence(let fence, let length):
            output.append([StyledRun(String(text.prefix(length)), .dim)])
            place = .code(fence, quotes: margin.quotes, marks: nil)
            return length
        case .quote(let length):
            let bar = [StyledRun(appearance.isUnicode ? "│ " : "> ", .dim)]
            wrap.add(bar, room: room, to: &output)
            wrap.margin += bar
            margin.quotes += 1
            place = .lineStart(margin)
            return length
        case .item(let mark, let length):
            wrap.add([StyledRun(mark)], room: room, to: &output)
            extendMargin(by: TextLayout.width(of: mark))
            margin.hasItem = true
            place = .lineStart(margin)
            return length
        case .rule(let length):
            wrap.add(
                [StyledRun(String(repeating: appearance.rule, count: min(room, 24)), .dim)], room: room, to: &output)
            place = .line(.dim, before: nil)
            return length
        case .table(let length):
            let lines = text.prefix(length).split(whereSeparator: \.isNewline)
            place = .table(MarkdownTable(titles: lines[0], dashes: lines[1]))
            // The newline behind the dashes is read with the first row.
            return length
        }
    }

    private mutating func extendMargin(by columns: Int) {
        if columns > 0 { wrap.margin.append(StyledRun(TextLayout.spaces(columns))) }
    }

    private mutating func line(
        _ text: ArraySlice<Character>, _ style: Style, _ before: Character?, _ isWhole: Bool,
        _ output: inout StyledOutput
    ) -> Int? {
        if text.first!.isNewline {
            newline(&output)
            return 1
        }
        let rest = text.prefix { !$0.isNewline }
        let isLineWhole = isWhole || rest.endIndex < text.endIndex
        switch InlineMark.next(rest, at: rest.startIndex, before: before, isWhole: isLineWhole, style: style) {
        case .undecided: return nil
        case .text(let range, let length):
            wrap.add([StyledRun(String(text[range]), style)], room: room, to: &output)
            return pass(text.prefix(length), style, before)
        case .span(let runs, let length):
            wrap.add(runs, room: room, to: &output)
            return pass(text.prefix(length), style, before)
        }
    }

    private mutating func pass(_ read: ArraySlice<Character>, _ style: Style, _ before: Character?) -> Int {
        // An accent that came alone belongs to the letter before it.
        place = .line(style, before: read.last { $0.displayWidth > 0 } ?? before)
        return read.count
    }

    mutating func newline(_ output: inout StyledOutput) {
        wrap.newline(to: &output)
        place = .lineStart(Margin())
    }
}
