/// One entry of a status line: dropped before those that are more important than it.
struct StatusField {
    /// 0 is the most important.
    var rank: Int
    var text: String
    var style = Style.plain

    static let gap = "  "

    /// The fields that fit, in the order given: taken by rank until the first that does not fit.
    static func fitting(_ fields: [StatusField], width: Int) -> [StatusField] {
        var room = width + gap.count
        var lastRank = -1
        for field in fields.sorted(by: { $0.rank < $1.rank }) {
            room -= TextLayout.width(of: field.text) + gap.count
            if room < 0 { break }
            lastRank = field.rank
        }
        return fields.filter { $0.rank <= lastRank }
    }

    /// The fields on one line of at most `width` columns, the most important cut where even that is too long.
    static func line(_ fields: [StatusField], width: Int, appearance: Appearance) -> String {
        let kept = fitting(fields, width: width)
        guard kept.isEmpty, let first = fields.min(by: { $0.rank < $1.rank }) else {
            return kept.map { appearance.paint($0.text, $0.style) }.joined(separator: gap)
        }
        // What aligns it with other lines is not worth a digit.
        let text = String(first.text.drop { $0 == " " })
        return appearance.paint(TextLayout.truncated(text, to: width, ellipsis: appearance.ellipsis), first.style)
    }
}
