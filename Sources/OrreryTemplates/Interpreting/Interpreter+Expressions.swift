extension Interpreter {
    func evaluate(_ expression: Expression, _ scope: Activation) throws -> Value {
        switch expression {
        case .constant(let literal):
            try meter.step()
            switch literal {
            case .null: return .null
            case .bool(let value): return .bool(value)
            case .int(let value): return .int(value)
            case .float(let value): return .float(value)
            case .text(let text): return .text(text)
            }
        case .name(let name, let occurrence):
            try meter.step()
            return scopes.references[occurrence].flatMap { read($0, scope) } ?? Undefined.missing(name)
        default:
            try meter.enter()
            defer { meter.leave() }
            return try evaluateCompound(expression, scope)
        }
    }

    private func evaluateCompound(_ expression: Expression, _ scope: Activation) throws -> Value {
        switch expression {
        case .constant, .name: return .null
        case .tuple(let items): return try tuple(try items.map { try evaluate($0, scope) })
        case .list(let items): return try list(try items.map { try evaluate($0, scope) })
        case .dictionary(let items):
            return try dictionary(try items.map { (try evaluate($0.key, scope), try evaluate($0.value, scope)) })
        case .conditional(let test, let then, let otherwise, let at):
            if try isTrue(try evaluate(test, scope)) { return try evaluate(then, scope) }
            if let otherwise { return try evaluate(otherwise, scope) }
            position = at
            return Undefined.hint("the inline if-expression evaluated to false and no else section was defined.")
        case .and(let left, let right):
            let value = try evaluate(left, scope)
            return try isTrue(value) ? try evaluate(right, scope) : value
        case .or(let left, let right):
            let value = try evaluate(left, scope)
            return try isTrue(value) ? value : try evaluate(right, scope)
        case .not(let operand): return .bool(!(try isTrue(try evaluate(operand, scope))))
        case .compare(let first, let rest, let at): return try compare(first, rest, at, scope)
        case .binary(let op, let left, let right, let at):
            let (a, b) = (try evaluate(left, scope), try evaluate(right, scope))
            position = at
            return try apply(op, a, b)
        case .unary(let op, let operand, let at):
            let value = try evaluate(operand, scope)
            position = at
            return try apply(op, value)
        case .concatenation(let parts): return try concatenate(parts, scope)
        case .attribute(let base, let name, let at):
            let value = try evaluate(base, scope)
            position = at
            return try attribute(name, of: value)
        case .item(let base, let index, let at):
            let (value, key) = (try evaluate(base, scope), try evaluate(index, scope))
            position = at
            return try item(key, of: value)
        case .slice(let base, let start, let stop, let step, let at):
            let value = try evaluate(base, scope)
            let bounds = try [start, stop, step].map { try $0.map { try evaluate($0, scope) } ?? .null }
            position = at
            return try slice(value, bounds[0], bounds[1], bounds[2])
        case .call(let callee, let arguments, let at):
            let (function, values) = (try evaluate(callee, scope), try evaluate(arguments, scope))
            position = at
            return try call(function, values)
        case .filter(let operand, let name, let arguments, let at):
            guard let operand else { return .null }
            let (value, values) = (try evaluate(operand, scope), try evaluate(arguments, scope))
            position = at
            return try filter(name, value, values)
        case .test(let operand, let name, let arguments, let at):
            let (value, values) = (try evaluate(operand, scope), try evaluate(arguments, scope))
            position = at
            return .bool(try test(name, value, values))
        }
    }

    /// Filters of a block: the innermost has the block's text as its operand.
    func evaluateBlockFilter(_ expression: Expression, _ text: Value, _ scope: Activation) throws -> Value {
        guard case .filter(let operand, let name, let arguments, let at) = expression else { return text }
        let value = try operand.map { try evaluateBlockFilter($0, text, scope) } ?? text
        let values = try evaluate(arguments, scope)
        position = at
        return try filter(name, value, values)
    }

    private func compare(
        _ first: Expression, _ rest: [(comparison: Comparison, Expression)], _ at: Int, _ scope: Activation
    ) throws -> Value {
        var left = try evaluate(first, scope)
        for (comparison, operand) in rest {
            let right = try evaluate(operand, scope)
            position = at
            guard try compare(left, comparison, right) else { return .bool(false) }
            left = right
        }
        return .bool(true)
    }

    private func concatenate(_ parts: [Expression], _ scope: Activation) throws -> Value {
        var writer = Writer(meter)
        for value in try parts.map({ try evaluate($0, scope) }) { try writer.append(try string(value)) }
        return .text(try writer.text())
    }

    func dictionary(_ entries: [(key: Value, value: Value)]) throws -> Value {
        .dictionary(try Dictionary(entries, meter))
    }

    func evaluate(_ arguments: Arguments, _ scope: Activation) throws -> CallArguments {
        var values = CallArguments()
        for argument in arguments.positional { values.positional.append(try evaluate(argument, scope)) }
        for (name, argument) in arguments.named { values.named.append((name, try evaluate(argument, scope))) }
        if let rest = arguments.rest { values.positional += try items(try evaluate(rest, scope)) }
        if let rest = arguments.namedRest {
            guard case .dictionary(let dictionary) = try evaluate(rest, scope) else {
                throw Failure.runtime("argument after ** must be a mapping")
            }
            for entry in dictionary.entries {
                guard let name = entry.key.text?.string else { throw Failure.runtime("keywords must be strings") }
                if values.named.contains(where: { $0.name == name }) {
                    throw Failure.runtime("got multiple values for keyword argument '\(name)'")
                }
                values.named.append((name, entry.value))
            }
        }
        return values
    }
}
