/// The axes of a chart: where a value falls on the canvas, and the lines around the drawing.
struct ChartFrame {
    let columns: Int
    let rows: Int
    /// Columns left of the vertical axis.
    let gutter: Int
    private let xRange: ClosedRange<Double>
    private let yRange: ClosedRange<Double>
    private let xTicks: Ticks
    private let yTicks: Ticks

    /// nil where there is nothing finite to draw.
    init?(_ chart: LossChart, width: Int, isUnicode: Bool) {
        let points = [chart.train, chart.smoothed, chart.validation].flatMap {
            Curve($0, isLogarithmic: chart.hasLogSteps).points
        }
        guard !points.isEmpty else { return nil }
        rows = max(3, min(chart.numRows, 200))
        yRange = Self.range(points.map(\.y), leastSpan: 1e-6)
        yTicks = Ticks.linear(yRange, count: max(2, rows / 3))
        gutter = max(4, yTicks.labels.map(\.count).max() ?? 0)
        columns = max(1, width - gutter - 1)
        xRange = Self.range(points.map(\.x), leastSpan: 1e-9)
        let numTicks = max(2, columns / 12)
        xTicks = chart.hasLogSteps ? .logarithmic(xRange, count: numTicks) : Self.steps(xRange, count: numTicks)
    }

    func x(_ value: Double, in canvas: DotCanvas) -> Int {
        Self.position(value, in: xRange, size: canvas.width)
    }

    func y(_ value: Double, in canvas: DotCanvas) -> Int {
        canvas.height - 1 - Self.position(value, in: yRange, size: canvas.height)
    }

    static func style(of layer: DotCanvas.Layer) -> Style {
        switch layer {
        case .points: Style(Style.training.foreground, isDim: true)
        case .line: .training
        case .validation: .validation
        }
    }

    /// The drawing with its axes, and the line of step labels under it.
    func lines(_ canvas: DotCanvas, _ appearance: Appearance) -> [String] {
        let tickRows = Dictionary(zip(yTicks.values, yTicks.labels).map { (canvas.row(ofDot: y($0, in: canvas)), $1) })
        { $1 }
        let (axis, tick) = appearance.isUnicode ? ("│", "┤") : ("|", "+")
        var lines = (0 ..< rows).map { row in
            let left = TextLayout.padded(tickRows[row] ?? "", to: gutter, .right) + (tickRows[row] == nil ? axis : tick)
            return appearance.paint(left, .dim)
                + canvas.runs(row: row).map { run in
                    run.layer.map { appearance.paint(run.text, Self.style(of: $0)) } ?? run.text
                }.joined()
        }
        let tickColumns = xTicks.values.map { canvas.column(ofDot: x($0, in: canvas)) }
        let (corner, mark) = appearance.isUnicode ? ("└", "┬") : ("+", "+")
        let bottom = (0 ..< columns).map { tickColumns.contains($0) ? mark : appearance.rule }.joined()
        lines.append(appearance.paint(TextLayout.spaces(gutter) + corner + bottom, .dim))
        let title = TextLayout.padded("step", to: gutter, .right) + " "
        lines.append(appearance.paint(title + labelLine(tickColumns), .dim))
        return lines
    }

    /// Each label centred under its tick, moved in at the edges, left out where it would touch the one before.
    private func labelLine(_ tickColumns: [Int]) -> String {
        var line = ""
        for (column, label) in zip(tickColumns, xTicks.labels) {
            let start = min(max(0, column - label.count / 2), columns - label.count)
            guard start >= (line.isEmpty ? 0 : line.count + 1) else { continue }
            line += TextLayout.spaces(start - line.count) + label
        }
        return line
    }

    /// Steps are whole and not negative: no tick between two of them, or before the first.
    private static func steps(_ range: ClosedRange<Double>, count: Int) -> Ticks {
        let ticks = Ticks.linear(range, count: count)
        let kept = zip(ticks.values, ticks.labels).filter { value, _ in value >= 0 && value == value.rounded() }
        let hasSuffix = range.upperBound >= 10_000
        return Ticks(values: kept.map(\.0), labels: kept.map { hasSuffix ? $1 : Human.fixed($0, decimals: 0) })
    }

    /// From the least to the greatest, opened where they are one value or nearly.
    private static func range(_ values: [Double], leastSpan: Double) -> ClosedRange<Double> {
        let low = values.min()!, high = values.max()!
        let size = max(abs(low), abs(high))
        guard high - low <= size * leastSpan else { return low ... high }
        let margin = size == 0 ? 1 : size * 0.05
        return low - margin ... high + margin
    }

    private static func position(_ value: Double, in range: ClosedRange<Double>, size: Int) -> Int {
        let fraction = (value - range.lowerBound) / (range.upperBound - range.lowerBound)
        return Int((Bar.clamped(fraction) * Double(size - 1)).rounded())
    }
}
