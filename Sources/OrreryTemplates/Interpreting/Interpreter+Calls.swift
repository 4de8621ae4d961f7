extension Interpreter {
    /// Calls whatever can be called.
    func call(_ callee: Value, _ arguments: CallArguments) throws -> Value {
        switch callee {
        case .macro(let macro): return try call(macro, arguments)
        case .method(let method): return try call(method, arguments)
        case .function(let function): return try call(function, arguments)
        case .loop(let loop):
            guard let recurse = loop.recurse else {
                throw Failure.runtime("The loop must have the 'recursive' marker to be called recursively.")
            }
            return try recurse(try arguments.bind("loop", "iterable", required: 1)[0] ?? .null, loop.depth0 + 1)
        case .joiner(let joiner):
            _ = try arguments.bind("joiner")
            defer { joiner.isUsed = true }
            return joiner.isUsed ? joiner.separator : .text(Text(""))
        case .undefined(let undefined): throw undefined.failure
        default: throw Failure.runtime("'\(callee.typeName)' object is not callable")
        }
    }

    /// Renders a macro's body with its parameters bound as jinja2's `Macro.__call__` does.
    func call(_ macro: Macro, _ arguments: CallArguments) throws -> Value {
        try meter.enter()
        defer { meter.leave() }
        let definition = macro.definition
        let frame = frame(definition.frame)
        var rest = arguments
        let scope = Activation(slots: frame.slots, parent: macro.scope)
        let isGiven = try bind(definition, frame, &rest, scope)
        enter(frame, scope)
        let firstDefault = definition.parameters.count - definition.defaults.count
        for (index, slot) in frame.parameters.enumerated() where !isGiven[index] {
            let name = definition.parameters[index].name
            scope.slots[slot] =
                index >= firstDefault
                ? try evaluate(definition.defaults[index - firstDefault], scope)
                : Undefined.hint("parameter '\(name)' was not provided")
        }
        return .text(try capture { try execute(definition.body, scope) }.text)
    }

    /// - Returns: which parameters were given a value.
    private func bind(
        _ definition: MacroDefinition, _ frame: Scopes.Frame, _ arguments: inout CallArguments, _ scope: Activation
    ) throws -> [Bool] {
        let name = definition.name.map { "'\($0)'" } ?? "None"
        let count = definition.parameters.count
        var isGiven = Array(repeating: false, count: count)
        for (index, parameter) in definition.parameters.enumerated() {
            let value =
                index < arguments.positional.count ? arguments.positional[index] : arguments.take(parameter.name)
            guard let value else { continue }
            isGiven[index] = true
            scope.slots[frame.parameters[index]] = value
        }
        if let slot = frame.caller {
            let caller = arguments.take("caller") ?? .null
            scope.slots[slot] = caller.isNone ? Undefined.hint("No caller defined") : caller
        }
        if let slot = frame.keywords {
            scope.slots[slot] = try dictionary(arguments.named.map { (.text(Text($0.name)), $0.value) })
        } else if let unknown = arguments.named.first?.name {
            throw Failure.runtime(
                arguments.named.contains { $0.name == "caller" }
                    ? "macro \(name) was invoked with two values for the special caller argument. This is most likely a bug."
                    : "macro \(name) takes no keyword argument '\(unknown)'")
        }
        if let slot = frame.varargs {
            scope.slots[slot] = try tuple(Array(arguments.positional.dropFirst(count)))
        } else if arguments.positional.count > count {
            throw Failure.runtime("macro \(name) takes not more than \(count) argument(s)")
        }
        return isGiven
    }

    private func call(_ function: Function, _ arguments: CallArguments) throws -> Value {
        switch function {
        case .range: return .range(try range(arguments))
        case .dict: return try dictionary(try entries(arguments))
        case .namespace:
            let namespace = try makeNamespace()
            for (key, value) in try entries(arguments) {
                guard let name = key.text else {
                    throw Failure.runtime("attribute name must be string, not '\(key.typeName)'")
                }
                try set(namespace, name, value)
            }
            return .namespace(namespace)
        case .cycler:
            if arguments.positional.isEmpty || !arguments.named.isEmpty {
                throw Failure.runtime("at least one item has to be provided")
            }
            return .cycler(Cycler(try ItemList(arguments.positional, meter)))
        case .joiner: return .joiner(Joiner(try arguments.bind("joiner", "sep")[0] ?? .text(Text(", "))))
        case .lipsum: throw Failure.runtime("lipsum is not supported: its text is random")
        case .raiseException:
            throw Failure.raised(
                try string(try arguments.bind("raise_exception", "message", required: 1)[0] ?? .null).string)
        case .strftimeNow:
            guard let format = try arguments.bind("strftime_now", "format", required: 1)[0]?.text else {
                throw Failure.runtime("strftime_now() argument must be str")
            }
            return try text(try DateText.format(format, seconds: now, meter))
        }
    }

    /// The sandbox's range: at most 100,000 numbers.
    private func range(_ arguments: CallArguments) throws -> IntegerRange {
        let values = try arguments.bindPositional("range", 1 ... 3).compactMap { $0 }.map { value throws -> Int in
            if case .undefined(let undefined) = value { throw undefined.failure }
            guard let integer = value.integer else {
                throw Failure.runtime("'\(value.typeName)' object cannot be interpreted as an integer")
            }
            return integer
        }
        let (start, stop, step) =
            values.count == 1 ? (0, values[0], 1) : (values[0], values[1], values.count == 3 ? values[2] : 1)
        if step == 0 { throw Failure.runtime("range() arg 3 must not be zero") }
        let tooBig = Failure.runtime("Range too big. The sandbox blocks ranges larger than MAX_RANGE (100000).")
        guard step > 0 ? start < stop : start > stop else {
            return IntegerRange(start: start, stop: stop, step: step, count: 0)
        }
        let (distance, overflow) =
            step > 0 ? stop.subtractingReportingOverflow(start) : start.subtractingReportingOverflow(stop)
        if overflow { throw tooBig }
        let count = (distance - 1) / Int(clamping: step.magnitude) + 1
        if count > 100_000 { throw tooBig }
        return IntegerRange(start: start, stop: stop, step: step, count: count)
    }

    /// What `dict(...)` is made of: a mapping or pairs, then names.
    private func entries(_ arguments: CallArguments) throws -> [(key: Value, value: Value)] {
        guard arguments.positional.count <= 1 else {
            throw Failure.runtime("dict expected at most 1 argument, got \(arguments.positional.count)")
        }
        var entries: [(key: Value, value: Value)] = []
        switch arguments.positional.first {
        case nil: break
        case .dictionary(let dictionary): entries = dictionary.entries.map { ($0.key, $0.value) }
        case .undefined(let undefined): throw undefined.failure
        case let value?:
            for pair in try items(value) {
                let pair = try items(pair)
                guard pair.count == 2 else {
                    throw Failure.runtime("dictionary update sequence element has length \(pair.count); 2 is required")
                }
                entries.append((pair[0], pair[1]))
            }
        }
        return entries + arguments.named.map { (.text(Text($0.name)), $0.value) }
    }
}
