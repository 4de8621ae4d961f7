extension Parser {
    /// Attributes, subscripts and calls.
    mutating func parsePostfix(_ base: Expression) throws -> Expression {
        var (expression, chain) = (base, 0)
        while true {
            let at = at
            if isSymbol(.dot) || isSymbol(.leftBracket) {
                expression = try parseSubscript(expression)
            } else if isSymbol(.leftParenthesis) {
                expression = .call(expression, try parseArguments(), at: at)
            } else {
                return expression
            }
            chain += 1
            try checkChain(chain)
        }
    }

    /// Filters and tests, and calls of what they give.
    mutating func parseFilters(_ base: Expression) throws -> Expression {
        var (expression, chain) = (base, 0)
        while true {
            let at = at
            if isSymbol(.pipe) {
                advance()
                expression = try parseFilter(expression)
            } else if isName("is") {
                expression = try parseTest(expression)
            } else if isSymbol(.leftParenthesis) {
                expression = .call(expression, try parseArguments(), at: at)
            } else {
                return expression
            }
            chain += 1
            try checkChain(chain)
        }
    }

    /// The name and arguments of one filter.
    mutating func parseFilter(_ operand: Expression?) throws -> Expression {
        let at = at
        let name = try parseDottedName()
        return .filter(operand, name, isSymbol(.leftParenthesis) ? try parseArguments() : Arguments(), at: at)
    }

    private mutating func parseDottedName() throws -> String {
        var name = try expectName()
        while skip(.dot) { name += "." + (try expectName()) }
        return name
    }

    private mutating func parseTest(_ operand: Expression) throws -> Expression {
        let at = at
        advance()
        let isNegated = skip("not")
        let name = try parseDottedName()
        var arguments = Arguments()
        if isSymbol(.leftParenthesis) {
            arguments = try parseArguments()
        } else if startsTestArgument {
            if isName("is") { throw failure("tests cannot be chained with 'is'") }
            arguments.positional = [try nested { parser in try parser.parsePostfix(parser.parsePrimary()) }]
        }
        let test = Expression.test(operand, name, arguments, at: at)
        return isNegated ? .not(test) : test
    }

    /// Whether an argument without parentheses follows: `x is divisibleby 3`.
    private var startsTestArgument: Bool {
        switch current.kind {
        case .name(let name): !["else", "or", "and"].contains(name)
        case .string, .int, .float, .symbol(.leftBracket), .symbol(.leftBrace): true
        default: false
        }
    }

    private mutating func parseSubscript(_ base: Expression) throws -> Expression {
        let at = at
        if skip(.dot) {
            let token = current
            advance()
            switch token.kind {
            case .name(let name): return .attribute(base, name, at: at)
            case .int(let index): return .item(base, .constant(.int(index)), at: at)
            default:
                throw Failure.syntax("expected a name or a number after '.', found \(token.description)", at: token.at)
            }
        }
        try expect(.leftBracket)
        if let slice = try parseSlice(base, start: nil, at: at) { return slice }
        var items: [Expression] = []
        while !isSymbol(.rightBracket) {
            if !items.isEmpty { try expect(.comma) }
            items.append(try parseExpression())
            if items.count == 1, let slice = try parseSlice(base, start: items[0], at: at) { return slice }
        }
        try expect(.rightBracket)
        return .item(base, items.count == 1 ? items[0] : .tuple(items), at: at)
    }

    /// The rest of `[start:stop:step]` behind its start; nil if no colon follows.
    private mutating func parseSlice(_ base: Expression, start: Expression?, at: Int) throws -> Expression? {
        guard skip(.colon) else { return nil }
        func isOpen(_ parser: Parser) -> Bool { !parser.isSymbol(.colon) && !parser.isSymbol(.rightBracket) }
        let stop = isOpen(self) ? try parseExpression() : nil
        var step: Expression?
        if skip(.colon), !isSymbol(.rightBracket) { step = try parseExpression() }
        try expect(.rightBracket)
        return .slice(base, start: start, stop: stop, step: step, at: at)
    }

    mutating func parseArguments() throws -> Arguments {
        let open = at
        try expect(.leftParenthesis)
        var (arguments, isFirst) = (Arguments(), true)
        func check(_ condition: Bool) throws {
            if !condition {
                throw Failure.syntax(
                    "arguments in the wrong order: expected values, then name=value, then *list, then **dictionary",
                    at: open)
            }
        }
        while !isSymbol(.rightParenthesis) {
            if !isFirst {
                try expect(.comma)
                if isSymbol(.rightParenthesis) { break }
            }
            isFirst = false
            if skip(.multiply) {
                try check(arguments.rest == nil && arguments.namedRest == nil)
                arguments.rest = try parseExpression()
            } else if skip(.power) {
                try check(arguments.namedRest == nil)
                arguments.namedRest = try parseExpression()
            } else if case .name(let name) = current.kind, next.kind == .symbol(.assign) {
                try check(arguments.namedRest == nil)
                if arguments.named.contains(where: { $0.name == name }) {
                    throw failure("the argument '\(name)' is given twice")
                }
                advance()
                advance()
                arguments.named.append((name, try parseExpression()))
            } else {
                try check(arguments.rest == nil && arguments.namedRest == nil && arguments.named.isEmpty)
                arguments.positional.append(try parseExpression())
            }
        }
        try expect(.rightParenthesis)
        return arguments
    }
}
