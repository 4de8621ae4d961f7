/// How a number becomes a shade: from a dark to a light colour, or from blue through white to red where the range has
/// both signs; without colours a character that fills more of its cell.
struct HeatScale {
    let range: ClosedRange<Double>
    private let appearance: Appearance

    /// - Parameter range: nil takes it from the values: 0 to the greatest, and symmetrical where any is below zero.
    init(_ range: ClosedRange<Double>?, values: some Sequence<Double>, appearance: Appearance) {
        self.appearance = appearance
        let finite = values.filter(\.isFinite)
        let low = finite.min() ?? 0, high = finite.max() ?? 0
        let largest = max(abs(low), abs(high))
        self.range = range ?? (low < 0 ? -largest ... largest : 0 ... (high > 0 ? high : 1))
    }

    /// Whether cells are told apart by their background; the sixteen colours are too few.
    var isColored: Bool { appearance.colors >= .ansi256 }

    /// The value's place in the range, from 0 to 1; nil where it is not a number.
    func fraction(_ value: Double) -> Double? {
        if value.isNaN { return nil }
        // Halved, so that a range of the widest doubles does not overflow.
        let span = range.upperBound / 2 - range.lowerBound / 2
        return span > 0 ? Bar.clamped((value / 2 - range.lowerBound / 2) / span) : 0
    }

    /// A cell without text.
    func cell(_ value: Double, width: Int) -> String {
        guard let fraction = fraction(value) else { return String(repeating: "?", count: width) }
        guard isColored else {
            let shades = appearance.isUnicode ? Array(" ░▒▓█") : Array(" .:-=+*#%@")
            let index = min(shades.count - 1, Int(fraction * Double(shades.count)))
            return String(repeating: shades[index], count: width)
        }
        return appearance.paint(TextLayout.spaces(width), Style(on: color(fraction)))
    }

    /// Text on the value's colour, itself dark or light so that it can be read.
    func style(_ value: Double) -> Style {
        guard isColored, let fraction = fraction(value), case .rgb(let red, let green, let blue) = color(fraction)
        else {
            return .plain
        }
        // Luma of ITU-R BT.601.
        let luma = 0.299 * Double(red) + 0.587 * Double(green) + 0.114 * Double(blue)
        return Style(luma > 128 ? .rgb(0, 0, 0) : .rgb(255, 255, 255), on: color(fraction))
    }

    /// `0 ░▒▓█ 0.93`
    var legend: String {
        let steps = isColored ? 12 : appearance.isUnicode ? 5 : 10
        let low = range.lowerBound, high = range.upperBound
        let cells = (0 ..< steps).map { index in
            let fraction = (Double(index) + 0.5) / Double(steps)
            return cell(low + (high / 2 - low / 2) * 2 * fraction, width: 1)
        }
        return Self.label(low) + " " + cells.joined() + " " + Self.label(high)
    }

    private static func label(_ value: Double) -> String {
        value == value.rounded() && abs(value) < 1e6 ? Human.fixed(value, decimals: 0) : Human.loss(value)
    }

    private func color(_ fraction: Double) -> Color {
        let anchors = range.lowerBound < 0 ? Self.diverging : Self.sequential
        let position = fraction * Double(anchors.count - 1)
        let index = min(anchors.count - 2, Int(position))
        let mix = position - Double(index)
        let channels = zip(anchors[index], anchors[index + 1]).map { UInt8(($0 + ($1 - $0) * mix).rounded()) }
        return .rgb(channels[0], channels[1], channels[2])
    }

    /// Dark to light with even steps of brightness, readable without colour vision: five points of matplotlib's
    /// viridis.
    private static let sequential: [[Double]] = [
        [68, 1, 84], [59, 82, 139], [33, 145, 140], [94, 201, 98], [253, 231, 37],
    ]
    /// The ends and the middle of ColorBrewer's RdBu, reversed.
    private static let diverging: [[Double]] = [[33, 102, 172], [247, 247, 247], [178, 24, 43]]
}
