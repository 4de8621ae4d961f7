import OrreryTerminal
import Testing

/// The editor from bytes to text, cursor and what is left to the program.
struct LineEditorTests {
    @Test(arguments: [
        ("hello", "hello|"), ("hello<left><left>p", "help|lo"), ("ab<home>x<end>y", "xaby|"), ("ab<^a>x<^e>y", "xaby|"),
        ("one two  three<word-left><word-left>", "one |two  three"), ("one two<home><word-right>", "one| two"),
        ("a.b-c<word-left>", "a.b-|c"),
        ("abc<back>", "ab|"), ("abc<home><delete>", "|bc"), ("abc<home><^d>", "|bc"),
        ("<back><delete><left><right>", "|"),
        ("one two<left><left><^k>", "one t|"), ("one two<left><left><^u>", "|wo"), ("one-a two-b<^w>", "one-a |"),
        ("one-a two-b<alt-back>", "one-a two-|"),
        ("one two<home><alt-d>", "| two"), ("one two<^w><home><^y>", "two|one "), ("abc<left><^t>", "acb|"),
        ("abc<^t>", "acb|"),
        // A backslash at the end, Alt-Enter, and lines within the text.
        (#"one\<enter>two"#, "one\ntwo|"), ("one<alt-enter>two", "one\ntwo|"), ("one<alt-enter>two<up>x", "onex|\ntwo"),
        ("one<alt-enter>t<up><home><down>x", "one\nx|t"), ("one<alt-enter>two<^a><^u>", "one|two"),
        ("one<alt-enter>two<up><^k>", "one|two"),
        // What is one character to a person is one to the cursor.
        ("e\u{301}x<left><left>", "|e\u{301}x"), ("👩‍👩‍👧<back>", "|"), ("🇩🇪🇫🇷<left><back>", "|🇫🇷"),
        ("ax\u{301}<left><back>", "|x\u{301}"),
        ("日本語<left><back>", "日|語"),
    ]) func edits(_ keys: String, _ state: String) {
        var typed = TypedKeys()
        typed.type(keys)
        #expect(typed.state == state)
    }

    /// A mark that meets a letter joins it: the cursor is never inside of a character.
    @Test func marksJoin() {
        var typed = TypedKeys()
        typed.type("ab\u{301}")
        typed.type("<left>")
        typed.type("<back>")
        typed.type("<home><delete>")
        #expect(typed.state == "|")
        typed.type("\u{301}<home>o")
        #expect(typed.state == "o\u{301}|")
    }

    @Test func actions() {
        var typed = TypedKeys()
        typed.type("one<enter>two<^c><^c><^z><^l><^d>")
        #expect(
            typed.actions == [
                .submit("one"), .cancel(EditedText("two")), .cancel(EditedText()), .suspend, .clearScreen, .endOfInput,
            ])
        typed.type("x<tab>\u{1B}[99~")
        #expect(typed.actions.suffix(2) == [.bell, .bell])
        #expect(typed.state == "x|")
    }

    @Test func pastesSeveralLines() {
        var typed = TypedKeys()
        typed.type("a<paste>one\r\ttwo\r\n\u{1B}[Athree\u{03}</paste>b<left>")
        #expect(typed.state == "aone\n\ttwo\n\u{1B}[Athree\u{03}|b")
        #expect(typed.actions.isEmpty)
    }

    @Test func walksThroughTheHistory() {
        var typed = TypedKeys(history: ["one", "two\nlines"])
        typed.type("dra<up>")
        #expect(typed.state == "two\nlines|")
        typed.type("<up><up>")
        #expect(typed.state == "one|")
        typed.type("<up>")
        #expect(typed.actions == [.bell])
        typed.type("<down><down>")
        #expect(typed.state == "dra|")
        typed.type("<down>")
        #expect(typed.actions == [.bell, .bell])
    }

    @Test func searchesTheHistory() {
        var typed = TypedKeys(history: ["an apple", "a pear", "apples and pears", "figs"])
        typed.type("dra<^r>app")
        #expect(typed.state == "apples and pears|")
        typed.type("<^r>")
        #expect(typed.state == "an apple|")
        typed.type("x")
        #expect(typed.editor.search?.hasFailed == true)
        typed.type("<back><^g>")
        #expect(typed.state == "dra|")
        typed.type("<^u><^r>pear<^r><home>!")
        #expect(typed.state == "!|a pear")
        typed.type("<^r>an<enter>")
        #expect(typed.actions.last == .submit("an apple"))
    }

    @Test func completesCommands() {
        var typed = TypedKeys(completions: ["/help", "/reset", "/retry"])
        typed.type("/h<tab>")
        #expect(typed.state == "/help |")
        typed.type("<^u>/r<tab>")
        #expect(typed.state == "/re|")
        typed.type("x<tab>")
        #expect(typed.state == "/rex|")
    }

    @Test func keepsWhatIsWorthKeeping() {
        var history = InputHistory()
        for text in ["a", "a", " hidden", "  ", "b", "a"] { history.append(text) }
        #expect(history.entries == ["a", "b", "a"])
        for index in 0 ..< 2 * InputHistory.limit { history.append("\(index)") }
        #expect(history.entries.count == InputHistory.limit)
        #expect(history.entries.last == "\(2 * InputHistory.limit - 1)")
    }
}
