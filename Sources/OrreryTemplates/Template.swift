import Foundation

/// A parsed template: the Jinja of chat templates, as Python's jinja2 renders it with the options that transformers
/// sets (an immutable sandbox, `trim_blocks`, `lstrip_blocks`, loop controls, `{% generation %}`, its own `tojson`,
/// `raise_exception` and `strftime_now`).
///
/// `include`, `import`, `extends`, `block` and `autoescape` are refused: a chat template stands alone and writes text.
/// Integers have 64 bits.
public struct Template: Sendable {
    /// What errors call it.
    public let name: String
    private let source: [UInt8]
    private let statements: [Statement]
    private let scopes: Scopes
    private let limits: TemplateLimits

    /// - Parameter name: what errors call it: the file it comes from.
    /// - Throws: `TemplateError` with the line and column.
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

    /// What a template wrote.
    public struct Rendering: Sendable, Hashable {
        public let text: String
        /// The UTF-8 bytes of `text` that stand between `{% generation %}` and its end: what the assistant said.
        public let generated: [Range<Int>]
        /// The UTF-8 bytes of `text` that spell a control token in a string that was given to the template: a tokenizer
        /// should read them as the characters they are, or whoever writes into a conversation could end a message and
        /// begin another.
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

    /// - Parameters:
    ///   - variables: what the template can name.
    ///   - trusted: further variables, whose control tokens are the template's own; `variables` go before them.
    ///   - controlTokens: what `Rendering.foreign` looks for in the strings of `variables`.
    ///   - date: what `strftime_now` shows.
    /// - Throws: `TemplateError`.
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
