import Foundation

/// A parsed template: the Jinja of chat templates, as Python's jinja2 renders it with the options that transformers
/// sets (an immutable sandbox, `trim_blocks`, `lstrip_blocks`, loop controls, `{% generation %}`, its own `tojson`,
/// `raise_exception` and `strftime_now`).
///
/// `include`, `import`, `extends`, `block` and `autoescape` are refused: a chat template stands alone and writes text.
/// Integers have 64 bits.
public struct Template: Sendable {
    /// The name that errors give the template.
    public let name: String
    private let source: [UInt8]
    private let statements: [Statement]
    private let scopes: Scopes
    private let limits: TemplateLimits

    /// Parses a template.
    ///
    /// - Parameters:
    ///   - source: the text of the template.
    ///   - name: the name that errors give it, such as its file's.
    ///   - limits: what one rendering may use.
    /// - Throws: `TemplateError` with the line and column, if the source is not valid.
    public init(_ source: String, name: String = "the template", limits: TemplateLimits = TemplateLimits()) throws {
        let bytes = Lexer.normalized(source)
        (self.source, self.name, self.limits) = (bytes, name, limits)
        do {
            guard bytes.count <= limits.source else { throw Failure.limit("a source above \(limits.source) bytes") }
            (statements, scopes) = try DeepStack.run {
                var parser = Parser(try Lexer.tokens(bytes), limits: limits)
                let statements = try parser.parse()
                return (statements, try ScopeResolver.resolve(statements))
            }
        } catch let failure as Failure {
            throw failure.located(in: name, source: bytes, otherwise: nil)
        }
    }

    /// The result of rendering a template.
    public struct Rendering: Sendable, Hashable {
        /// The text that the template wrote.
        public let text: String
        /// The ranges of UTF-8 bytes of `text` between `{% generation %}` and its end: what the assistant said.
        public let generated: [Range<Int>]
        /// The ranges of UTF-8 bytes of `text` that spell a control token in a string that was given to the template. A
        /// tokenizer should read them as plain characters, or anyone who writes into a conversation could end a message
        /// and begin another.
        public let foreign: [Range<Int>]

        /// The first bytes of it.
        func prefix(_ count: Int) -> Rendering {
            func clipped(_ ranges: [Range<Int>]) -> [Range<Int>] {
                ranges.map { $0.clamped(to: 0 ..< count) }.filter { !$0.isEmpty }
            }
            return Rendering(
                text: String(decoding: text.utf8.prefix(count), as: UTF8.self), generated: clipped(generated),
                foreign: clipped(foreign))
        }
    }

    /// Renders the template.
    ///
    /// - Parameters:
    ///   - variables: the variables that the template can name.
    ///   - trusted: further variables, whose control tokens are the template's own; `variables` take precedence over
    ///     them.
    ///   - controlTokens: the tokens that `Rendering.foreign` looks for in the strings of `variables`.
    ///   - date: the date that `strftime_now` shows.
    /// - Throws: `TemplateError` if rendering fails.
    public func render(
        _ variables: [String: TemplateValue], trusted: [String: TemplateValue] = [:], controlTokens: [String] = [],
        date: Date = Date()
    ) throws -> Rendering {
        let meter = Meter(limits, input: variables.values.reduce(0) { $0 + $1.size })
        return try render(variables, trusted: trusted, controlTokens: controlTokens, date: date, meter: meter)
    }

    /// - Parameter meter: outlives this call only if a value of the rendering does.
    package func render(
        _ variables: [String: TemplateValue], trusted: [String: TemplateValue], controlTokens: [String], date: Date,
        meter: Meter
    ) throws -> Rendering {
        try DeepStack.run {
            var interpreter: Interpreter?
            do {
                let search = ControlTokens(controlTokens)
                let given = try trusted.mapValues { try Value($0, ControlTokens([])) }.merging(
                    try variables.mapValues { try Value($0, search) }
                ) { $1 }
                let running = Interpreter(scopes, given: given, meter: meter, now: date.timeIntervalSince1970)
                interpreter = running
                let (text, generated) = try running.render(statements)
                return Rendering(text: text.string, generated: generated, foreign: text.foreign)
            } catch let failure as Failure {
                throw failure.located(in: name, source: source, otherwise: interpreter?.position)
            }
        }
    }
}
