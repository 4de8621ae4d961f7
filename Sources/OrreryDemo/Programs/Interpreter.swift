/// Runs the programs of the corpus, so that what a document says a program prints is what it prints.
///
/// The programs are our own, so a program that makes no sense is a mistake in this target and stops it. Lists are
/// values here and references in Python; no program of the corpus gives one list two names, which is where the two
/// would differ.
package struct Interpreter {
    private struct Function {
        let parameters: [String]
        let body: [Statement]
    }

    /// Names are looked up by key only and never walked through, so the order of a Dictionary cannot reach the text.
    private typealias Variables = [String: Value]

    private var functions: [String: Function] = [:]
    private var repository: [Value]
    package private(set) var output: [String] = []

    /// - Parameter repository: the records in which `repo.find(number)` looks for the one whose `id` is that number.
    package init(repository: [Value] = []) {
        self.repository = repository
    }

    package mutating func run(_ program: [Statement]) {
        var variables = Variables()
        _ = run(program, &variables)
    }

    /// The value given back, or nil where the end of the block was reached.
    private mutating func run(_ statements: [Statement], _ variables: inout Variables) -> Value? {
        for statement in statements {
            if let value = run(statement, &variables) { return value }
        }
        return nil
    }

    private mutating func run(_ statement: Statement, _ variables: inout Variables) -> Value? {
        switch statement {
        case .assign(let name, let value): variables[name] = evaluate(value, &variables)
        case .expression(let value): _ = evaluate(value, &variables)
        case .print(let value): output.append(evaluate(value, &variables).printed)
        case .giveBack(let value): return evaluate(value, &variables)
        case .branch(let condition, let then, let otherwise):
            return run(isTrue(condition, &variables) ? then : otherwise, &variables)
        case .loop(let condition, let body):
            while isTrue(condition, &variables) {
                if let value = run(body, &variables) { return value }
            }
        case .count(let name, let from, let to, let body):
            for number in from ..< to {
                variables[name] = .number(number)
                if let value = run(body, &variables) { return value }
            }
        case .each(let name, in: let values, let body):
            guard case .list(let elements) = evaluate(values, &variables) else { fail("for over no list", values) }
            for element in elements {
                variables[name] = element
                if let value = run(body, &variables) { return value }
            }
        case .define(let name, let parameters, let body):
            functions[name] = Function(parameters: parameters, body: body)
        }
        return nil
    }

    private mutating func isTrue(_ condition: Expression, _ variables: inout Variables) -> Bool {
        guard case .truth(let truth) = evaluate(condition, &variables) else { fail("not a condition", condition) }
        return truth
    }

    private mutating func evaluate(_ expression: Expression, _ variables: inout Variables) -> Value {
        switch expression {
        case .number(let number): return .number(number)
        case .text(let text): return .text(text)
        case .list(let elements): return .list(elements.map { evaluate($0, &variables) })
        case .name(let name):
            guard let value = variables[name] else { fail("not defined", expression) }
            return value
        case .binary(let left, let sign, let right):
            return combine(evaluate(left, &variables), sign, evaluate(right, &variables), expression)
        case .call(let name, let arguments):
            return call(name, arguments.map { evaluate($0, &variables) }, expression)
        case .method(.name("repo"), "find", let arguments):
            let wanted = Value.Field("id", evaluate(arguments[0], &variables))
            return repository.first { if case .record(let fields) = $0 { fields.contains(wanted) } else { false } }
                ?? .none
        case .method(.name(let name), "append", let arguments):
            guard case .list(let elements)? = variables[name] else { fail("append to no list", expression) }
            variables[name] = .list(elements + [evaluate(arguments[0], &variables)])
            return .none
        case .method: fail("no such method", expression)
        case .field(let target, let name):
            guard case .record(let fields) = evaluate(target, &variables),
                let field = fields.first(where: { $0.name == name })
            else { fail("no such field", expression) }
            return field.value
        case .element(let target, let index):
            guard case .list(let elements) = evaluate(target, &variables),
                case .number(let index) = evaluate(index, &variables), elements.indices.contains(index)
            else { fail("no such element", expression) }
            return elements[index]
        }
    }

    private mutating func call(_ name: String, _ arguments: [Value], _ expression: Expression) -> Value {
        if name == "len", case .list(let elements)? = arguments.first { return .number(elements.count) }
        guard let function = functions[name], function.parameters.count == arguments.count else {
            fail("no such function", expression)
        }
        var variables = Variables(uniqueKeysWithValues: zip(function.parameters, arguments))
        return run(function.body, &variables) ?? .none
    }

    private func combine(_ left: Value, _ sign: Operator, _ right: Value, _ expression: Expression) -> Value {
        switch (left, sign, right) {
        case (.number(let left), .plus, .number(let right)): .number(left + right)
        case (.number(let left), .minus, .number(let right)): .number(left - right)
        case (.number(let left), .times, .number(let right)): .number(left * right)
        case (.number(let left), .quotient, .number(let right)) where left >= 0 && right > 0: .number(left / right)
        case (.number(let left), .greater, .number(let right)): .truth(left > right)
        case (.text(let left), .plus, .text(let right)): .text(left + right)
        case (_, .equal, _): .truth(left == right)
        default: fail("no such operation", expression)
        }
    }

    private func fail(_ problem: String, _ expression: Expression) -> Never {
        preconditionFailure("Interpreter: \(problem): \(Printer.text(expression))")
    }
}
