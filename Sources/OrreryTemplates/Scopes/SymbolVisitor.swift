/// Finds the names that statements read and set in their own scope; the inside of a nested scope is not theirs.
enum SymbolVisitor {
    static func visit(_ statements: [Statement], _ symbols: Symbols) {
        for statement in statements { visit(statement, symbols) }
    }

    private static func visit(_ statement: Statement, _ symbols: Symbols) {
        switch statement {
        case .text, .breakLoop, .continueLoop, .scope, .generation: break
        case .output(let expression, _): visit(expression, symbols)
        case .if(let branches, let otherwise, _): visitIf(branches[...], otherwise, symbols)
        case .for(let loop): visit(loop.iterable, symbols)
        case .set(let target, let value, _):
            visit(value, symbols)
            visit(target, symbols)
        case .setBlock(let target, _, _, _, _): visit(target, symbols)
        case .with(let values, _, _, _): for (_, value) in values { visit(value, symbols) }
        case .filterBlock(let filter, _, _, _): visit(filter, symbols)
        case .macro(let macro): if let name = macro.name { symbols.store(name) }
        case .call(let callee, let arguments, _, _):
            visit(callee, symbols)
            visit(arguments, symbols)
        }
    }

    /// The first test belongs to the scope, the branches are looked at side by side; those behind `elif` count as one.
    private static func visitIf(
        _ branches: ArraySlice<(test: Expression, body: [Statement])>, _ otherwise: [Statement], _ symbols: Symbols
    ) {
        guard let first = branches.first else { return }
        visit(first.test, symbols)
        symbols.branch([
            { visit(first.body, $0) },
            { symbols in for branch in branches.dropFirst() { visitIf([branch], [], symbols) } },
            { visit(otherwise, $0) },
        ])
    }

    static func visit(_ target: Target, _ symbols: Symbols, asParameter: Bool = false) {
        switch target {
        case .name(let name, _): if asParameter { symbols.declareParameter(name) } else { symbols.store(name) }
        case .attribute(let namespace, _, _, _): symbols.load(namespace)
        case .tuple(let targets, _): for target in targets { visit(target, symbols, asParameter: asParameter) }
        }
    }

    static func visit(_ expression: Expression, _ symbols: Symbols) {
        expression.walk { if case .name(let name, _) = $0 { symbols.load(name) } }
    }

    private static func visit(_ arguments: Arguments, _ symbols: Symbols) {
        for argument in arguments.all { visit(argument, symbols) }
    }
}

extension Arguments {
    var all: [Expression] { positional + named.map(\.value) + [rest, namedRest].compactMap { $0 } }
}

extension Expression {
    /// Calls `body` with this expression and everything inside it.
    func walk(_ body: (Expression) -> Void) {
        body(self)
        for child in children { child.walk(body) }
    }

    var children: [Expression] {
        switch self {
        case .constant, .name: []
        case .tuple(let items), .list(let items), .concatenation(let items): items
        case .dictionary(let items): items.flatMap { [$0.key, $0.value] }
        case .conditional(let test, let then, let otherwise, _): [test, then] + (otherwise.map { [$0] } ?? [])
        case .and(let left, let right), .or(let left, let right), .binary(_, let left, let right, _): [left, right]
        case .not(let operand), .unary(_, let operand, _), .attribute(let operand, _, _): [operand]
        case .compare(let first, let rest, _): [first] + rest.map(\.1)
        case .item(let base, let index, _): [base, index]
        case .slice(let base, let start, let stop, let step, _): [base] + [start, stop, step].compactMap { $0 }
        case .call(let callee, let arguments, _): [callee] + arguments.all
        case .filter(let operand, _, let arguments, _): (operand.map { [$0] } ?? []) + arguments.all
        case .test(let operand, _, let arguments, _): [operand] + arguments.all
        }
    }
}
