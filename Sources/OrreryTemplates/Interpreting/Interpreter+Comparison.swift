extension Interpreter {
    func compare(_ a: Value, _ comparison: Comparison, _ b: Value) throws -> Bool {
        switch comparison {
        case .equal: try equals(a, b)
        case .notEqual: try !equals(a, b)
        case .isIn: try contains(b, a)
        case .notIn: try !contains(b, a)
        case .less: try order(a, b, "<") { $0 < 0 }
        case .lessOrEqual: try order(a, b, "<=") { $0 <= 0 }
        case .greater: try order(a, b, ">") { $0 > 0 }
        case .greaterOrEqual: try order(a, b, ">=") { $0 >= 0 }
        }
    }

    func equals(_ a: Value, _ b: Value) throws -> Bool {
        try meter.enter()
        defer { meter.leave() }
        switch (a, b) {
        case (.null, .null), (.undefined, .undefined): return true
        case (.text(let x), .text(let y)):
            try meter.step(over: min(x.utf8.count, y.utf8.count))
            return x == y
        case (.list(let x), .list(let y)), (.tuple(let x), .tuple(let y)):
            guard x.items.count == y.items.count else { return false }
            for (left, right) in zip(x.items, y.items) where try !isSame(left, right) { return false }
            return true
        case (.dictionary(let x), .dictionary(let y)):
            guard x.count == y.count else { return false }
            for entry in x.entries {
                guard let other = try y.value(entry.key, meter), try isSame(entry.value, other) else { return false }
            }
            return true
        case (.range(let x), .range(let y)): return try Key(.range(x), meter) == Key(.range(y), meter)
        default:
            if let order = numericOrder(a, b) { return order == .some(0) }
            return isIdentical(a, b)
        }
    }

    /// Equal, or the very same value: how containers compare what is in them, so that a NaN is in the list that holds
    /// it.
    private func isSame(_ a: Value, _ b: Value) throws -> Bool { try equals(a, b) }

    /// Python's `is`, as far as it means anything: small values that are equal, and containers that are one.
    func isIdentical(_ a: Value, _ b: Value) -> Bool {
        switch (a, b) {
        case (.null, .null): true
        case (.bool(let x), .bool(let y)): x == y
        case (.int(let x), .int(let y)): x == y
        case (.text(let x), .text(let y)): x == y
        case (.list(let x), .list(let y)), (.tuple(let x), .tuple(let y)): x === y
        case (.dictionary(let x), .dictionary(let y)): x === y
        case (.namespace(let x), .namespace(let y)): x === y
        case (.macro(let x), .macro(let y)): x === y
        case (.loop(let x), .loop(let y)): x === y
        case (.iterator(let x), .iterator(let y)): x === y
        case (.cycler(let x), .cycler(let y)): x === y
        case (.joiner(let x), .joiner(let y)): x === y
        case (.function(let x), .function(let y)): x == y
        case (.view(let x), .view(let y)): x.kind == y.kind && x.dictionary === y.dictionary
        default: false
        }
    }

    /// Below, equal or above zero; the inner nil where one is not a number. The outer nil if a value is no number at
    /// all.
    private func numericOrder(_ a: Value, _ b: Value) -> Int?? {
        if let x = a.integer, let y = b.integer { return x < y ? -1 : x > y ? 1 : 0 }
        switch (a, b) {
        case (.float(let x), .float(let y)): return x.isNaN || y.isNaN ? .some(nil) : x < y ? -1 : x > y ? 1 : 0
        case (.float(let x), _): return b.integer.map { order(x, $0) }
        case (_, .float(let y)): return a.integer.map { order(y, $0).map { -$0 } }
        default: return nil
        }
    }

    /// A float against an integer, exactly.
    private func order(_ x: Double, _ y: Int) -> Int? {
        if x.isNaN { return nil }
        if x >= 0x1p63 { return 1 }
        if x < -0x1p63 { return -1 }
        let whole = Int(x.rounded(.towardZero))
        if whole != y { return whole < y ? -1 : 1 }
        let fraction = x - x.rounded(.towardZero)
        return fraction < 0 ? -1 : fraction > 0 ? 1 : 0
    }

    private func order(_ a: Value, _ b: Value, _ sign: String, _ holds: (Int) -> Bool) throws -> Bool {
        try meter.enter()
        defer { meter.leave() }
        if case .undefined(let undefined) = a { throw undefined.failure }
        if case .undefined(let undefined) = b { throw undefined.failure }
        if let order = numericOrder(a, b) { return order.map(holds) ?? false }
        switch (a, b) {
        case (.text(let x), .text(let y)):
            try meter.step(over: min(x.utf8.count, y.utf8.count))
            return holds(x < y ? -1 : y < x ? 1 : 0)
        case (.list(let x), .list(let y)), (.tuple(let x), .tuple(let y)):
            for (left, right) in zip(x.items, y.items) where try !equals(left, right) {
                return try order(left, right, sign, holds)
            }
            return holds(x.items.count - y.items.count)
        default:
            throw Failure.runtime("'\(sign)' not supported between instances of '\(a.typeName)' and '\(b.typeName)'")
        }
    }

    func isLess(_ a: Value, _ b: Value) throws -> Bool { try order(a, b, "<") { $0 < 0 } }

    /// Python's `item in container`.
    func contains(_ container: Value, _ item: Value) throws -> Bool {
        switch container {
        case .text(let text):
            guard let part = item.text else {
                throw Failure.runtime("'in <string>' requires string as left operand, not \(item.typeName)")
            }
            try meter.step(over: text.utf8.count)
            return text.contains(part)
        case .dictionary(let dictionary): return try dictionary.value(item, meter) != nil
        case .view(let view) where view.kind == .keys: return try view.dictionary.value(item, meter) != nil
        case .range(let range):
            if let integer = item.integer { return range.index(of: integer) != nil }
            if case .float(let number) = item { return Int(exactly: number).flatMap(range.index) != nil }
            return false
        default:
            guard let iterator = try iteratorIfIterable(container) else {
                throw Failure.runtime("argument of type '\(container.typeName)' is not iterable")
            }
            while let element = try iterator.next() {
                if try equals(element, item) { return true }
            }
            return false
        }
    }

    /// Sorts as Python does: stable, by `<` alone, also when reversed.
    func sorted<T>(_ items: [T], reverse: Bool, by key: (T) -> Value) throws -> [T] {
        guard items.count > 1 else { return items }
        let middle = items.count / 2
        let left = try sorted(Array(items[..<middle]), reverse: reverse, by: key)
        let right = try sorted(Array(items[middle...]), reverse: reverse, by: key)
        var (result, i, j) = ([T](), 0, 0)
        result.reserveCapacity(items.count)
        while i < left.count, j < right.count {
            try meter.step()
            let (a, b) = (key(left[i]), key(right[j]))
            if try reverse ? isLess(a, b) : isLess(b, a) {
                result.append(right[j])
                j += 1
            } else {
                result.append(left[i])
                i += 1
            }
        }
        return result + left[i...] + right[j...]
    }
}
