/// Which of some special names a body mentions: `loop` makes a loop keep count, `caller`, `kwargs` and `varargs` make a
/// macro take more than its parameters. Unlike scopes this looks through everything inside, and a name that is set
/// before it is read does not count.
struct NameSearch {
    private var names: Set<String>
    private(set) var found: Set<String> = []

    static func mentioned(_ names: Set<String>, in statements: [Statement]) -> Set<String> {
        var search = NameSearch(names: names)
        search.visit(statements)
        return search.found
    }

    private init(names: Set<String>) { self.names = names }

    private mutating func visit(_ statements: [Statement]) {
        for statement in statements {
            switch statement {
            case .text, .breakLoop, .continueLoop: break
            case .output(let expression, _): visit(expression)
            case .if(let branches, let otherwise, _):
                for branch in branches {
                    visit(branch.test)
                    visit(branch.body)
                }
                visit(otherwise)
            case .for(let loop):
                visit(loop.target)
                visit(loop.iterable)
                visit(loop.body)
                visit(loop.otherwise)
                if let condition = loop.condition { visit(condition) }
            case .set(let target, let value, _):
                visit(target)
                visit(value)
            case .setBlock(let target, let filter, let body, _, _):
                visit(target)
                if let filter { visit(filter) }
                visit(body)
            case .with(let values, let body, _, _):
                for (target, _) in values { visit(target) }
                for (_, value) in values { visit(value) }
                visit(body)
            case .filterBlock(let filter, let body, _, _):
                visit(body)
                visit(filter)
            case .macro(let macro), .generation(let macro, _): visit(macro)
            case .call(let callee, let arguments, let caller, _):
                visit(callee)
                for argument in arguments.all { visit(argument) }
                visit(caller)
            case .scope(let body, _, _): visit(body)
            }
        }
    }

    private mutating func visit(_ macro: MacroDefinition) {
        for (name, _) in macro.parameters { names.remove(name) }
        for value in macro.defaults { visit(value) }
        visit(macro.body)
    }

    private mutating func visit(_ target: Target) {
        switch target {
        case .name(let name, _): names.remove(name)
        case .attribute: break
        case .tuple(let targets, _): for target in targets { visit(target) }
        }
    }

    private mutating func visit(_ expression: Expression) {
        var mentioned: Set<String> = []
        expression.walk { if case .name(let name, _) = $0 { mentioned.insert(name) } }
        found.formUnion(mentioned.intersection(names))
    }
}
