extension Parser {
    /// - Parameter withConditional: whether `a if b else c` may stand here; not after `for ... in`, where `if` filters.
    mutating func parseExpression(withConditional: Bool = true) throws -> Expression {
        try nested { parser in
            withConditional ? try parser.parseConditional() : try parser.parseOr()
        }
    }

    private mutating func parseConditional() throws -> Expression {
        var expression = try parseOr()
        var chain = 0
        while isName("if") {
            let at = at
            advance()
            chain += 1
            try checkChain(chain)
            let test = try parseOr()
            let otherwise = skip("else") ? try nested { try $0.parseConditional() } : nil
            expression = .conditional(test: test, expression, else: otherwise, at: at)
        }
        return expression
    }

    private mutating func parseOr() throws -> Expression {
        var left = try parseAnd()
        var chain = 0
        while skip("or") {
            chain += 1
            try checkChain(chain)
            left = .or(left, try parseAnd())
        }
        return left
    }

    private mutating func parseAnd() throws -> Expression {
        var left = try parseNot()
        var chain = 0
        while skip("and") {
            chain += 1
            try checkChain(chain)
            left = .and(left, try parseNot())
        }
        return left
    }

    private mutating func parseNot() throws -> Expression {
        guard skip("not") else { return try parseCompare() }
        return .not(try nested { try $0.parseNot() })
    }

    private mutating func parseCompare() throws -> Expression {
        let at = at
        let first = try parseSum()
        var rest: [(comparison: Comparison, Expression)] = []
        while let comparison = takeComparison() { rest.append((comparison, try parseSum())) }
        return rest.isEmpty ? first : .compare(first, rest, at: at)
    }

    private mutating func takeComparison() -> Comparison? {
        switch current.kind {
        case .symbol(let symbol):
            guard let comparison = Comparison(rawValue: symbol.rawValue) else { return nil }
            advance()
            return comparison
        case .name("in"):
            advance()
            return .isIn
        case .name("not") where next.kind == .name("in"):
            advance()
            advance()
            return .notIn
        default: return nil
        }
    }

    /// `+` and `-` bind less than `~`, and that less than `*`: jinja2's order.
    private mutating func parseSum() throws -> Expression {
        try parseChain([.add: .add, .subtract: .subtract]) { try $0.parseConcatenation() }
    }

    private mutating func parseConcatenation() throws -> Expression {
        var parts = [try parseProduct()]
        while skip(.tilde) { parts.append(try parseProduct()) }
        return parts.count == 1 ? parts[0] : .concatenation(parts)
    }

    private mutating func parseProduct() throws -> Expression {
        try parseChain([.multiply: .multiply, .divide: .divide, .floorDivide: .floorDivide, .modulo: .modulo]) {
            parser in
            try parser.parseChain([.power: .power]) { try $0.parseUnary() }
        }
    }

    /// Operands joined from the left; `**` too, unlike Python's.
    private mutating func parseChain(
        _ operators: [Token.Symbol: BinaryOperator], _ operand: (inout Parser) throws -> Expression
    ) throws -> Expression {
        var left = try operand(&self)
        var chain = 0
        while case .symbol(let symbol) = current.kind, let op = operators[symbol] {
            let at = at
            advance()
            chain += 1
            try checkChain(chain)
            left = .binary(op, left, try operand(&self), at: at)
        }
        return left
    }

    /// `-a.b|f` is `(-(a.b))|f`, since the operand of a sign takes subscripts and calls but no filters.
    mutating func parseUnary(withFilter: Bool = true) throws -> Expression {
        let at = at
        var expression: Expression
        if skip(.subtract) {
            expression = .unary(.minus, try nested { try $0.parseUnary(withFilter: false) }, at: at)
        } else if skip(.add) {
            expression = .unary(.plus, try nested { try $0.parseUnary(withFilter: false) }, at: at)
        } else {
            expression = try parsePrimary()
        }
        expression = try parsePostfix(expression)
        return withFilter ? try parseFilters(expression) : expression
    }

    mutating func parsePrimary() throws -> Expression {
        let token = current
        switch token.kind {
        case .name(let name):
            advance()
            switch name {
            case "true", "True": return .constant(.bool(true))
            case "false", "False": return .constant(.bool(false))
            case "none", "None": return .constant(.null)
            default: return .name(name, occurrence: newOccurrence())
            }
        case .string(var text):
            advance()
            while case .string(let more) = current.kind {
                text += more
                advance()
            }
            return .constant(.text(Text(text)))
        case .int(let value):
            advance()
            return .constant(.int(value))
        case .float(let value):
            advance()
            return .constant(.float(value))
        case .symbol(.leftParenthesis):
            advance()
            let expression = try parseTuple(isParenthesised: true)
            try expect(.rightParenthesis)
            return expression
        case .symbol(.leftBracket): return try parseList()
        case .symbol(.leftBrace): return try parseDictionary()
        default: throw failure("expected an expression, found \(token.description)")
        }
    }

    /// Expressions with commas between them are a tuple, without brackets too.
    mutating func parseTuple(withConditional: Bool = true, isParenthesised: Bool = false) throws -> Expression {
        var (items, isTuple) = ([Expression](), false)
        while true {
            if !items.isEmpty { try expect(.comma) }
            if isTupleEnd { break }
            items.append(try parseExpression(withConditional: withConditional))
            guard isSymbol(.comma) else { break }
            isTuple = true
        }
        if isTuple { return .tuple(items) }
        if let only = items.first { return only }
        guard isParenthesised else { throw failure("expected an expression, found \(current.description)") }
        return .tuple([])
    }

    var isTupleEnd: Bool { current.kind == .variableEnd || current.kind == .blockEnd || isSymbol(.rightParenthesis) }

    private mutating func parseList() throws -> Expression {
        try expect(.leftBracket)
        var items: [Expression] = []
        while !isSymbol(.rightBracket) {
            if !items.isEmpty { try expect(.comma) }
            if isSymbol(.rightBracket) { break }
            items.append(try parseExpression())
        }
        try expect(.rightBracket)
        return .list(items)
    }

    private mutating func parseDictionary() throws -> Expression {
        try expect(.leftBrace)
        var items: [(key: Expression, value: Expression)] = []
        while !isSymbol(.rightBrace) {
            if !items.isEmpty { try expect(.comma) }
            if isSymbol(.rightBrace) { break }
            let key = try parseExpression()
            try expect(.colon)
            items.append((key, try parseExpression()))
        }
        try expect(.rightBrace)
        return .dictionary(items)
    }
}
