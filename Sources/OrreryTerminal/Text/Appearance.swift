/// What a stream can show: how many colours, and whether more than ASCII. Every renderer takes one, so that its output
/// is a function of its arguments.
public struct Appearance: Hashable, Sendable {
    public var colors: ColorDepth
    /// Whether block, box and braille characters may be written; else everything drawn is ASCII.
    public var isUnicode: Bool

    public init(colors: ColorDepth, isUnicode: Bool) {
        self.colors = colors
        self.isUnicode = isUnicode
    }

    /// Unicode without colour: a UTF-8 file, or a terminal under NO_COLOR.
    public static let plain = Appearance(colors: .none, isUnicode: true)
    /// ASCII without colour.
    public static let ascii = Appearance(colors: .none, isUnicode: false)
    /// Unicode in 24-bit colour.
    public static let rich = Appearance(colors: .trueColor, isUnicode: true)

    /// The text in the style, as far as this stream shows it.
    public func paint(_ text: String, _ style: Style) -> String {
        style.applied(to: text, depth: colors)
    }

    var ellipsis: String { isUnicode ? "…" : "~" }
    var rule: String { isUnicode ? "─" : "-" }
}
