/// Colours and weight of a run of text.
public struct Style: Hashable, Sendable {
    public var foreground: Color?
    public var background: Color?
    public var isBold: Bool
    public var isDim: Bool
    public var isItalic: Bool
    public var isUnderlined: Bool

    public init(
        _ foreground: Color? = nil, on background: Color? = nil,
        isBold: Bool = false, isDim: Bool = false, isItalic: Bool = false, isUnderlined: Bool = false
    ) {
        self.foreground = foreground
        self.background = background
        self.isBold = isBold
        self.isDim = isDim
        self.isItalic = isItalic
        self.isUnderlined = isUnderlined
    }

    public static let plain = Style()
    public static let bold = Style(isBold: true)
    public static let dim = Style(isDim: true)

    /// What each curve is drawn in, here and in every status line. Theme colours, so that they read on dark and on
    /// light.
    public static let training = Style(.cyan)
    public static let validation = Style(.magenta)
    public static let warning = Style(.yellow)
    public static let failure = Style(.red, isBold: true)

    /// The text between the escape sequences that this depth has for the style; the bare text where it has none.
    public func applied(to text: String, depth: ColorDepth) -> String {
        guard depth > .none, !text.isEmpty, self != .plain else { return text }
        var parameters: [String] = []
        if isBold { parameters.append("1") }
        if isDim { parameters.append("2") }
        if isItalic { parameters.append("3") }
        if isUnderlined { parameters.append("4") }
        if let foreground { parameters.append(foreground.parameters(isBackground: false, depth: depth)) }
        if let background { parameters.append(background.parameters(isBackground: true, depth: depth)) }
        return "\u{1B}[\(parameters.joined(separator: ";"))m\(text)\u{1B}[0m"
    }
}
