/// Fills the tables of `Scopes`, and finds what jinja2 refuses when it compiles: unknown filters and tests outside
/// conditions, `break` outside a loop.
struct ScopeResolver {
    private var scopes = Scopes()
    private var functions: [(frame: Int?, function: Symbols.Function)] = []

    static func resolve(_ statements: [Statement]) throws -> Scopes {
        var resolver = ScopeResolver()
        let function = resolver.newFunction(frame: nil, depth: 0)
        let symbols = Symbols(function, parent: nil)
        SymbolVisitor.visit(statements, symbols)
        try resolver.visit(statements, Context(symbols: symbols))
        resolver.scopes.root = resolver.frame(symbols)
        for (frame, function) in resolver.functions {
            if let frame {
                resolver.scopes.frames[frame]?.slots = function.count
            } else {
                resolver.scopes.root.slots = function.count
            }
        }
        return resolver.scopes
    }

    /// Where a statement stands.
    private struct Context {
        let symbols: Symbols
        /// In a condition's branch, where an unknown filter fails only if it is reached.
        var isSoft = false
        var isInLoop = false
    }

    private mutating func newFunction(frame: Int?, depth: Int) -> Symbols.Function {
        let function = Symbols.Function(depth: depth)
        functions.append((frame, function))
        return function
    }

    private func reference(_ slot: Symbols.Slot, from function: Symbols.Function) -> Scopes.Reference {
        Scopes.Reference(hops: function.depth - slot.function, slot: slot.index)
    }

    private func frame(_ symbols: Symbols) -> Scopes.Frame {
        var frame = Scopes.Frame()
        frame.loads = symbols.loads.map { slot, load in
            let known: Scopes.Load =
                switch load {
                case .given(let name): .given(name)
                case .copy(let other): .copy(reference(other, from: symbols.function))
                case .missing: .missing
                case .parameter: .parameter
                }
            return (slot.index, known)
        }
        return frame
    }

    // MARK: Statements

    private mutating func visit(_ statements: [Statement], _ context: Context) throws {
        for statement in statements { try visit(statement, context) }
    }

    private mutating func visit(_ statement: Statement, _ context: Context) throws {
        switch statement {
        case .text: break
        case .output(let expression, _): try visit(expression, context)
        case .if(let branches, let otherwise, _):
            var soft = context
            soft.isSoft = true
            for branch in branches {
                try visit(branch.test, soft)
                try visit(branch.body, soft)
            }
            try visit(otherwise, soft)
        case .for(let loop): try visit(loop, context)
        case .set(let target, let value, _):
            visit(target, context)
            try visit(value, context)
        case .setBlock(let target, let filter, let body, let number, _):
            let inner = Symbols(context.symbols.function, parent: context.symbols)
            SymbolVisitor.visit(body, inner)
            if let filter { SymbolVisitor.visit(filter, inner) }
            try visit(body, Context(symbols: inner, isInLoop: context.isInLoop))
            visit(target, context)
            if let filter { try visit(filter, Context(symbols: inner)) }
            scopes.frames[number] = frame(inner)
        case .with(let values, let body, let number, _):
            let inner = Symbols(context.symbols.function, parent: context.symbols)
            for (target, _) in values { SymbolVisitor.visit(target, inner, asParameter: true) }
            SymbolVisitor.visit(body, inner)
            for (target, value) in values {
                visit(target, Context(symbols: inner))
                try visit(value, context)
            }
            try visit(body, Context(symbols: inner, isInLoop: context.isInLoop))
            scopes.frames[number] = frame(inner)
        case .filterBlock(let filter, let body, let number, _):
            let inner = Symbols(context.symbols.function, parent: context.symbols)
            SymbolVisitor.visit(body, inner)
            SymbolVisitor.visit(filter, inner)
            try visit(body, Context(symbols: inner, isInLoop: context.isInLoop))
            try visit(filter, Context(symbols: inner))
            scopes.frames[number] = frame(inner)
        case .scope(let body, let number, _):
            let inner = Symbols(context.symbols.function, parent: context.symbols)
            SymbolVisitor.visit(body, inner)
            try visit(body, Context(symbols: inner, isInLoop: context.isInLoop))
            scopes.frames[number] = frame(inner)
        case .macro(let macro):
            try visit(macro, context)
            if let name = macro.name { resolve(name, macro.nameOccurrence, context.symbols) }
        case .call(let callee, let arguments, let caller, _):
            try visit(caller, context)
            try visit(callee, context)
            for argument in arguments.all { try visit(argument, context) }
        case .generation(let body, _): try visit(body, context)
        case .breakLoop(let at), .continueLoop(let at):
            if !context.isInLoop {
                throw Failure.syntax("'break' and 'continue' stand only in the body of a loop", at: at)
            }
        }
    }

    private mutating func visit(_ loop: Loop, _ context: Context) throws {
        let outer = context.symbols
        let function =
            loop.isRecursive ? newFunction(frame: loop.frame, depth: outer.function.depth + 1) : outer.function
        let body = Symbols(function, parent: outer)
        let mentionsLoop = !NameSearch.mentioned(["loop"], in: loop.body).isEmpty
        if loop.isRecursive || mentionsLoop { body.declareParameter("loop") }
        SymbolVisitor.visit(loop.target, body, asParameter: true)
        SymbolVisitor.visit(loop.body, body)
        let otherwise = Symbols(function, parent: outer)
        SymbolVisitor.visit(loop.otherwise, otherwise)

        if let condition = loop.condition {
            let test = Symbols(outer.function, parent: outer, space: "condition \(loop.conditionFrame) ")
            SymbolVisitor.visit(loop.target, test, asParameter: true)
            SymbolVisitor.visit(condition, test)
            try visit(condition, Context(symbols: test))
            visit(loop.target, Context(symbols: test), isCondition: true)
            scopes.frames[loop.conditionFrame] = frame(test)
        }
        try refuseLoopAsTarget(loop)
        visit(loop.target, Context(symbols: body))
        try visit(loop.iterable, context)
        try visit(loop.body, Context(symbols: body, isInLoop: true))
        try visit(loop.otherwise, Context(symbols: otherwise, isInLoop: context.isInLoop && !loop.isRecursive))
        scopes.frames[loop.frame] = frame(body)
        if loop.isRecursive || mentionsLoop { scopes.frames[loop.frame]?.loop = body.find("loop")?.index }
        scopes.frames[loop.otherwiseFrame] = frame(otherwise)
    }

    private func refuseLoopAsTarget(_ loop: Loop) throws {
        func names(_ target: Target) -> [String] {
            switch target {
            case .name(let name, _): [name]
            case .attribute: []
            case .tuple(let targets, _): targets.flatMap(names)
            }
        }
        func targets(_ statement: Statement) -> [Target] {
            switch statement {
            case .for(let loop): [loop.target] + (loop.body + loop.otherwise).flatMap(targets)
            case .set(let target, _, _): [target]
            case .setBlock(let target, _, let body, _, _): [target] + body.flatMap(targets)
            case .if(let branches, let otherwise, _): (branches.flatMap(\.body) + otherwise).flatMap(targets)
            case .with(_, let body, _, _), .filterBlock(_, let body, _, _), .scope(let body, _, _):
                body.flatMap(targets)
            case .macro(let macro), .call(_, _, let macro, _), .generation(let macro, _): macro.body.flatMap(targets)
            case .text, .output, .breakLoop, .continueLoop: []
            }
        }
        if targets(.for(loop)).flatMap(names).contains("loop") {
            throw Failure.syntax("inside a loop, 'loop' cannot be assigned to", at: loop.at)
        }
    }

    private mutating func visit(_ macro: MacroDefinition, _ context: Context) throws {
        let function = newFunction(frame: macro.frame, depth: context.symbols.function.depth + 1)
        let inner = Symbols(function, parent: context.symbols)
        func analyse() {
            for (name, _) in macro.parameters { inner.declareParameter(name) }
            for value in macro.defaults { SymbolVisitor.visit(value, inner) }
            SymbolVisitor.visit(macro.body, inner)
        }
        analyse()
        let names = macro.parameters.map(\.name)
        let special = NameSearch.mentioned(["caller", "kwargs", "varargs"], in: macro.body)
        if special.contains("caller"), let place = names.firstIndex(of: "caller"),
            place < names.count - macro.defaults.count
        {
            throw Failure.syntax("a parameter named 'caller' needs a default", at: macro.at)
        }
        let declared = ["caller", "kwargs", "varargs"].filter { special.contains($0) && !names.contains($0) }
        for name in declared { inner.declareParameter(name) }
        analyse()

        let body = Context(symbols: inner)
        for value in macro.defaults { try visit(value, body) }
        try visit(macro.body, body)
        var frame = frame(inner)
        frame.parameters = names.map { inner.find($0)?.index ?? 0 }
        func slot(_ name: String) -> Int? { declared.contains(name) ? inner.find(name)?.index : nil }
        (frame.caller, frame.keywords, frame.varargs) = (slot("caller"), slot("kwargs"), slot("varargs"))
        scopes.frames[macro.frame] = frame
    }

    // MARK: Names

    private mutating func visit(_ target: Target, _ context: Context, isCondition: Bool = false) {
        switch target {
        case .name(let name, let occurrence), .attribute(let name, let occurrence, _, _):
            resolve(name, occurrence, context.symbols, isCondition: isCondition)
        case .tuple(let targets, _): for target in targets { visit(target, context, isCondition: isCondition) }
        }
    }

    private mutating func resolve(_ name: String, _ occurrence: Int, _ symbols: Symbols, isCondition: Bool = false) {
        guard let slot = symbols.find(name) else {
            preconditionFailure("ScopeResolver: the name \(name) was not analysed")
        }
        let found = reference(slot, from: symbols.function)
        if isCondition { scopes.conditionReferences[occurrence] = found } else { scopes.references[occurrence] = found }
    }

    private mutating func visit(_ expression: Expression, _ context: Context) throws {
        switch expression {
        case .name(let name, let occurrence): resolve(name, occurrence, context.symbols)
        case .filter(_, let name, _, let at) where !context.isSoft && !Filters.names.contains(name):
            throw Failure.syntax("no filter named '\(name)'", at: at)
        case .test(_, let name, _, let at) where !context.isSoft && !Tests.names.contains(name):
            throw Failure.syntax("no test named '\(name)'", at: at)
        default: break
        }
        var inner = context
        if case .conditional = expression { inner.isSoft = true }
        for child in expression.children { try visit(child, inner) }
    }
}
