/// Where the characters of an edited text stand on a screen of so many columns, and where the cursor does.
package struct EditorLayout: Equatable {
    package struct Row: Equatable {
        package var text = ""
        package var width = 0
        /// Whether the text continues on the next row only because this one is full.
        package var isWrapped = false
    }

    package private(set) var rows = [Row()]
    package private(set) var cursor = (row: 0, column: 0)
    /// The columns of a row. Below four there is nothing to lay out.
    let columns: Int

    /// - Parameter prompt: stands before the text and takes no line break; its columns are left free before further
    ///   lines.
    package init(prompt: String, _ edited: EditedText, columns: Int, isUnicode: Bool = true) {
        self.columns = max(4, columns)
        let promptWidth = TextLayout.width(of: prompt)
        rows[0] = Row(text: prompt, width: promptWidth)
        let indent = promptWidth <= self.columns / 2 ? promptWidth : 0
        // The cursor stands between whole characters of the text, so that the halves can be laid out one after the
        // other.
        for character in edited.before { add(character, indent: indent, isUnicode: isUnicode) }
        for (index, character) in edited.after.enumerated() {
            if index == 0 {
                makeRoom(for: character, isUnicode: isUnicode)
                placeCursor()
            }
            add(character, indent: indent, isUnicode: isUnicode)
        }
        // The last row is never full: behind its last column a terminal has no place for a cursor.
        makeRoom(for: "\n", isUnicode: isUnicode)
        if edited.after.isEmpty { placeCursor() }
    }

    package static func == (a: Self, b: Self) -> Bool {
        a.rows == b.rows && a.cursor == b.cursor && a.columns == b.columns
    }

    private mutating func placeCursor() { cursor = (rows.count - 1, rows.last!.width) }

    private mutating func add(_ character: Character, indent: Int, isUnicode: Bool) {
        makeRoom(for: character, isUnicode: isUnicode)
        if character == "\n" { return rows.append(Row(text: TextLayout.spaces(indent), width: indent)) }
        let (text, width) = Self.shown(character, isUnicode: isUnicode)
        rows[rows.count - 1].text += text
        rows[rows.count - 1].width += width
    }

    /// Begins a new row where the character has no place on this one; the end of a line takes the column of a cursor.
    private mutating func makeRoom(for character: Character, isUnicode: Bool) {
        let width = character == "\n" ? 1 : Self.shown(character, isUnicode: isUnicode).width
        guard width > 0, rows.last!.width + width > columns else { return }
        rows[rows.count - 1].isWrapped = true
        rows.append(Row())
    }

    /// A character as it can be written without moving the cursor elsewhere: a tab as spaces, a control as ^X, a mark
    /// without a letter on a circle.
    static func shown(_ character: Character, isUnicode: Bool) -> (text: String, width: Int) {
        let first = character.unicodeScalars.first!
        switch first.value {
        case 0x09: return ("    ", 4)
        case 0x00 ..< 0x20: return ("^" + String(Unicode.Scalar(UInt8(first.value + 0x40))), 2)
        case 0x7F: return ("^?", 2)
        case 0x80 ..< 0xA0: return (isUnicode ? "\u{FFFD}" : "?", 1)
        default: break
        }
        let width = character.displayWidth
        if width > 0 { return (String(character), width) }
        let isMark = [.nonspacingMark, .enclosingMark].contains(first.properties.generalCategory)
        return isMark && isUnicode ? ("\u{25CC}" + String(character), 1) : ("", 0)
    }
}
