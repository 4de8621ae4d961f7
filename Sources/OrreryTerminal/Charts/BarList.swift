/// Labels with a share and a bar each: the distribution of the next token.
public struct BarList: Sendable {
    public struct Item: Sendable, Equatable {
        public var label: String
        /// Of one. Below zero and not a number draw no bar.
        public var fraction: Double
        public var style: Style

        public init(_ label: String, _ fraction: Double, style: Style = .training) {
            self.label = label
            self.fraction = fraction
            self.style = style
        }
    }

    public enum Scale: Sendable {
        /// The longest bar is the largest fraction.
        case largest
        /// A full bar would be the whole.
        case whole
    }

    public var items: [Item]
    public var scale: Scale
    /// The longest bar, in columns.
    public var maxBarWidth: Int

    public init(_ items: [Item], scale: Scale = .largest, maxBarWidth: Int = 40) {
        self.items = items
        self.scale = scale
        self.maxBarWidth = maxBarWidth
    }

    /// One line per item, joined by newlines, none wider than `width`.
    public func render(width: Int, appearance: Appearance) -> String {
        guard width > 0 else { return "" }
        let labels = items.map { TokenText.label($0.label, isUnicode: appearance.isUnicode) }
        let shares = items.map { Human.percent($0.fraction) }
        let labelWidth = min(labels.map(TextLayout.width(of:)).max() ?? 0, max(8, width / 3))
        let shareWidth = shares.map(\.count).max() ?? 0
        let barWidth = max(0, min(maxBarWidth, width - labelWidth - shareWidth - 4))
        let largest = items.map(\.fraction).filter { $0.isFinite }.max() ?? 0
        let full = scale == .whole ? 1 : max(largest, .leastNormalMagnitude)
        return items.indices.map { index in
            let label = TextLayout.fitted(labels[index], to: labelWidth, ellipsis: appearance.ellipsis)
            let share = TextLayout.padded(shares[index], to: shareWidth, .right)
            let bar = Bar.filled(items[index].fraction / full, width: barWidth, isUnicode: appearance.isUnicode)
            let line = label + "  " + share + "  " + appearance.paint(bar, items[index].style)
            return TextLayout.truncated(TextLayout.trimmedEnd(line), to: width, ellipsis: appearance.ellipsis)
        }.joined(separator: "\n")
    }
}
