/// The error for a template that cannot be parsed or rendered: one line that names the template and the place.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    /// The reason of a failure.
    public enum Kind: Sendable, Hashable {
        /// The source of the template is not valid.
        case syntax
        /// An operation failed while rendering, as it would in Python.
        case runtime
        /// The template itself refused the conversation with `raise_exception`; `message` is what it said.
        case raised
        /// The template asked for more than `TemplateLimits` allows.
        case limit
    }

    /// The reason of the failure.
    public let kind: Kind
    /// The name of the template: its file, or where it was found.
    public let template: String
    /// The line of the source, from 1; nil where the place is unknown.
    public let line: Int?
    /// The column in the line, in characters from 1; nil where the place is unknown.
    public let column: Int?
    /// The message without the place.
    public let message: String

    /// The message with the template's name and the place.
    public var description: String {
        let place = [template] + [line, column].compactMap { $0.map(String.init) }
        let text = message.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: " ")
        return "\(place.joined(separator: ":")): "
            + (kind == .raised ? "the template refuses this conversation: \(text)" : text)
    }
}

/// A failure below the level that knows the template's name. `position` is a byte of the source; nil means wherever the
/// interpreter stands.
struct Failure: Error {
    let kind: TemplateError.Kind
    let message: String
    var position: Int?

    static func syntax(_ message: String, at position: Int) -> Failure {
        Failure(kind: .syntax, message: message, position: position)
    }
    static func runtime(_ message: String) -> Failure { Failure(kind: .runtime, message: message) }
    static func raised(_ message: String) -> Failure { Failure(kind: .raised, message: message) }
    static func limit(_ message: String) -> Failure { Failure(kind: .limit, message: message) }

    /// With the template's name, and the line and column of its place.
    func located(in template: String, source: [UInt8], otherwise position: Int?) -> TemplateError {
        guard let offset = (self.position ?? position).map({ min($0, source.count) }) else {
            return TemplateError(kind: kind, template: template, line: nil, column: nil, message: message)
        }
        let before = source[..<offset]
        let lineStart = before.lastIndex(of: UInt8(ascii: "\n")).map { $0 + 1 } ?? 0
        return TemplateError(
            kind: kind, template: template, line: before.count { $0 == UInt8(ascii: "\n") } + 1,
            column: source[lineStart ..< offset].count { $0 & 0xC0 != 0x80 } + 1, message: message)
    }
}
