/// What a person does at the keyboard, whatever bytes the terminal sends for it.
package enum Key: Equatable, Sendable {
    /// Characters to insert: typed, or pasted with their newlines.
    case text(String)
    case enter, newline, tab, escape
    case left, right, up, down
    case wordLeft, wordRight
    case home, end
    case backspace, delete
    case deleteWordLeft, deleteWordRight
    /// Ctrl and a letter, in lower case, as far as it has no other name here.
    case control(Character)
    /// A sequence that means nothing to the editor.
    case unknown
}
