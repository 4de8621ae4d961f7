/// Where a training run stands. A field that is nil is not shown.
public struct TrainingStatus: Sendable, Equatable, ProgressContent {
    /// Optimizer steps done.
    public var step: Int
    /// Optimizer steps in the whole run.
    public var totalSteps: Int?
    /// Whether that is a guess, as of a run that keeps to a time.
    public var isTotalEstimated = false
    /// Loss of the last step, in nats per token.
    public var loss: Double?
    /// Running mean of the loss.
    public var smoothedLoss: Double?
    /// Loss of the last evaluation on held-out text.
    public var validationLoss: Double?
    public var learningRate: Double?
    /// L2 norm of the gradient before clipping.
    public var gradientNorm: Double?
    public var tokensPerSecond: Double?
    /// Arithmetic done, as a fraction of what this machine can do; 1 is all of it.
    public var shareOfPeak: Double?
    public var elapsedSeconds: Double?
    public var secondsLeft: Double?
    /// What is being done of the next step, where that takes long.
    public var activity: String?
    /// Lines on a terminal: 1, or 2 with the bar and the times on the first and the figures on the second.
    public var numLines: Int

    public init(
        step: Int, totalSteps: Int? = nil, loss: Double? = nil, smoothedLoss: Double? = nil,
        validationLoss: Double? = nil,
        learningRate: Double? = nil, gradientNorm: Double? = nil, tokensPerSecond: Double? = nil,
        shareOfPeak: Double? = nil,
        elapsedSeconds: Double? = nil, secondsLeft: Double? = nil, numLines: Int = 1
    ) {
        self.step = step
        self.totalSteps = totalSteps
        self.loss = loss
        self.smoothedLoss = smoothedLoss
        self.validationLoss = validationLoss
        self.learningRate = learningRate
        self.gradientNorm = gradientNorm
        self.tokensPerSecond = tokensPerSecond
        self.shareOfPeak = shareOfPeak
        self.elapsedSeconds = elapsedSeconds
        self.secondsLeft = secondsLeft
        self.numLines = numLines
    }

    public func lines(width: Int, appearance: Appearance) -> [String] {
        guard width > 0 else { return Array(repeating: "", count: numLines < 2 ? 1 : 2) }
        if numLines < 2 {
            return [barLine(place + (activity == nil ? figures : next) + times, width: width, appearance: appearance)]
        }
        let second = StatusField.line(figures, width: width, appearance: appearance)
        return [barLine(place + next + times, width: width, appearance: appearance), second]
    }

    public func logLine(width: Int, appearance: Appearance) -> String {
        let place = StatusField(rank: 0, text: "step \(Human.exact(step))" + (total.map { "/" + $0 } ?? ""))
        return StatusField.line(
            [place] + (activity == nil ? figures : next) + times, width: width, appearance: appearance)
    }
}

extension TrainingStatus {
    private static let barRank = 5
    private static let barWidths = 8 ... 32

    private var fraction: Double? {
        totalSteps.flatMap { $0 > 0 ? Double(step) / Double($0) : nil }
    }

    private var total: String? { totalSteps.map { (isTotalEstimated ? "~" : "") + Human.exact($0) } }

    private var place: [StatusField] {
        guard let totalSteps, let total else { return [StatusField(rank: 0, text: Human.exact(step))] }
        return [
            StatusField(
                rank: 0,
                text: TextLayout.padded(Human.exact(step), to: Human.exact(totalSteps).count, .right) + "/" + total)
        ]
    }

    private var next: [StatusField] { activity.map { [StatusField(rank: 1, text: $0)] } ?? [] }

    private var figures: [StatusField] {
        var fields: [StatusField] = []
        func add(_ rank: Int, _ value: Double?, _ style: Style = .plain, text: (Double) -> String) {
            if let value { fields.append(StatusField(rank: rank, text: text(value), style: style)) }
        }
        add(1, loss, .training) { "loss " + Human.loss($0) }
        add(7, smoothedLoss, .training) { "mean " + Human.loss($0) }
        add(3, validationLoss, .validation) { "val " + Human.loss($0) }
        add(9, learningRate) { "lr " + Human.scientific($0) }
        add(10, gradientNorm) { "grad " + Human.loss($0) }
        add(4, tokensPerSecond) { Human.rate($0, "tokens/s") }
        add(6, shareOfPeak) { Human.percent($0, decimals: 0) + " of peak" }
        return fields
    }

    private var times: [StatusField] {
        var fields: [StatusField] = []
        if let elapsedSeconds {
            fields.append(StatusField(rank: 8, text: Human.wholeDuration(seconds: elapsedSeconds), style: .dim))
        }
        if let secondsLeft {
            fields.append(StatusField(rank: 2, text: Human.wholeDuration(seconds: secondsLeft) + " left"))
        }
        return fields
    }

    /// The fields after a bar that takes what they leave, or after its percentage alone.
    private func barLine(_ fields: [StatusField], width: Int, appearance: Appearance) -> String {
        guard let fraction else { return StatusField.line(fields, width: width, appearance: appearance) }
        let percent = TextLayout.padded(Human.percent(Bar.clamped(fraction), decimals: 0), to: 4, .right)
        // A placeholder as wide as the smallest bar takes part in the choice of what fits.
        let smallest = TextLayout.spaces(Self.barWidths.lowerBound) + " " + percent
        let candidates = [StatusField(rank: Self.barRank, text: smallest)] + fields
        var kept = StatusField.fitting(candidates, width: width)
        guard kept.first?.rank == Self.barRank else {
            let number = StatusField(rank: Self.barRank, text: percent)
            return StatusField.line([number] + fields, width: width, appearance: appearance)
        }
        let used = kept.reduce(-StatusField.gap.count) { $0 + TextLayout.width(of: $1.text) + StatusField.gap.count }
        let barWidth = min(Self.barWidths.upperBound, Self.barWidths.lowerBound + width - used)
        kept.removeFirst()
        let bar = Bar.framed(fraction, width: barWidth, style: .training, appearance: appearance) + " " + percent
        return ([bar] + kept.map { appearance.paint($0.text, $0.style) }).joined(separator: StatusField.gap)
    }
}
