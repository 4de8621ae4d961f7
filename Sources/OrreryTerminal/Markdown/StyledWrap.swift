/// Styled text that comes character by character, broken between words as `WordWrap` does.
///
/// A word is shown as it comes. Once it does not fit, what is there of it is taken from its line and written on the
/// next one, behind the margin.
struct StyledWrap {
    /// What stands before the lines that a long one is broken into.
    var margin: [StyledRun] = []
    private var column = 0
    private var word: [(Character, Style)] = []
    private var wordWidth = 0

    /// - Parameter room: the columns that may be used.
    mutating func add(_ character: Character, _ style: Style, room: Int, to output: inout StyledOutput) {
        let columns = character == "\t" ? 8 - column % 8 : character.displayWidth
        if character.isWhitespace {
            endWord()
            // A space that has no place ends the line all the same.
            guard column + columns <= room else { return column = room }
            column += columns
            return output.append(character, style)
        }
        // Wide characters are words of their own.
        if columns > 1 { endWord() }
        if column + columns > room { breakLine(columns, room, &output) }
        output.append(character, style)
        column += columns
        if columns > 1 { return }
        word.append((character, style))
        wordWidth += columns
    }

    mutating func add(_ runs: [StyledRun], room: Int, to output: inout StyledOutput) {
        for run in runs { for character in run.text { add(character, run.style, room: room, to: &output) } }
    }

    /// Ends the line; the next one has no margin of its own.
    mutating func newline(to output: inout StyledOutput) {
        output.control("\n")
        column = 0
        margin = []
        endWord()
    }

    private mutating func breakLine(_ columns: Int, _ room: Int, _ output: inout StyledOutput) {
        let width = margin.width, isNarrow = width + 8 > room
        let taken = wordWidth > 0 && wordWidth < column && wordWidth + columns + (isNarrow ? 0 : width) <= room
        output.control(taken ? "\u{1B}[\(wordWidth)D\u{1B}[K\n" : "\n")
        column = 0
        if !isNarrow {
            output.append(margin)
            column = width
        }
        guard taken else { return endWord() }
        for (character, style) in word { output.append(character, style) }
        column += wordWidth
    }

    private mutating func endWord() {
        word = []
        wordWidth = 0
    }
}
