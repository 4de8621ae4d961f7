import OrreryRandom
import OrreryTerminal
import Testing

/// What stands on the screen, and where its cursor is.
struct EditorScreenTests {
    @Test(arguments: [
        ("hello", ["> hello"], 0, 7),
        // A row is full after 8 characters behind the prompt: the cursor goes to the next.
        ("12345678", ["> 12345678"], 1, 0), ("123456789", ["> 12345678", "9"], 1, 1),
        ("123456789<home>", ["> 12345678", "9"], 0, 2),
        ("12345678<left>", ["> 12345678"], 0, 9),
        // A wide character does not stand half on a row.
        ("1234567日", ["> 1234567", "日"], 1, 2), ("1234567日<left>", ["> 1234567", "日"], 1, 0),
        ("123456日x", ["> 123456日", "x"], 1, 1),
        ("日本語<left>", ["> 日本語"], 0, 6), ("e\u{301}👩‍👩‍👧x<left>", ["> e\u{301}👩‍👩‍👧x"], 0, 5), ("🇩🇪", ["> 🇩🇪"], 0, 4),
        // Lines stand under each other, behind the prompt.
        ("one<alt-enter>two<left>", ["> one", "  two"], 1, 4), ("one<alt-enter>", ["> one"], 1, 2),
        ("12345678<alt-enter>x", ["> 12345678", "", "  x"], 2, 3),
        // What has no glyph.
        ("<paste>a\tb\u{1B}\u{07}\u{202E}</paste>", ["> a    b^[", "^G"], 1, 2),
        ("\u{301}<home><end>", ["> \u{25CC}\u{301}"], 0, 3),
        ("123456789<home><^k>", [">"], 0, 2), ("123456789<^u>ab", ["> ab"], 0, 4),
    ]) func shows(_ keys: String, _ lines: [String], _ row: Int, _ column: Int) {
        var typed = TypedKeys(columns: 10)
        typed.type(keys)
        #expect(typed.screen.lines == lines)
        #expect(typed.screen.row == row)
        #expect(typed.screen.column == column)
    }

    /// Of a text with more rows than the screen a window around the cursor is seen.
    @Test func longerThanTheScreen() {
        var typed = TypedKeys(columns: 10, rows: 3)
        typed.type("<paste>1\r2\r3\r4\r5</paste>")
        #expect(typed.screen.lines == ["  3", "  4", "  5"])
        typed.type("<up><up><up>")
        #expect(typed.screen.lines == ["  2", "  3", "  4"])
        #expect(typed.screen.row == 0)
        typed.type("<up>")
        #expect(typed.screen.lines == ["> 1", "  2", "  3"])
    }

    /// Any keys in any order: after each, the screen is what drawing it afresh would show.
    @Test(arguments: 0 ..< 12) func anyKeys(_ seed: Int) {
        var random = SplitMix64(seed: UInt64(seed))
        let keys =
            Array(TypedKeys.sequences.keys.sorted()).filter {
                !["<paste>", "</paste>", "<enter>", "<^d>", "<^r>"].contains($0)
            }
            + ["a", "b ", "日", "e\u{301}", "👩‍👩‍👧", "long enough for more", "<alt-enter>", #"\"#]
        let (columns, rows) = (Int.random(in: 4 ... 24, using: &random), Int.random(in: 1 ... 6, using: &random))
        var typed = TypedKeys(history: ["one", "two\nlines", "日本語 in a longer line"], columns: columns, rows: rows)
        for _ in 0 ..< 300 {
            typed.type(keys.randomElement(using: &random)!)
            let layout = typed.layout
            let cursor = layout.cursor
            #expect(layout.rows.allSatisfy { $0.width <= columns })
            #expect(layout.rows.last!.width < columns)
            let top = cursor.row - typed.screen.row
            #expect(top >= 0 && top + rows <= max(layout.rows.count, rows))
            #expect(typed.screen.column == cursor.column)
            let shown = layout.rows.dropFirst(top).prefix(rows).map { $0.text.replacing(/[ ]+$/, with: "") }
            #expect(Array(shown.reversed().drop { $0.isEmpty }.reversed()) == typed.screen.lines)
        }
    }

    /// What is left behind is the whole text, and the cursor on a line of its own.
    @Test func leavesTheTextBehind() {
        var drawing = EditorScreen(), screen = EmulatedScreen(columns: 10, rows: 6)
        func layout(_ text: String) -> EditorLayout { EditorLayout(prompt: "> ", EditedText(text), columns: 10) }
        screen.write(drawing.draw(layout("12345678"), height: 6))
        screen.write(drawing.finish(layout("12345678")))
        #expect((screen.row, screen.column) == (1, 0))
        screen.write(drawing.draw(layout("x"), height: 6))
        screen.write(drawing.finish(layout("x"), mark: "^C"))
        #expect(screen.lines == ["> 12345678", "> x^C"])
        #expect((screen.row, screen.column) == (2, 0))
    }
}
