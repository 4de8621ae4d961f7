import OrreryDemo

/// Runs the text of a program, line by line and without the syntax tree that it was printed from: a second opinion on
/// what it prints.
struct TextProgram {
    private let lines: [Substring]
    private var functions: [String: (parameters: [String], body: Range<Int>)] = [:]
    private var records: [[String: Value]] = []
    private(set) var output: [String] = []

    init(_ text: String) { lines = text.split(separator: "\n").filter { !$0.hasPrefix("#") } }

    mutating func run() {
        var variables: [String: Value] = [:]
        _ = run(0 ..< lines.count, &variables)
    }

    private func level(_ index: Int) -> Int { lines[index].prefix { $0 == " " }.count }

    private func block(after index: Int, in range: Range<Int>) -> Range<Int> {
        var end = index + 1
        while end < range.upperBound && level(end) > level(index) { end += 1 }
        return index + 1 ..< end
    }

    private mutating func run(_ range: Range<Int>, _ variables: inout [String: Value]) -> Value? {
        var index = range.lowerBound
        while index < range.upperBound {
            let line = lines[index].drop { $0 == " " }
            let body = block(after: index, in: range)
            index = max(index + 1, body.upperBound)
            if let match = line.wholeMatch(of: /def (\w+)\((.*)\):/) {
                functions[String(match.1)] = (match.2.split(separator: ", ").map(String.init), body)
            } else if let match = line.wholeMatch(of: /if (.+):/) {
                let isTrue = value(match.1, &variables) == .truth(true)
                let hasElse = index < range.upperBound && lines[index].hasSuffix("else:")
                let other = hasElse ? block(after: index, in: range) : index ..< index
                if hasElse { index = other.upperBound }
                if let result = run(isTrue ? body : other, &variables) { return result }
            } else if let match = line.wholeMatch(of: /while (.+):/) {
                while value(match.1, &variables) == .truth(true) {
                    if let result = run(body, &variables) { return result }
                }
            } else if let match = line.wholeMatch(of: /for (\w+) in range\((\d+), (\d+)\):/) {
                for number in Int(match.2)! ..< Int(match.3)! {
                    variables[String(match.1)] = .number(number)
                    if let result = run(body, &variables) { return result }
                }
            } else if let match = line.wholeMatch(of: /for (\w+) in (\w+):/) {
                guard case .list(let elements)? = variables[String(match.2)] else { continue }
                for element in elements {
                    variables[String(match.1)] = element
                    if let result = run(body, &variables) { return result }
                }
            } else if let match = line.wholeMatch(of: /return (.+)/) {
                return value(match.1, &variables)
            } else if let match = line.wholeMatch(of: /print\((.+)\)/) {
                output.append(value(match.1, &variables).printed)
            } else if let match = line.wholeMatch(of: /repo\.add\((.+)\)/) {
                let pairs = match.1.split(separator: ", ").map { $0.split(separator: "=") }
                records.append(Dictionary(uniqueKeysWithValues: pairs.map { (String($0[0]), literal($0[1])) }))
            } else if let match = line.wholeMatch(of: /(\w+)\.append\((.+)\)/) {
                guard case .list(let elements)? = variables[String(match.1)] else { continue }
                variables[String(match.1)] = .list(elements + [value(match.2, &variables)])
            } else if let match = line.wholeMatch(of: /(\w+) = (.+)/) {
                variables[String(match.1)] = value(match.2, &variables)
            }
        }
        return nil
    }

    private func literal(_ text: Substring) -> Value {
        Int(text).map(Value.number) ?? .text(String(text.dropFirst().dropLast()))
    }

    private mutating func value(_ text: Substring, _ variables: inout [String: Value]) -> Value {
        if let number = Int(text) { return .number(number) }
        if text.wholeMatch(of: /"[^"]*"/) != nil { return literal(text) }
        if let value = variables[String(text)] { return value }
        if let match = text.wholeMatch(of: /\[([^\[\]]*)\]/) {
            return .list(match.1.split(separator: ", ").map { literal($0) })
        }
        if let match = text.wholeMatch(of: /repo\.find\((\w+)\)/) {
            let wanted = variables[String(match.1)]
            guard let record = records.first(where: { $0["id"] == wanted }) else { return .none }
            return .record(record.map { Value.Field($0.key, $0.value) })
        }
        if let match = text.wholeMatch(of: /(\w+)\.(\w+)/), case .record(let fields)? = variables[String(match.1)] {
            return fields.first { $0.name == match.2 }?.value ?? .none
        }
        if let match = text.wholeMatch(of: /(\w+)\[(\w+)\]/), case .list(let elements)? = variables[String(match.1)],
            case .number(let index) = value(match.2, &variables)
        {
            return elements[index]
        }
        if let match = text.wholeMatch(of: /len\((\w+)\)/), case .list(let elements)? = variables[String(match.1)] {
            return .number(elements.count)
        }
        if let match = text.wholeMatch(of: /(\w+)\((\[.*\]|\w+)(?:, (\w+))?\)/),
            let function = functions[String(match.1)]
        {
            let arguments = [value(match.2, &variables)] + (match.3.map { [value($0, &variables)] } ?? [])
            var local = Dictionary(uniqueKeysWithValues: zip(function.parameters, arguments))
            return run(function.body, &local) ?? .none
        }
        if let match = text.wholeMatch(of: /(\(.+\)|\S+) (\+|-|\*|\/\/|>|==) (\S+)/) {
            let left = match.1.hasPrefix("(") ? match.1.dropFirst().dropLast() : match.1
            guard case .number(let one) = value(left, &variables), case .number(let other) = value(match.3, &variables)
            else { return .none }
            return switch match.2 {
            case "+": .number(one + other)
            case "-": .number(one - other)
            case "*": .number(one * other)
            case "//": .number(one / other)
            case ">": .truth(one > other)
            default: .truth(one == other)
            }
        }
        return .none
    }
}
