import Foundation

extension Interpreter {
    private enum Pair {
        case ints(Int, Int)
        case floats(Double, Double)
    }

    private func numbers(_ a: Value, _ b: Value) -> Pair? {
        if let x = a.integer, let y = b.integer { return .ints(x, y) }
        guard let x = double(a), let y = double(b) else { return nil }
        return .floats(x, y)
    }

    func double(_ value: Value) -> Double? {
        if case .float(let number) = value { return number }
        return value.integer.map(Double.init)
    }

    func apply(_ op: BinaryOperator, _ a: Value, _ b: Value) throws -> Value {
        if op == .modulo, case .text(let format) = a {
            return try inheriting(.text(try percentFormat(format, b)), from: a)
        }
        if case .undefined(let undefined) = a { throw undefined.failure }
        if case .undefined(let undefined) = b { throw undefined.failure }
        if let pair = numbers(a, b) {
            switch pair {
            case .ints(let x, let y): return try apply(op, x, y)
            case .floats(let x, let y): return .float(try apply(op, x, y))
            }
        }
        switch (op, a, b) {
        case (.add, .text(let x), .text(let y)):
            let isMarkup = x.isMarkup || y.isMarkup
            var writer = Writer(meter)
            try writer.append(isMarkup ? try escaped(x) : x)
            try writer.append(isMarkup ? try escaped(y) : y)
            return .text(try writer.text(isMarkup: isMarkup))
        case (.add, .list(let x), .list(let y)): return try list(x.items + y.items)
        case (.add, .tuple(let x), .tuple(let y)): return try tuple(x.items + y.items)
        case (.add, .text, _), (.add, .list, _), (.add, .tuple, _):
            throw Failure.runtime("can only concatenate \(a.typeName) (not \"\(b.typeName)\") to \(a.typeName)")
        case (.multiply, _, _):
            if let repeated = try repeated(a, b) ?? repeated(b, a) { return repeated }
        default: break
        }
        throw Failure.runtime(
            "unsupported operand type(s) for \(op.rawValue)\(op == .power ? " or pow()" : ""): '\(a.typeName)' and '\(b.typeName)'"
        )
    }

    /// `sequence * count`; nil for other operands.
    private func repeated(_ sequence: Value, _ count: Value) throws -> Value? {
        guard let count = count.integer.map({ max(0, $0) }) else { return nil }
        func times(_ size: Int) -> (Int, Bool) { size.multipliedReportingOverflow(by: count) }
        switch sequence {
        case .text(let string):
            let (size, overflow) = times(string.utf8.count)
            try meter.allow(size, overflow)
            return try inheriting(
                try text(Array(repeatElement(string.utf8, count: string.isEmpty ? 0 : count).joined())), from: sequence)
        case .list(let items), .tuple(let items):
            let (size, overflow) = times(items.items.count)
            try meter.allow(elements: size, overflow)
            let all = Array(repeatElement(items.items, count: items.items.isEmpty ? 0 : count).joined())
            if case .list = sequence { return try list(all) }
            return try tuple(all)
        default: return nil
        }
    }

    private func apply(_ op: BinaryOperator, _ x: Int, _ y: Int) throws -> Value {
        func checked(_ result: (partialValue: Int, overflow: Bool)) throws -> Value {
            if result.overflow { throw Failure.limit("an integer beyond 64 bits") }
            return .int(result.partialValue)
        }
        switch op {
        case .add: return try checked(x.addingReportingOverflow(y))
        case .subtract: return try checked(x.subtractingReportingOverflow(y))
        case .multiply: return try checked(x.multipliedReportingOverflow(by: y))
        case .divide:
            if y == 0 { throw Failure.runtime("division by zero") }
            return .float(Double(x) / Double(y))
        case .floorDivide, .modulo:
            if y == 0 { throw Failure.runtime("integer division or modulo by zero") }
            let (quotient, overflow) = x.dividedReportingOverflow(by: y)
            if overflow { return op == .modulo ? .int(0) : try checked((0, true)) }
            let remainder = x % y
            let isBelow = remainder != 0 && (remainder < 0) != (y < 0)
            return .int(op == .modulo ? (isBelow ? remainder + y : remainder) : (isBelow ? quotient - 1 : quotient))
        case .power:
            if y < 0 { return .float(try apply(.power, Double(x), Double(y))) }
            var (result, base, exponent) = ((partialValue: 1, overflow: false), (partialValue: x, overflow: false), y)
            if x == 0 || x == 1 || x == -1 { return .int(y == 0 ? 1 : x == -1 && y % 2 == 0 ? 1 : x) }
            while exponent > 0 {
                if exponent & 1 == 1 {
                    if base.overflow { throw Failure.limit("an integer beyond 64 bits") }
                    result = result.partialValue.multipliedReportingOverflow(by: base.partialValue)
                    if result.overflow { throw Failure.limit("an integer beyond 64 bits") }
                }
                exponent >>= 1
                if exponent > 0, !base.overflow {
                    base = base.partialValue.multipliedReportingOverflow(by: base.partialValue)
                }
            }
            return .int(result.partialValue)
        }
    }

    private func apply(_ op: BinaryOperator, _ x: Double, _ y: Double) throws -> Double {
        switch op {
        case .add: return x + y
        case .subtract: return x - y
        case .multiply: return x * y
        case .divide:
            if y == 0 { throw Failure.runtime("float division by zero") }
            return x / y
        case .floorDivide, .modulo:
            if y == 0 { throw Failure.runtime(op == .modulo ? "float modulo" : "float floor division by zero") }
            // As CPython's float_divmod: exact remainder first, then the quotient from it.
            var remainder = fmod(x, y)
            var quotient = (x - remainder) / y
            if remainder != 0 {
                if (y < 0) != (remainder < 0) { (remainder, quotient) = (remainder + y, quotient - 1) }
            } else {
                remainder = y.sign == .minus ? -0.0 : 0.0
            }
            if op == .modulo { return remainder }
            if quotient == 0 { return (x / y).sign == .minus ? -0.0 : 0.0 }
            let floor = quotient.rounded(.down)
            return quotient - floor > 0.5 ? floor + 1 : floor
        case .power:
            if x == 0, y < 0 { throw Failure.runtime("0.0 cannot be raised to a negative power") }
            if x < 0, x.isFinite, y.isFinite, y != y.rounded() {
                throw Failure.runtime("a complex number, which is not supported")
            }
            let result = pow(x, y)
            if result.isInfinite, x.isFinite, y.isFinite {
                throw Failure.runtime("(34, 'Numerical result out of range')")
            }
            return result
        }
    }

    func apply(_ op: UnaryOperator, _ value: Value) throws -> Value {
        if case .undefined(let undefined) = value { throw undefined.failure }
        if case .float(let number) = value { return .float(op == .minus ? -number : number) }
        guard let integer = value.integer else {
            throw Failure.runtime("bad operand type for unary \(op.rawValue): '\(value.typeName)'")
        }
        if op == .plus { return .int(integer) }
        let (negative, overflow) = 0.subtractingReportingOverflow(integer)
        if overflow { throw Failure.limit("an integer beyond 64 bits") }
        return .int(negative)
    }
}
