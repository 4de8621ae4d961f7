/// Why a template could not be read or rendered: one line that names the template and the place.
public struct TemplateError: Error, Sendable, Hashable, CustomStringConvertible {
    public enum Kind: Sendable, Hashable {
        /// The template is not the language.
        case syntax
        /// An operation failed while rendering, as it would in Python.
        case runtime
        /// The template itself refused the conversation, with `raise_exception`; `message` is what it said.
        case raised
        /// The template asked for more than `TemplateLimits` allow.
        case limit
    }

    public let kind: Kind
    /// What the template is called: its file, or where it was found.
    public let template: String
    /// From 1; nil where no place can be named.
    public let line: Int?
    /// In characters, from 1.
    public let column: Int?
    public let message: String

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
