/// What a function, filter, test or macro is called with.
struct CallArguments {
    var positional: [Value] = []
    var named: [(name: String, value: Value)] = []

    var isEmpty: Bool { positional.isEmpty && named.isEmpty }

    /// Removes and returns the argument of a name.
    mutating func take(_ name: String) -> Value? {
        named.firstIndex { $0.name == name }.map { named.remove(at: $0).value }
    }

    /// The arguments in the order of the parameters; nil for those not given.
    ///
    /// - Parameters:
    ///   - function: its name, for messages.
    ///   - required: how many of the first parameters must be there.
    func bind(_ function: String, _ parameters: String..., required: Int = 0) throws -> [Value?] {
        guard positional.count <= parameters.count else {
            throw Failure.runtime(
                "\(function)() takes at most \(parameters.count) arguments (\(positional.count) given)")
        }
        var values: [Value?] = positional + Array(repeating: nil, count: parameters.count - positional.count)
        for (name, value) in named {
            guard let place = parameters.firstIndex(of: name) else {
                throw Failure.runtime("\(function)() got an unexpected keyword argument '\(name)'")
            }
            guard place >= positional.count else {
                throw Failure.runtime("\(function)() got multiple values for argument '\(name)'")
            }
            values[place] = value
        }
        if let missing = (0 ..< required).first(where: { values[$0] == nil }) {
            throw Failure.runtime("\(function)() is missing its argument '\(parameters[missing])'")
        }
        return values
    }

    /// Arguments of one of Python's own functions, which have no names.
    func bindPositional(_ function: String, _ counts: ClosedRange<Int>) throws -> [Value?] {
        if let name = named.first?.name { throw Failure.runtime("\(function)() takes no keyword argument '\(name)'") }
        guard counts.contains(positional.count) else {
            throw Failure.runtime(
                "\(function)() takes \(counts.lowerBound == counts.upperBound ? "" : "at most ")\(counts.upperBound) arguments (\(positional.count) given)"
            )
        }
        return positional + Array(repeating: nil, count: counts.upperBound - positional.count)
    }
}
