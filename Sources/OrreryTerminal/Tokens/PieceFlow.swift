/// Pieces set one after the other and broken into lines.
struct PieceFlow {
    /// A part of one piece on one line.
    struct Run: Equatable {
        var piece: Int
        var text: String
        /// Whether the piece begins here, and not on the line before.
        var isStart: Bool
    }

    private(set) var lines: [[Run]] = [[]]
    private var used = 0

    /// - Parameters:
    ///   - separator: columns between two pieces on one line.
    ///   - endsLine: whether a new line follows the piece.
    init(_ texts: [String], width: Int, separator: Int, endsLine: (Int) -> Bool) {
        for (index, text) in texts.enumerated() {
            let columns = TextLayout.width(of: text)
            var gap = lines[lines.count - 1].isEmpty ? 0 : separator
            // A piece that fits on a line of its own is not split.
            if used > 0, used + gap + columns > width {
                breakLine()
                gap = 0
            }
            used += gap
            place(text, index, width)
            if endsLine(index), index + 1 < texts.count { breakLine() }
        }
    }

    private mutating func place(_ text: String, _ index: Int, _ width: Int) {
        var run = Run(piece: index, text: "", isStart: true)
        for character in text {
            let columns = character.displayWidth
            if used > 0, used + columns > width {
                if !run.text.isEmpty { lines[lines.count - 1].append(run) }
                run = Run(piece: index, text: "", isStart: run.isStart && run.text.isEmpty)
                breakLine()
            }
            run.text.append(character)
            used += columns
        }
        lines[lines.count - 1].append(run)
    }

    private mutating func breakLine() {
        lines.append([])
        used = 0
    }
}
