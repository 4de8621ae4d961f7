extension Parser {
    /// The statement of a tag, up to the end of its last tag, which stays.
    ///
    /// - Parameter expecting: the tags that could close the block around, for the message about an unknown one.
    mutating func parseStatement(expecting ends: [String]) throws -> [Statement] {
        let at = at
        guard case .name(let name) = current.kind else {
            throw failure("expected the name of a statement, found \(current.description)")
        }
        advance()
        switch name {
        case "if": return [try parseIf(at)]
        case "for": return [try parseFor(at)]
        case "set": return [try parseSet(at)]
        case "with": return [try parseWith(at)]
        case "macro": return [try parseMacro(at)]
        case "call": return [try parseCallBlock(at)]
        case "filter":
            let filter = try parseFilterChain(nil)
            let frame = newFrame()
            return [.filterBlock(filter, body: try parseBlock(until: "endfilter").0, frame: frame, at: at)]
        case "print": return try parsePrint()
        case "generation":
            let frame = newFrame()
            let body = try parseBlock(until: "endgeneration").0
            return [
                .generation(
                    MacroDefinition(
                        name: nil, nameOccurrence: 0, parameters: [], defaults: [], body: body, frame: frame, at: at),
                    at: at)
            ]
        case "break": return [.breakLoop(at: at)]
        case "continue": return [.continueLoop(at: at)]
        case "autoescape":
            if case .constant(.bool(false)) = try parseExpression() {
            } else {
                throw Failure.syntax("autoescape is not supported: chat templates write text, not HTML", at: at)
            }
            let frame = newFrame()
            return [.scope(body: try parseBlock(until: "endautoescape").0, frame: frame, at: at)]
        case "include", "import", "from", "extends", "block":
            throw Failure.syntax("'\(name)' is not supported: a chat template stands alone", at: at)
        default:
            let expected = ends.isEmpty ? "" : "; expected a statement or \(Parser.tags(ends))"
            throw Failure.syntax("unknown statement '\(name)'\(expected)", at: at)
        }
    }

    private mutating func parseIf(_ at: Int) throws -> Statement {
        var branches: [(test: Expression, body: [Statement])] = []
        while true {
            let test = try parseTuple(withConditional: false)
            let (body, end) = try parseBlock(until: "elif", "else", "endif")
            branches.append((test, body))
            if end == "elif" { continue }
            return .if(branches, else: end == "else" ? try parseBlock(until: "endif").0 : [], at: at)
        }
    }

    private mutating func parseFor(_ at: Int) throws -> Statement {
        let target = try parseTarget(withNamespace: false)
        try expect("in")
        let iterable = try parseTuple(withConditional: false)
        let condition = skip("if") ? try parseExpression() : nil
        let isRecursive = skip("recursive")
        let frames = (newFrame(), newFrame(), newFrame())
        let (body, end) = try parseBlock(until: "endfor", "else")
        let otherwise = end == "else" ? try parseBlock(until: "endfor").0 : []
        return .for(
            Loop(
                target: target, iterable: iterable, condition: condition, isRecursive: isRecursive, body: body,
                otherwise: otherwise, at: at,
                frame: frames.0, conditionFrame: frames.1, otherwiseFrame: frames.2))
    }

    private mutating func parseSet(_ at: Int) throws -> Statement {
        let target = try parseTarget(withNamespace: true)
        if skip(.assign) { return .set(target, try parseTuple(), at: at) }
        let filter = skip(.pipe) ? try parseFilterChain(nil) : nil
        let frame = newFrame()
        return .setBlock(target, filter: filter, body: try parseBlock(until: "endset").0, frame: frame, at: at)
    }

    private mutating func parseWith(_ at: Int) throws -> Statement {
        var values: [(target: Target, value: Expression)] = []
        while current.kind != .blockEnd {
            if !values.isEmpty { try expect(.comma) }
            let target = try parseTarget(withNamespace: false)
            try expect(.assign)
            values.append((target, try parseExpression()))
        }
        let frame = newFrame()
        return .with(values, body: try parseBlock(until: "endwith").0, frame: frame, at: at)
    }

    private mutating func parsePrint() throws -> [Statement] {
        var statements: [Statement] = []
        while current.kind != .blockEnd {
            if !statements.isEmpty { try expect(.comma) }
            let at = at
            statements.append(.output(try parseExpression(), at: at))
        }
        return statements
    }

    /// Filters behind one another, the first without its `|`.
    private mutating func parseFilterChain(_ operand: Expression?) throws -> Expression {
        var (expression, chain) = (try parseFilter(operand), 0)
        while skip(.pipe) {
            chain += 1
            try checkChain(chain)
            expression = try parseFilter(expression)
        }
        return expression
    }

    // MARK: Macros

    private mutating func parseMacro(_ at: Int) throws -> Statement {
        let name = try parseTargetName()
        let occurrence = newOccurrence()
        let (parameters, defaults) = try parseSignature()
        let frame = newFrame()
        let body = try parseBlock(until: "endmacro").0
        return .macro(
            MacroDefinition(
                name: name, nameOccurrence: occurrence, parameters: parameters, defaults: defaults, body: body,
                frame: frame, at: at))
    }

    private mutating func parseCallBlock(_ at: Int) throws -> Statement {
        let (parameters, defaults) = isSymbol(.leftParenthesis) ? try parseSignature() : ([], [])
        guard case .call(let callee, let arguments, let callAt) = try parseExpression() else {
            throw Failure.syntax("expected a call after 'call'", at: at)
        }
        if arguments.named.contains(where: { $0.name == "caller" }) {
            throw Failure.syntax("the argument 'caller' is given twice", at: at)
        }
        let frame = newFrame()
        let body = try parseBlock(until: "endcall").0
        let caller = MacroDefinition(
            name: nil, nameOccurrence: 0, parameters: parameters, defaults: defaults, body: body, frame: frame, at: at)
        return .call(callee, arguments, caller: caller, at: callAt)
    }

    private mutating func parseSignature() throws -> ([(name: String, occurrence: Int)], [Expression]) {
        try expect(.leftParenthesis)
        var (parameters, defaults) = ([(name: String, occurrence: Int)](), [Expression]())
        while !isSymbol(.rightParenthesis) {
            if !parameters.isEmpty { try expect(.comma) }
            let at = at
            let name = try parseTargetName()
            if parameters.contains(where: { $0.name == name }) {
                throw Failure.syntax("the parameter '\(name)' is there twice", at: at)
            }
            parameters.append((name, newOccurrence()))
            if skip(.assign) {
                defaults.append(try parseExpression())
            } else if !defaults.isEmpty {
                throw Failure.syntax("a parameter without a default after one with a default", at: at)
            }
        }
        try expect(.rightParenthesis)
        return (parameters, defaults)
    }

    // MARK: Targets

    private static let constants: Set<String> = ["true", "false", "none", "True", "False", "None"]

    private mutating func parseTargetName() throws -> String {
        let at = at
        let name = try expectName()
        if Parser.constants.contains(name) { throw Failure.syntax("cannot assign to '\(name)'", at: at) }
        return name
    }

    private mutating func parseTarget(withNamespace: Bool) throws -> Target {
        let at = at
        var (items, isTuple) = ([Target](), false)
        while true {
            if !items.isEmpty { try expect(.comma) }
            if isTupleEnd { break }
            items.append(try parseSingleTarget(withNamespace))
            guard isSymbol(.comma) else { break }
            isTuple = true
        }
        if isTuple { return .tuple(items, at: at) }
        guard let only = items.first else { throw failure("expected a name, found \(current.description)") }
        return only
    }

    private mutating func parseSingleTarget(_ withNamespace: Bool) throws -> Target {
        try nested { parser in
            let at = parser.at
            if parser.skip(.leftParenthesis) {
                if parser.skip(.rightParenthesis) { return .tuple([], at: at) }
                let target = try parser.parseTarget(withNamespace: false)
                try parser.expect(.rightParenthesis)
                return target
            }
            let name = try parser.parseTargetName()
            if withNamespace, parser.skip(.dot) {
                return .attribute(
                    namespace: name, occurrence: parser.newOccurrence(), name: try parser.expectName(), at: at)
            }
            return .name(name, occurrence: parser.newOccurrence())
        }
    }
}
