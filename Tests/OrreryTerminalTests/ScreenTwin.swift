import OrreryTerminal
import Testing

/// A terminal as far as these tests need one: what stands where, and in which style.
struct ScreenTwin {
    struct Cell: Equatable {
        var character: Character
        var style: String
    }

    private(set) var lines: [[Cell]] = [[]]
    private var column = 0, style = ""
    private let width: Int

    init(_ output: String, width: Int) {
        self.width = width
        // By scalars: an accent may come behind a sequence, whose last letter it does not belong to.
        var rest = output.unicodeScalars[...]
        while let scalar = rest.popFirst() {
            if scalar == "\u{1B}" { sequence(&rest) } else { put(Character(scalar)) }
        }
    }

    var text: [String] { lines.map { String($0.map(\.character)) } }

    private mutating func sequence(_ rest: inout Substring.UnicodeScalarView) {
        let parameters = String(rest.prefix { !$0.properties.isAlphabetic })
        rest = rest.dropFirst(parameters.unicodeScalars.count)
        switch rest.popFirst() {
        case "D": column -= Int(parameters.dropFirst())!
        case "K": lines[lines.count - 1] = Array(lines.last!.prefix(column))
        case "m": style = parameters == "[0" ? "" : String(parameters.dropFirst())
        default: Issue.record("\(parameters)")
        }
    }

    private mutating func put(_ character: Character) {
        if character.isNewline {
            lines.append([])
            column = 0
            return
        }
        let columns = character.displayWidth
        if column + columns > width {
            lines.append([])
            column = 0
        }
        // A mark that comes after its base stands on it.
        if columns == 0, !lines[lines.count - 1].isEmpty {
            let last = lines[lines.count - 1].removeLast()
            lines[lines.count - 1].append(
                Cell(character: Character("\(last.character)\(character)"), style: last.style))
            return
        }
        lines[lines.count - 1] = Array(lines.last!.prefix(column)) + [Cell(character: character, style: style)]
        column = lines.last!.count
    }
}
