/// Tokens to statements; the grammar and precedence are jinja2's.
struct Parser {
    private let tokens: [Token]
    private(set) var index = 0
    let limits: TemplateLimits
    /// Mentions of names so far, and scopes.
    private var occurrences = 0
    private var frames = 0
    private var depth = 0

    init(_ tokens: [Token], limits: TemplateLimits) { (self.tokens, self.limits) = (tokens, limits) }

    /// A whole template.
    mutating func parse() throws -> [Statement] {
        let (body, end) = try parseBody(until: [])
        precondition(end == nil)
        return body
    }

    // MARK: Tokens

    var current: Token { tokens[index] }
    var next: Token { tokens[min(index + 1, tokens.count - 1)] }
    var at: Int { current.at }

    mutating func advance() { if index < tokens.count - 1 { index += 1 } }

    func isSymbol(_ symbol: Token.Symbol) -> Bool { current.kind == .symbol(symbol) }
    func isName(_ name: String) -> Bool { current.kind == .name(name) }

    mutating func skip(_ symbol: Token.Symbol) -> Bool {
        defer { if isSymbol(symbol) { advance() } }
        return isSymbol(symbol)
    }

    mutating func skip(_ name: String) -> Bool {
        defer { if isName(name) { advance() } }
        return isName(name)
    }

    mutating func expect(_ symbol: Token.Symbol) throws {
        guard skip(symbol) else { throw failure("expected '\(symbol.rawValue)', found \(current.description)") }
    }

    mutating func expect(_ name: String) throws {
        guard skip(name) else { throw failure("expected '\(name)', found \(current.description)") }
    }

    mutating func expectName() throws -> String {
        guard case .name(let name) = current.kind else {
            throw failure("expected a name, found \(current.description)")
        }
        advance()
        return name
    }

    mutating func expectBlockEnd() throws {
        guard current.kind == .blockEnd else { throw failure("expected '%}', found \(current.description)") }
        advance()
    }

    func failure(_ message: String) -> Failure { .syntax(message, at: at) }

    // MARK: Numbering and nesting

    mutating func newOccurrence() -> Int {
        defer { occurrences += 1 }
        return occurrences
    }

    mutating func newFrame() -> Int {
        defer { frames += 1 }
        return frames
    }

    /// Parses one level deeper.
    mutating func nested<R>(_ body: (inout Parser) throws -> R) throws -> R {
        depth += 1
        defer { depth -= 1 }
        if depth > limits.nesting { throw tooDeep }
        return try body(&self)
    }

    /// A chain such as `a.b.c` or `a + b + c` is a tree as deep as it is long.
    func checkChain(_ length: Int) throws { if depth + length > limits.nesting * 2 { throw tooDeep } }

    private var tooDeep: Failure {
        Failure(
            kind: .limit, message: "expressions or blocks more than \(limits.nesting) deep inside one another",
            position: at)
    }

    // MARK: Bodies

    /// Statements up to a tag with one of the names, whose name is consumed and returned; nil at the end of the
    /// template.
    mutating func parseBody(until ends: [String]) throws -> ([Statement], end: String?) {
        try nested { parser in
            var body: [Statement] = []
            while true {
                switch parser.current.kind {
                case .end:
                    if ends.isEmpty { return (body, nil) }
                    throw parser.failure("expected \(Parser.tags(ends)), found the end of the template")
                case .data(let text):
                    body.append(.text(Text(text)))
                    parser.advance()
                case .variableBegin:
                    parser.advance()
                    let at = parser.at
                    body.append(.output(try parser.parseTuple(), at: at))
                    guard parser.current.kind == .variableEnd else {
                        throw parser.failure("expected '}}', found \(parser.current.description)")
                    }
                    parser.advance()
                case .blockBegin:
                    parser.advance()
                    if case .name(let name) = parser.current.kind, ends.contains(name) {
                        parser.advance()
                        return (body, name)
                    }
                    body += try parser.parseStatement(expecting: ends)
                    try parser.expectBlockEnd()
                default: throw parser.failure("unexpected \(parser.current.description)")
                }
            }
        }
    }

    /// The end of the tag at hand, and statements up to a tag with one of the names.
    mutating func parseBlock(until ends: String...) throws -> ([Statement], end: String?) {
        _ = skip(.colon)
        try expectBlockEnd()
        return try parseBody(until: ends)
    }

    static func tags(_ names: [String]) -> String { names.map { "'{% \($0) %}'" }.joined(separator: " or ") }
}
