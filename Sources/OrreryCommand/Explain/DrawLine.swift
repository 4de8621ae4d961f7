import OrreryGeneration
import OrreryTerminal

/// The kept candidates end to end from 0 to 1, and where the random number fell.
struct DrawLine {
    private let choice: SampleExplanation
    private let width: Int
    private let appearance: Appearance
    private let label: (SampleExplanation.Candidate) -> String

    init(
        _ choice: SampleExplanation, width: Int, appearance: Appearance,
        label: @escaping (SampleExplanation.Candidate) -> String
    ) {
        (self.choice, self.width, self.appearance, self.label) = (choice, width, appearance, label)
    }

    /// Two lines: the pieces, each over its share of the columns, and the number under its place.
    func render() -> String {
        guard let draw = choice.draw, width >= 12 else { return "" }
        let columns = width - 4
        func column(_ x: Double) -> Int { max(0, min(columns, Int((x * Double(columns)).rounded()))) }
        var segments: [(text: String, style: Style)] = []
        var end = 0
        for candidate in choice.candidates {
            guard let interval = candidate.interval else { break }
            let next = column(interval.upperBound)
            guard next > end else { continue }
            let isChosen = candidate.token == choice.chosen.token
            segments.append(
                (
                    segment(label(candidate), next - end),
                    isChosen ? .chosen : segments.count % 2 == 0 ? .training : .validation
                ))
            end = next
        }
        // Pieces too narrow for a column, or not listed.
        if end < columns {
            segments.append((String(repeating: appearance.isUnicode ? "·" : ".", count: columns - end), .dim))
        }
        let line = "0 " + segments.map { appearance.paint($0.text, $0.style) }.joined() + " 1"
        let place = min(columns - 1, Int(draw * Double(columns)))
        let number = Human.fixed(draw, decimals: 4), mark = appearance.isUnicode ? "▲" : "^"
        let isRight = 2 + place + 2 + number.count <= width
        let under =
            isRight
            ? String(repeating: " ", count: 2 + place) + mark + " " + number
            : String(repeating: " ", count: 2 + place - number.count - 1) + number + " " + mark
        return line + "\n" + appearance.paint(under, .chosen)
    }

    /// `|the----`: a border, the name where it has room, and a line to the end.
    private func segment(_ name: String, _ columns: Int) -> String {
        let (border, fill) = appearance.isUnicode ? ("│", "─") : ("|", "-")
        let shown = TextLayout.width(of: name) <= columns - 2 ? name : ""
        return border + shown + String(repeating: fill, count: columns - 1 - TextLayout.width(of: shown))
    }
}
