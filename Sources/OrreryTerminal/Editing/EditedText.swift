/// A text and a cursor in it, between two characters as a person counts them (grapheme clusters, Unicode Annex 29).
package struct EditedText: Equatable {
    package private(set) var before = ""
    package private(set) var after = ""

    /// The cursor stands at the end.
    package init(_ text: String = "") { before = text }

    package var text: String { before + after }
    var isEmpty: Bool { before.isEmpty && after.isEmpty }

    // MARK: Changing

    mutating func insert(_ text: String) {
        before += text
        joinCluster()
    }

    /// - Returns: what was deleted, here and below.
    @discardableResult
    mutating func deleteLeft() -> String {
        deleteBack(to: before.isEmpty ? before.startIndex : before.index(before: before.endIndex))
    }

    @discardableResult
    mutating func deleteRight() -> String {
        deleteForward(to: after.isEmpty ? after.endIndex : after.index(after: after.startIndex))
    }

    /// As Ctrl-W: up to white space.
    mutating func deleteBlankWordLeft() -> String { deleteBack(to: Self.wordStart(before) { !$0.isWhitespace }) }
    mutating func deleteWordLeft() -> String { deleteBack(to: Self.wordStart(before, Self.isWord)) }
    mutating func deleteWordRight() -> String { deleteForward(to: Self.wordEnd(after)) }

    /// To the start of the line; at its start, the newline before it.
    mutating func deleteToLineStart() -> String {
        let start = lineStart
        return start == before.endIndex ? deleteLeft() : deleteBack(to: start)
    }

    /// To the end of the line; at its end, the newline.
    mutating func deleteToLineEnd() -> String {
        let end = lineEnd
        return end == after.startIndex ? deleteRight() : deleteForward(to: end)
    }

    /// Exchanges the characters around the cursor, at the end of a line the two before it.
    mutating func transpose() {
        if after.isEmpty || after.first == "\n" { left() }
        guard let first = before.last, let second = after.first, first != "\n", second != "\n" else { return right() }
        before.removeLast()
        after.removeFirst()
        before += String(second) + String(first)
        joinCluster()
    }

    private mutating func deleteBack(to index: String.Index) -> String {
        let deleted = String(before[index...])
        before.removeSubrange(index...)
        joinCluster()
        return deleted
    }

    private mutating func deleteForward(to index: String.Index) -> String {
        let deleted = String(after[..<index])
        after.removeSubrange(..<index)
        joinCluster()
        return deleted
    }

    /// A mark after the cursor may have met its letter: then the cursor stands after both.
    private mutating func joinCluster() {
        while let last = before.last, let first = after.first, (String(last) + String(first)).count == 1 {
            after.removeFirst()
            before.append(first)
        }
    }

    // MARK: Moving

    mutating func left() { if let character = before.popLast() { after = String(character) + after } }
    mutating func right() { if !after.isEmpty { before.append(after.removeFirst()) } }
    mutating func wordLeft() { moveBack(to: Self.wordStart(before, Self.isWord)) }
    mutating func wordRight() { moveForward(to: Self.wordEnd(after)) }
    mutating func toLineStart() { moveBack(to: lineStart) }
    mutating func toLineEnd() { moveForward(to: lineEnd) }

    /// To the same column of the line above or below.
    ///
    /// - Returns: false in the first or last line.
    mutating func toLine(above: Bool) -> Bool {
        let column = before[lineStart...].count
        if above {
            guard lineStart > before.startIndex else { return false }
            toLineStart()
            left()
            toLineStart()
        } else {
            guard lineEnd < after.endIndex else { return false }
            toLineEnd()
            right()
        }
        moveForward(to: after.index(after.startIndex, offsetBy: column, limitedBy: lineEnd) ?? lineEnd)
        return true
    }

    private mutating func moveBack(to index: String.Index) {
        after = String(before[index...]) + after
        before.removeSubrange(index...)
    }

    private mutating func moveForward(to index: String.Index) {
        before += after[..<index]
        after.removeSubrange(..<index)
    }

    private var lineStart: String.Index {
        before.lastIndex(of: "\n").map { before.index(after: $0) } ?? before.startIndex
    }
    private var lineEnd: String.Index { after.firstIndex(of: "\n") ?? after.endIndex }

    // MARK: Words

    private static func isWord(_ character: Character) -> Bool {
        character.isLetter || character.isNumber || character == "_"
    }

    /// The start of the word at the end of the text, over what is between words.
    private static func wordStart(_ text: String, _ isPart: (Character) -> Bool) -> String.Index {
        let end = text.lastIndex(where: isPart).map { text.index(after: $0) } ?? text.startIndex
        return text[..<end].lastIndex { !isPart($0) }.map { text.index(after: $0) } ?? text.startIndex
    }

    /// The end of the word at the start of the text, over what is between words.
    private static func wordEnd(_ text: String) -> String.Index {
        let start = text.firstIndex(where: isWord) ?? text.endIndex
        return text[start...].firstIndex { !isWord($0) } ?? text.endIndex
    }
}
