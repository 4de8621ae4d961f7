import Foundation

extension Interpreter {
    func numberFilter(_ filter: Filters, _ value: Value, _ arguments: CallArguments) throws -> Value {
        switch filter {
        case .abs:
            _ = try arguments.bindPositional("abs", 0 ... 0)
            if case .undefined(let undefined) = value {
                throw Failure.runtime("bad operand type for abs(): 'Undefined' (\(undefined.description))")
            }
            if case .float(let number) = value { return .float(Swift.abs(number)) }
            guard let integer = value.integer else {
                throw Failure.runtime("bad operand type for abs(): '\(value.typeName)'")
            }
            return integer < 0 ? try apply(.minus, .int(integer)) : .int(integer)
        case .int: return try toInteger(value, arguments)
        case .float:
            let values = try arguments.bind("float", "default")
            if case .undefined(let undefined) = value { throw undefined.failure }
            return try toDouble(value).map(Value.float) ?? values[0] ?? .float(0)
        case .round: return try round(value, arguments)
        case .sum:
            let values = try arguments.bind("sum", "attribute", "start")
            let path = try attributePath(values[0])
            var total = values[1] ?? .int(0)
            if case .text = total { throw Failure.runtime("sum() can't sum strings [use ''.join(seq) instead]") }
            let source = try iterator(value)
            while let item = try source.next() { total = try apply(.add, total, try lookUp(path, in: item)) }
            return total
        case .filesizeformat: return try fileSize(value, arguments)
        default: return try extreme(filter, value, arguments)
        }
    }

    /// Python's `float(value)`; nil for what is no number.
    private func toDouble(_ value: Value) throws -> Double? {
        if case .text(let text) = value { return FloatText.parse(text) }
        return double(value)
    }

    private func toInteger(_ value: Value, _ arguments: CallArguments) throws -> Value {
        let values = try arguments.bind("int", "default", "base")
        let fallback = values[0] ?? .int(0)
        if case .undefined(let undefined) = value { throw undefined.failure }
        if case .text(let text) = value {
            let base = values[1] ?? .int(10)
            if let radix = base.integer, radix == 0 || 2 ... 36 ~= radix,
                let integer = IntegerText.parse(text, base: radix)
            {
                return .int(integer)
            }
        } else if let integer = value.integer {
            return .int(integer)
        }
        // "42.23" is 42.
        guard let number = try toDouble(value), number.isFinite else {
            if case .float(let number) = value, number.isInfinite {
                throw Failure.runtime("cannot convert float infinity to integer")
            }
            return fallback
        }
        guard Swift.abs(number) < 0x1p63 else { throw Failure.limit("an integer beyond 64 bits") }
        return .int(Int(number))
    }

    private func round(_ value: Value, _ arguments: CallArguments) throws -> Value {
        let values = try arguments.bind("round", "precision", "method")
        let method = values[1]?.text?.string ?? (values[1] == nil ? "common" : "")
        guard ["common", "ceil", "floor"].contains(method) else {
            throw Failure.runtime("method must be common, ceil or floor")
        }
        if case .undefined(let undefined) = value { throw undefined.failure }
        if method == "common" {
            guard let number = double(value) else {
                throw Failure.runtime("type \(value.typeName) doesn't define __round__ method")
            }
            let places = values[0] ?? .int(0)
            if places.isNone {
                guard number.isFinite, Swift.abs(number) < 0x1p63 else {
                    throw Failure.runtime("cannot convert float to integer")
                }
                return .int(Int(number.rounded(.toNearestOrEven)))
            }
            guard let places = places.integer else {
                throw Failure.runtime("'\(places.typeName)' object cannot be interpreted as an integer")
            }
            if let integer = value.integer { return .int(places >= 0 ? integer : roundedInteger(integer, -places)) }
            let rounded = FloatText.rounded(number, places)
            if rounded.isInfinite, number.isFinite { throw Failure.runtime("rounded value too large to represent") }
            return .float(rounded)
        }
        let scale = try apply(.power, .int(10), values[0] ?? .int(0))
        guard let scaled = double(try apply(.multiply, value, scale)) else {
            throw Failure.runtime("must be real number, not \(value.typeName)")
        }
        guard scaled.isFinite else {
            throw Failure.runtime("cannot convert float \(scaled.isNaN ? "NaN" : "infinity") to integer")
        }
        guard Swift.abs(scaled) < 0x1p63 else { throw Failure.limit("an integer beyond 64 bits") }
        return try apply(.divide, .int(Int(scaled.rounded(method == "ceil" ? .up : .down))), scale)
    }

    /// To a multiple of a power of ten, halves to the even one.
    private func roundedInteger(_ value: Int, _ zeros: Int) -> Int {
        guard zeros < 19 else { return 0 }
        let unit = (0 ..< zeros).reduce(1) { product, _ in product * 10 }
        let remainder = ((value % unit) + unit) % unit
        let (below, overflow) = value.subtractingReportingOverflow(remainder)
        if overflow { return value }
        let isUp = remainder > unit - remainder || (remainder == unit - remainder && (below / unit) % 2 != 0)
        let (above, tooHigh) = below.addingReportingOverflow(isUp ? unit : 0)
        return tooHigh ? below : above
    }

    private func extreme(_ filter: Filters, _ value: Value, _ arguments: CallArguments) throws -> Value {
        let values = try arguments.bind(filter.rawValue, "case_sensitive", "attribute")
        let isCaseSensitive = try values[0].map { try isTrue($0) } ?? false
        let path = try attributePath(values[1])
        func key(_ item: Value) throws -> Value {
            let found = try lookUp(path, in: item)
            return isCaseSensitive ? found : try ignoringCase(found)
        }
        let source = try iterator(value)
        guard var best = try source.next() else { return Undefined.hint("No aggregated item, sequence was empty.") }
        var bestKey = try key(best)
        while let item = try source.next() {
            let itemKey = try key(item)
            if try filter == .min ? isLess(itemKey, bestKey) : compare(itemKey, .greater, bestKey) {
                (best, bestKey) = (item, itemKey)
            }
        }
        return best
    }

    private func fileSize(_ value: Value, _ arguments: CallArguments) throws -> Value {
        let isBinary = try arguments.bind("filesizeformat", "binary")[0].map { try isTrue($0) } ?? false
        if case .undefined(let undefined) = value { throw undefined.failure }
        guard let bytes = try toDouble(value) else {
            throw Failure.runtime("could not convert to float: \(try repr(value).string)")
        }
        let base: Double = isBinary ? 1024 : 1000
        if bytes == 1 { return .text(Text("1 Byte")) }
        if bytes < base {
            guard bytes.isFinite, bytes > -0x1p63 else {
                throw Failure.runtime("cannot convert float infinity to integer")
            }
            return .text(Text("\(Int(bytes)) Bytes"))
        }
        let prefixes = ["k", "M", "G", "T", "P", "E", "Z", "Y"].map { isBinary ? "\($0.uppercased())iB" : "\($0)B" }
        var unit = base
        for (index, prefix) in prefixes.enumerated() {
            unit = pow(base, Double(index + 2))
            if bytes < unit || index == prefixes.count - 1 {
                return .text(Text("\(FloatText.fixed(base * bytes / unit, 1, "f")) \(prefix)"))
            }
        }
        return .null
    }
}
