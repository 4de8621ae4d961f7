/// Any other long task: reading, tokenizing, converting.
public struct TaskStatus: Sendable, Equatable, ProgressContent {
    /// What is being done: `Tokenizing book.txt`.
    public var title: String
    public var completed: Double
    public var total: Double?
    /// `bytes` is written as 3.4 GB; any other unit as 45,600 tokens.
    public var unit: String
    /// Units a second; nil is not shown.
    public var rate: Double?
    public var elapsedSeconds: Double?
    /// nil: told from the pace, where the elapsed time and the total are known.
    public var secondsLeft: Double?

    public init(
        _ title: String, completed: Double, total: Double? = nil, unit: String, rate: Double? = nil,
        elapsedSeconds: Double? = nil, secondsLeft: Double? = nil
    ) {
        self.title = title
        self.completed = completed
        self.total = total
        self.unit = unit
        self.rate = rate
        self.elapsedSeconds = elapsedSeconds
        self.secondsLeft = secondsLeft
    }

    public func lines(width: Int, appearance: Appearance) -> [String] {
        let fields = fields(appearance)
        guard let fraction else { return [StatusField.line(fields, width: width, appearance: appearance)] }
        let used = fields.reduce(0) { $0 + TextLayout.width(of: $1.text) + StatusField.gap.count }
        let barWidth = min(32, width - used)
        guard barWidth >= 10 else { return [StatusField.line(fields, width: width, appearance: appearance)] }
        let bar = Bar.framed(fraction, width: barWidth, style: .training, appearance: appearance)
        return [bar + StatusField.gap + StatusField.line(fields, width: width - barWidth - 2, appearance: appearance)]
    }

    public func logLine(width: Int, appearance: Appearance) -> String {
        StatusField.line(fields(appearance), width: width, appearance: appearance)
    }

    private var fraction: Double? {
        total.flatMap { $0 > 0 ? completed / $0 : nil }
    }

    private func fields(_ appearance: Appearance) -> [StatusField] {
        let label = TokenText.label(title, isUnicode: appearance.isUnicode)
        var fields = [StatusField(rank: 0, text: label)]
        // Nothing of nobody knows how much says nothing.
        if completed > 0 || total != nil { fields.append(StatusField(rank: 2, text: amount)) }
        if let fraction { fields.append(StatusField(rank: 1, text: Human.percent(Bar.clamped(fraction), decimals: 0))) }
        if let rate {
            let text = unit == "bytes" ? Human.bytes(rate) + "/s" : Human.rate(rate, unit + "/s")
            fields.append(StatusField(rank: 2, text: text))
        }
        if let elapsedSeconds {
            fields.append(StatusField(rank: 3, text: Human.wholeDuration(seconds: elapsedSeconds), style: .dim))
        }
        if let secondsLeft = secondsLeft ?? estimate {
            fields.append(StatusField(rank: 2, text: Human.wholeDuration(seconds: secondsLeft) + " left"))
        }
        return fields
    }

    /// What is left at the pace so far, once that tells something, at the latest after ten seconds: the first parts of a
    /// work are often not like the others.
    private var estimate: Double? {
        guard let elapsedSeconds, let fraction, fraction > 0, fraction < 1,
            elapsedSeconds >= (fraction >= 0.05 ? 2 : 10)
        else { return nil }
        return elapsedSeconds * (1 - fraction) / fraction
    }

    private var amount: String {
        if unit == "bytes" {
            return Human.bytes(completed) + (total.map { " of " + Human.bytes($0) } ?? "")
        }
        return Self.count(completed) + (total.map { "/" + Self.count($0) } ?? "") + " " + unit
    }

    /// Whole numbers are counted, others measured.
    private static func count(_ value: Double) -> String {
        Int(exactly: value).map { Human.count($0) } ?? Human.count(value)
    }
}
