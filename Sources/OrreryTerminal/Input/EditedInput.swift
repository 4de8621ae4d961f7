#if canImport(Darwin)
import Darwin
#elseif canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// Lines that a person types and edits on a terminal. Between two of them the terminal is as the program found it.
final class EditedInput {
    private let terminal: Terminal
    private let remember: (String) -> Void
    private var editor: LineEditor
    private var screen = EditorScreen()
    private var parser = KeyParser()
    /// Keys that came after the last line: pasted or typed ahead.
    private var waiting: ArraySlice<Key> = []
    private var prompt = ""
    private var columns = 80

    private enum Event {
        case keys([Key]), endOfInput, redraw, interrupted
    }

    /// - Parameter remember: keeps a new entry of the history beyond this process.
    init(_ terminal: Terminal, history: InputHistory, completions: [String], remember: @escaping (String) -> Void) {
        (self.terminal, self.remember) = (terminal, remember)
        editor = LineEditor(history: history, completions: completions)
    }

    /// The next text, of one line or more; nil where the terminal cannot do it.
    func read(prompt: String, interrupt: InterruptFlag?) -> LineReader.Line? {
        guard RawMode.enter() else { return nil }
        defer { RawMode.leave() }
        self.prompt = prompt
        editor.reset()
        screen.forget()
        while true {
            while let key = waiting.popFirst() {
                if let action = editor.handle(key), let line = perform(action) { return line }
            }
            if parser.isUndecided || !FileDescriptor.standardInput.waitUntilReadable(milliseconds: 0) { draw() }
            switch nextEvent(interrupt) {
            case .keys(let keys): waiting += keys
            case .redraw: break
            case .endOfInput: return leave(.endOfInput)
            case .interrupted: return leave(.interrupted)
            }
        }
    }

    // MARK: Waiting

    /// The signal may be handled on another thread, which does not end this wait: hence the timeout.
    private func nextEvent(_ interrupt: InterruptFlag?) -> Event {
        while true {
            if interrupt?.isRaised == true { return .interrupted }
            if FileDescriptor.standardInput.waitUntilReadable(milliseconds: parser.isUndecided ? 50 : 100) {
                let bytes = FileDescriptor.standardInput.read()
                return bytes.isEmpty ? .endOfInput : .keys(parser.push(bytes))
            }
            if parser.isUndecided { return .keys(parser.flush()) }
            if RawMode.isLost {
                guard RawMode.enterAgain() else { return .endOfInput }
                screen.forget()
                return .redraw
            }
            if max(4, terminal.width) != columns { return .redraw }
        }
    }

    // MARK: Doing

    /// - Returns: what the reading ends with, if it ends.
    private func perform(_ action: LineEditor.Action) -> LineReader.Line? {
        switch action {
        case .submit(let text):
            terminal.show(screen.finish(layout(EditedText(text))))
            if editor.history.accepts(text) { remember(text) }
            editor.remember(text)
            return .text(text)
        case .endOfInput: return leave(.endOfInput)
        case .cancel(let text):
            terminal.show(screen.finish(layout(text), mark: "^C"))
            if text.isEmpty { return .interrupted }
        case .clearScreen:
            terminal.show("\u{1B}[H\u{1B}[2J")
            screen.forget()
        case .suspend, .quit:
            terminal.show(screen.finish(layout(editor.edited)))
            RawMode.leave()
            // To the whole group, as the terminal's own Ctrl-Z goes: a script that started this has to stop with it.
            kill(0, action == .suspend ? SIGTSTP : SIGQUIT)
            if !RawMode.enter() { return .endOfInput }
        case .bell: terminal.show("\u{07}")
        }
        return nil
    }

    private func leave(_ line: LineReader.Line) -> LineReader.Line {
        terminal.show(screen.finish(layout(editor.edited)))
        return line
    }

    // MARK: Showing

    private func draw() {
        let new = layout(editor.edited)
        if new.columns != columns { screen.resized(to: new) }
        columns = new.columns
        terminal.show(screen.draw(new, height: terminal.height))
    }

    private func layout(_ text: EditedText) -> EditorLayout {
        EditorLayout(
            prompt: editor.prompt(prompt, terminal.appearance), text, columns: terminal.width,
            isUnicode: terminal.appearance.isUnicode)
    }
}

extension LineEditor {
    /// What stands before the text: while the history is searched, what is looked for.
    func prompt(_ prompt: String, _ appearance: Appearance) -> String {
        guard let search else { return prompt }
        let label = search.hasFailed ? "not found" : "history"
        return appearance.paint("\(label): \(TokenText.label(search.query, isUnicode: appearance.isUnicode)) ", .dim)
            + prompt
    }
}
