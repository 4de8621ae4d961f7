import OrreryTerminal

/// A line editor with somebody at the keyboard, and the screen that the drawing makes, without a terminal.
struct TypedKeys {
    var editor: LineEditor
    var screen: EmulatedScreen
    private(set) var actions: [LineEditor.Action] = []
    private var parser = KeyParser()
    private var drawing = EditorScreen()
    private let prompt: String

    init(history: [String] = [], completions: [String] = [], columns: Int = 20, rows: Int = 8, prompt: String = "> ") {
        editor = LineEditor(history: InputHistory(history), completions: completions)
        screen = EmulatedScreen(columns: columns, rows: rows)
        self.prompt = prompt
    }

    /// Types: `<left>` and the like stand for sequences, everything else for itself.
    mutating func type(_ text: String) {
        send(Array(Self.sequences.reduce(text) { $0.replacing($1.key, with: $1.value) }.utf8))
    }

    mutating func send(_ bytes: [UInt8]) {
        for key in parser.push(bytes) {
            if let action = editor.handle(key) { actions.append(action) }
        }
        screen.write(drawing.draw(layout, height: screen.rows))
    }

    var layout: EditorLayout { EditorLayout(prompt: prompt, editor.edited, columns: screen.columns) }

    /// The text with a bar for the cursor.
    var state: String { editor.edited.before + "|" + editor.edited.after }

    static let sequences = [
        "<left>": "\u{1B}[D", "<right>": "\u{1B}[C", "<up>": "\u{1B}[A", "<down>": "\u{1B}OB", "<home>": "\u{1B}[H",
        "<end>": "\u{1B}[4~",
        "<delete>": "\u{1B}[3~", "<back>": "\u{7F}", "<word-left>": "\u{1B}[1;5D", "<word-right>": "\u{1B}f",
        "<enter>": "\r", "<alt-enter>": "\u{1B}\r",
        "<tab>": "\t", "<paste>": "\u{1B}[200~", "</paste>": "\u{1B}[201~", "<alt-back>": "\u{1B}\u{7F}",
        "<alt-d>": "\u{1B}d",
        "<^a>": "\u{01}", "<^c>": "\u{03}", "<^d>": "\u{04}", "<^e>": "\u{05}", "<^g>": "\u{07}", "<^k>": "\u{0B}",
        "<^l>": "\u{0C}",
        "<^r>": "\u{12}", "<^t>": "\u{14}", "<^u>": "\u{15}", "<^w>": "\u{17}", "<^y>": "\u{19}", "<^z>": "\u{1A}",
    ]
}

/// As much of a terminal as the editor's drawing uses: wrapping that waits in the last column, wide characters in two
/// cells, scrolling.
struct EmulatedScreen {
    let columns: Int, rows: Int
    private var cells: [[String]]
    private(set) var row = 0, column = 0
    /// The last column is filled, and the next character goes to the next row.
    private var isWaiting = false

    init(columns: Int, rows: Int) {
        (self.columns, self.rows) = (columns, rows)
        cells = Array(repeating: Array(repeating: " ", count: columns), count: rows)
    }

    var lines: [String] {
        var lines = cells.map { $0.joined().replacing(/[ ]+$/, with: "") }
        while lines.last == "" { lines.removeLast() }
        return lines
    }

    mutating func write(_ text: String) {
        var rest = text[...]
        while let character = rest.popFirst() {
            switch character {
            case "\r\n":
                (column, isWaiting) = (0, false)
                newline()
            case "\n":
                (column, isWaiting) = (0, false)
                newline()
            case "\r": (column, isWaiting) = (0, false)
            case "\u{07}": break
            case "\u{1B}": sequence(&rest)
            default: put(character)
            }
        }
    }

    private mutating func sequence(_ rest: inout Substring) {
        precondition(rest.popFirst() == "[")
        let number = Int(rest.prefix { $0.isNumber }) ?? 1
        rest = rest.drop { $0.isNumber }
        switch rest.popFirst() {
        case "A": row = max(0, row - number)
        case "C": column = min(columns - 1, column + number)
        case "K": erase(from: column)
        case "J":
            erase(from: column)
            for below in row + 1 ..< max(row + 1, rows) { cells[below] = Array(repeating: " ", count: columns) }
        case let other: preconditionFailure("the editor wrote ESC [ \(number) \(other.map(String.init) ?? "")")
        }
        isWaiting = false
    }

    private mutating func erase(from column: Int) { for index in column ..< columns { cells[row][index] = " " } }

    private mutating func put(_ character: Character) {
        let width = character.displayWidth
        precondition(width > 0, "the editor wrote \(character.unicodeScalars)")
        if isWaiting || column + width > columns {
            (column, isWaiting) = (0, false)
            newline()
        }
        cells[row][column] = String(character)
        if width == 2 { cells[row][column + 1] = "" }
        isWaiting = column + width == columns
        column = min(columns - 1, column + width)
    }

    private mutating func newline() {
        row += 1
        guard row == rows else { return }
        row = rows - 1
        cells.removeFirst()
        cells.append(Array(repeating: " ", count: columns))
    }
}
