/// A program as text: four spaces to a level, as Python's style guide (PEP 8) has it.
package struct Printer {
    package static func lines(_ statements: [Statement], level: Int = 0) -> [String] {
        statements.flatMap { lines($0, level: level) }
    }

    private static func lines(_ statement: Statement, level: Int) -> [String] {
        let margin = String(repeating: "    ", count: level)
        func block(_ head: String, _ body: [Statement]) -> [String] {
            ["\(margin)\(head):"] + lines(body, level: level + 1)
        }
        switch statement {
        case .assign(let name, let value): return ["\(margin)\(name) = \(text(value))"]
        case .expression(let value): return [margin + text(value)]
        case .print(let value): return ["\(margin)print(\(text(value)))"]
        case .giveBack(let value): return ["\(margin)return \(text(value))"]
        case .branch(let condition, let then, let otherwise):
            return block("if \(text(condition))", then) + (otherwise.isEmpty ? [] : block("else", otherwise))
        case .loop(let condition, let body): return block("while \(text(condition))", body)
        case .count(let name, let from, let to, let body): return block("for \(name) in range(\(from), \(to))", body)
        case .each(let name, in: let values, let body): return block("for \(name) in \(text(values))", body)
        case .define(let name, let parameters, let body):
            return block("def \(name)(\(parameters.joined(separator: ", ")))", body)
        }
    }

    package static func text(_ expression: Expression) -> String {
        switch expression {
        case .number(let number): "\(number)"
        case .text(let text): "\"\(text)\""
        case .name(let name): name
        case .list(let elements): "[\(joined(elements))]"
        case .binary(let left, let sign, let right): "\(operand(left)) \(sign.rawValue) \(operand(right))"
        case .call(let name, let arguments): "\(name)(\(joined(arguments)))"
        case .method(let target, let name, let arguments): "\(text(target)).\(name)(\(joined(arguments)))"
        case .field(let target, let name): "\(text(target)).\(name)"
        case .element(let target, let index): "\(text(target))[\(text(index))]"
        }
    }

    /// An operation inside an operation is bracketed, so that precedence never has to be known.
    private static func operand(_ expression: Expression) -> String {
        if case .binary = expression { return "(\(text(expression)))" }
        return text(expression)
    }

    private static func joined(_ expressions: [Expression]) -> String {
        expressions.map(text).joined(separator: ", ")
    }
}
