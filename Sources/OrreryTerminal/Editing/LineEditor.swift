/// A line editor without its terminal: keys in, the text and the cursor out. A text may have several lines.
///
/// The keys are those of Emacs and readline; docs/chat.md lists them.
package struct LineEditor {
    /// What the program has to do after a key.
    package enum Action: Equatable {
        case submit(String)
        case endOfInput
        /// Ctrl-C; the text that there was, and is gone now.
        case cancel(EditedText)
        case clearScreen
        case suspend, quit
        /// Nothing can be done with this key here.
        case bell
    }

    package private(set) var edited = EditedText()
    package private(set) var history: InputHistory
    /// Whole words that Tab completes at the start of the text.
    private let completions: [String]
    /// The entry of the history that is shown; nil for the text that was typed.
    private var place: Int?
    /// What was typed before the history was looked at.
    private var draft = ""
    /// What was deleted last, for Ctrl-Y.
    private var killed = ""
    /// Ctrl-R: what is looked for, and where it was found.
    package private(set) var search: Search?

    package struct Search: Equatable {
        var query = ""
        var found: Int?
        package var hasFailed = false
        /// What comes back on Ctrl-G, and which entry of the history that was.
        var original: EditedText
        var originalPlace: Int?
    }

    package init(history: InputHistory = InputHistory(), completions: [String] = []) {
        (self.history, self.completions) = (history, completions)
    }

    /// Begins a new text; the history stays.
    package mutating func reset() { (edited, place, draft, search) = (EditedText(), nil, "", nil) }

    /// Takes an input into the history.
    package mutating func remember(_ text: String) { history.append(text) }

    /// - Returns: what is left to the program; nil where the key only changed the text or the cursor.
    package mutating func handle(_ key: Key) -> Action? {
        if search != nil, let handled = handleSearch(key) { return handled.action }
        switch key {
        case .text(let text): edited.insert(text)
        case .newline: edited.insert("\n")
        case .enter: return enter()
        case .tab: return complete()
        case .left, .control("b"): edited.left()
        case .right, .control("f"): edited.right()
        case .wordLeft: edited.wordLeft()
        case .wordRight: edited.wordRight()
        case .home, .control("a"): edited.toLineStart()
        case .end, .control("e"): edited.toLineEnd()
        case .up: return edited.toLine(above: true) ? nil : older()
        case .down: return edited.toLine(above: false) ? nil : newer()
        case .control("p"): return older()
        case .control("n"): return newer()
        case .backspace: edited.deleteLeft()
        case .delete: edited.deleteRight()
        case .control("d"):
            if edited.isEmpty { return .endOfInput }
            edited.deleteRight()
        case .control("k"): kill(edited.deleteToLineEnd())
        case .control("u"): kill(edited.deleteToLineStart())
        case .control("w"): kill(edited.deleteBlankWordLeft())
        case .deleteWordLeft: kill(edited.deleteWordLeft())
        case .deleteWordRight: kill(edited.deleteWordRight())
        case .control("y"): edited.insert(killed)
        case .control("t"): edited.transpose()
        case .control("l"): return .clearScreen
        case .control("r"):
            search = Search(found: place, original: edited, originalPlace: place)
        case .control("c"):
            let text = edited
            reset()
            return .cancel(text)
        case .control("z"): return .suspend
        case .control("\\"): return .quit
        case .escape, .unknown, .control: return .bell
        }
        return nil
    }

    private mutating func kill(_ text: String) { if !text.isEmpty { killed = text } }

    /// A backslash at the very end continues on a new line, as in a shell.
    private mutating func enter() -> Action? {
        if edited.after.isEmpty, edited.before.last == "\\" {
            edited.deleteLeft()
            edited.insert("\n")
            return nil
        }
        let text = edited.text
        reset()
        return .submit(text)
    }

    private mutating func complete() -> Action? {
        let matches = completions.filter { $0.hasPrefix(edited.before) }
        guard edited.after.isEmpty, !edited.isEmpty, let first = matches.first else { return .bell }
        let common = matches.reduce(first) { String(zip($0, $1).prefix { $0 == $1 }.map(\.0)) }
        let isWhole = matches.count == 1
        edited.insert(String(common.dropFirst(edited.before.count)) + (isWhole ? " " : ""))
        return isWhole ? nil : .bell
    }

    // MARK: History

    private mutating func older() -> Action? {
        let place = place ?? history.entries.count
        guard place > 0 else { return .bell }
        if self.place == nil { draft = edited.text }
        show(place - 1)
        return nil
    }

    private mutating func newer() -> Action? {
        guard let place else { return .bell }
        if place + 1 < history.entries.count {
            show(place + 1)
        } else {
            (edited, self.place) = (EditedText(draft), nil)
        }
        return nil
    }

    private mutating func show(_ index: Int) { (edited, place) = (EditedText(history.entries[index]), index) }

    // MARK: Search

    /// - Returns: nil if the key ends the search and means what it always means.
    private mutating func handleSearch(_ key: Key) -> (action: Action?, Void)? {
        guard var search else { return nil }
        switch key {
        case .text(let text):
            search.query += text
            return (look(&search, before: (search.found ?? history.entries.count - 1) + 1), ())
        case .control("r"): return (look(&search, before: search.found ?? history.entries.count), ())
        case .backspace:
            if !search.query.isEmpty { search.query.removeLast() }
            return (look(&search, before: history.entries.count), ())
        case .control("g"), .control("c"):
            (edited, place, self.search) = (search.original, search.originalPlace, nil)
            return (nil, ())
        case .escape:
            self.search = nil
            return (nil, ())
        default:
            self.search = nil
            return nil
        }
    }

    private mutating func look(_ search: inout Search, before index: Int) -> Action? {
        let found = search.query.isEmpty ? nil : history.last(before: index, containing: search.query)
        search.hasFailed = found == nil && !search.query.isEmpty
        if let found {
            if place == nil { draft = search.original.text }
            search.found = found
            show(found)
        }
        self.search = search
        return search.hasFailed ? .bell : nil
    }
}
