/// The curve of a training run: losses against steps, drawn with braille dots or in ASCII.
///
/// Losses that are not finite are left out and counted in the legend.
public struct LossChart: Sendable {
    public var train: [LossPoint]
    /// Running mean of `train`: then that is drawn as points and this as the line.
    public var smoothed: [LossPoint]
    public var validation: [LossPoint]
    /// What the legend calls the mean, where that is another number than the end of the line: the one that a status
    /// line shows.
    public var mean: Double?
    /// Rows of the drawing, without legend and axis.
    public var numRows: Int
    /// Steps on a logarithmic axis; step 0 is drawn at 1.
    public var hasLogSteps: Bool

    public init(
        train: [LossPoint], smoothed: [LossPoint] = [], validation: [LossPoint] = [], numRows: Int = 12,
        hasLogSteps: Bool = false
    ) {
        self.train = train
        self.smoothed = smoothed
        self.validation = validation
        self.numRows = numRows
        self.hasLogSteps = hasLogSteps
    }

    /// The chart, its lines joined by newlines, none wider than `width`. Below 24 columns there is room for the legend
    /// only.
    public func render(width: Int, appearance: Appearance) -> String {
        guard width > 0 else { return "" }
        guard let frame = ChartFrame(self, width: min(width, 1000), isUnicode: appearance.isUnicode) else {
            let text = numNotFinite == 0 ? "no losses yet" : "no finite losses yet (\(numNotFinite) not finite)"
            return appearance.paint(TextLayout.truncated(text, to: width, ellipsis: appearance.ellipsis), .dim)
        }
        guard width >= 24 else { return legend(width: width, appearance: appearance) }
        var canvas = DotCanvas(columns: frame.columns, rows: frame.rows, isUnicode: appearance.isUnicode)
        draw(train, hasLine ? .points : .line, on: &canvas, frame)
        if hasLine { draw(smoothed, .line, on: &canvas, frame) }
        draw(validation, .validation, on: &canvas, frame)
        let indent = TextLayout.spaces(frame.gutter + 1)
        let top = indent + legend(width: width - frame.gutter - 1, appearance: appearance)
        return ([top] + frame.lines(canvas, appearance)).map(TextLayout.trimmedEnd).joined(separator: "\n")
    }

    private var hasLine: Bool { smoothed.contains(where: \.isDrawable) }

    private var numNotFinite: Int {
        (train + smoothed + validation).count { !$0.isDrawable }
    }

    private func draw(_ losses: [LossPoint], _ layer: DotCanvas.Layer, on canvas: inout DotCanvas, _ frame: ChartFrame)
    {
        let all = Curve(losses, isLogarithmic: hasLogSteps)
        let curve = all.downsampled(columns: canvas.width) { frame.x($0, in: canvas) }
        let dots = curve.points.map { (x: frame.x($0.x, in: canvas), y: frame.y($0.y, in: canvas)) }
        switch layer {
        case .points:
            for dot in dots { canvas.plot(dot.x, dot.y, layer) }
        case .line:
            for (start, end) in zip(dots, dots.dropFirst()) { canvas.line(from: start, to: end, layer) }
            if dots.count == 1 { canvas.mark(dots[0].x, dots[0].y, layer) }
        case .validation:
            for dot in dots { canvas.mark(dot.x, dot.y, layer) }
        }
    }

    private func legend(width: Int, appearance: Appearance) -> String {
        var fields: [StatusField] = []
        func add(
            _ name: String, _ losses: [LossPoint], _ layer: DotCanvas.Layer, unicode: String, rank: Int,
            shown: Double? = nil
        ) {
            guard let last = losses.filter(\.isDrawable).max(by: { $0.step < $1.step }) else { return }
            let key = appearance.isUnicode ? unicode : String(DotCanvas.asciiMark(layer))
            let text = "\(key) \(name) \(Human.loss(shown ?? last.loss))"
            fields.append(StatusField(rank: rank, text: text, style: ChartFrame.style(of: layer)))
        }
        add("train", train, hasLine ? .points : .line, unicode: hasLine ? "⠢" : "⠒⠢", rank: 1)
        add("mean", smoothed, .line, unicode: "⠒⠢", rank: 2, shown: mean)
        add("validation", validation, .validation, unicode: "◆", rank: 0)
        if numNotFinite > 0 {
            fields.append(StatusField(rank: 3, text: "\(numNotFinite) not finite", style: .warning))
        }
        return StatusField.line(fields, width: width, appearance: appearance)
    }
}
