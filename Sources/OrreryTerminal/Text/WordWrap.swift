/// Text that comes piece by piece, broken at spaces where a terminal would break it in the middle of a word.
///
/// A word is shown as it comes. Once it does not fit, what is there of it is taken from its line and written on the
/// next one. Lines of code between two
/// ``` are left to the terminal, so that they can be copied as they are.
public struct WordWrap {
    private var column = 0
    private var word = "", wordWidth = 0
    /// The beginning of the line, as far as it tells whether it is a fence of code.
    private var lineStart = ""
    private var isCode = false
    private static let fence = "```"

    public init() {}

    /// - Parameter width: the terminal's columns now.
    /// - Returns: what is to be written for the next piece of the text.
    public mutating func add(_ text: String, width: Int) -> String {
        // Behind the last column a terminal's cursor stands on it: it is left free.
        let room = max(2, width - 1)
        var output = ""
        for character in text { add(character, room, to: &output) }
        return output
    }

    private mutating func add(_ character: Character, _ room: Int, to output: inout String) {
        if character.isNewline {
            if lineStart == Self.fence { isCode.toggle() }
            (column, word, wordWidth, lineStart) = (0, "", 0, "")
            return output.append(character)
        }
        if lineStart.count < Self.fence.count { lineStart.append(character) }
        guard !isCode, lineStart != Self.fence else { return output.append(character) }
        let columns = character == "\t" ? 8 - column % 8 : character.displayWidth
        if character.isWhitespace {
            (word, wordWidth) = ("", 0)
            // A space that has no place ends the line all the same.
            guard column + columns <= room else { return column = room }
            column += columns
            return output.append(character)
        }
        // Wide characters are words of their own.
        if columns > 1 { (word, wordWidth) = ("", 0) }
        if column + columns > room {
            if wordWidth > 0, wordWidth < column, wordWidth + columns <= room {
                output += "\u{1B}[\(wordWidth)D\u{1B}[K\n" + word
                column = wordWidth
            } else {
                output += "\n"
                (column, word, wordWidth) = (0, "", 0)
            }
        }
        output.append(character)
        column += columns
        if columns > 1 { return }
        word.append(character)
        wordWidth += columns
    }
}
