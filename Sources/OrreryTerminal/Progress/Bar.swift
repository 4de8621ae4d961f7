/// A bar of block characters, to an eighth of a column; in ASCII to a whole one.
enum Bar {
    /// The filled part, without what is left of `width`.
    static func filled(_ fraction: Double, width: Int, isUnicode: Bool) -> String {
        let width = max(0, min(width, 10_000))
        let fraction = clamped(fraction)
        guard isUnicode else {
            return String(repeating: "#", count: Int((fraction * Double(width)).rounded()))
        }
        let eighths = Int((fraction * Double(width * 8)).rounded())
        let parts = ["", "▏", "▎", "▍", "▌", "▋", "▊", "▉"]
        return String(repeating: "█", count: eighths / 8) + parts[eighths % 8]
    }

    /// The bar between its ends, exactly `width` columns: `▕███▌   ▏` or `[####  ]`.
    static func framed(_ fraction: Double, width: Int, style: Style, appearance: Appearance) -> String {
        guard width >= 3 else { return TextLayout.spaces(width) }
        let filled = filled(fraction, width: width - 2, isUnicode: appearance.isUnicode)
        let (left, right) = appearance.isUnicode ? ("▕", "▏") : ("[", "]")
        let empty = TextLayout.spaces(width - 2 - TextLayout.width(of: filled))
        return appearance.paint(left, .dim) + appearance.paint(filled, style) + empty + appearance.paint(right, .dim)
    }

    /// Between 0 and 1; not a number counts as 0.
    static func clamped(_ fraction: Double) -> Double {
        fraction > 0 ? min(fraction, 1) : 0
    }
}
