/// What of an edited text is on the screen, and the bytes that bring the screen to the next state.
///
/// Rows that are full are left to the terminal's own wrapping, so that it joins them again in a selection or after a
/// change of its width. Of a text with more rows than the terminal only a window around the cursor is drawn.
package struct EditorScreen {
    package init() {}

    /// The row of the cursor within what is drawn.
    private var cursorRow = 0
    /// The first row of the layout that is drawn.
    private var top = 0

    /// Replaces what is drawn.
    package mutating func draw(_ layout: EditorLayout, height: Int) -> String {
        let height = max(1, height), row = layout.cursor.row
        top = max(0, min(top, row, layout.rows.count - height))
        if row >= top + height { top = row - height + 1 }
        let shown = layout.rows[top ..< min(layout.rows.count, top + height)]
        let output = Self.up(cursorRow) + "\r" + Self.text(shown, columns: layout.columns)
        cursorRow = row - top
        return output + Self.up(shown.count - 1 - cursorRow) + "\r" + Self.right(layout.cursor.column)
    }

    /// Draws all of it and leaves it behind, the cursor on a new line.
    package mutating func finish(_ layout: EditorLayout, mark: String = "") -> String {
        let output = Self.up(cursorRow) + "\r" + Self.text(layout.rows[...], columns: layout.columns) + mark
        self = EditorScreen()
        // A last row after a full one may be there for the cursor only.
        let isForCursor = layout.rows.last!.text.isEmpty && layout.rows.dropLast().last?.isWrapped == true
        return output + (isForCursor && mark.isEmpty ? "\r" : "\n")
    }

    /// What was drawn is gone, or stays: the next drawing begins where the cursor is.
    package mutating func forget() { self = EditorScreen() }

    /// The terminal has another width now, and has laid out its lines anew.
    package mutating func resized(to layout: EditorLayout) { cursorRow = max(0, layout.cursor.row - top) }

    private static func text(_ rows: ArraySlice<EditorLayout.Row>, columns: Int) -> String {
        var output = ""
        for (index, row) in zip(rows.indices, rows) {
            output += row.text
            // In the last column the cursor waits on the last character, and erasing would take that.
            if row.width < columns { output += "\u{1B}[K" }
            let isLast = index == rows.endIndex - 1
            if isLast { return output + (row.width < columns ? "\u{1B}[J" : "") }
            let wrapsByItself = row.isWrapped && row.width == columns && !rows[index + 1].text.isEmpty
            if !wrapsByItself { output += "\r\n" }
        }
        return output
    }

    private static func up(_ count: Int) -> String { count > 0 ? "\u{1B}[\(count)A" : "" }
    private static func right(_ count: Int) -> String { count > 0 ? "\u{1B}[\(count)C" : "" }
}
