extension Interpreter {
    func run(_ loop: Loop, _ scope: Activation) throws -> Flow {
        let iterable = try evaluate(loop.iterable, scope)
        guard loop.isRecursive else { return try iterate(loop, iterable, in: scope, definedIn: scope, depth: 0) }
        try write(try string(try renderRecursive(loop, iterable, scope, depth: 0)))
        return .normal
    }

    /// The text of a recursive loop, each level with variables of its own.
    private func renderRecursive(_ loop: Loop, _ iterable: Value, _ scope: Activation, depth: Int) throws -> Value {
        try meter.enter()
        defer { meter.leave() }
        let inner = Activation(slots: frame(loop.frame).slots, parent: scope)
        return .text(try capture { try iterate(loop, iterable, in: inner, definedIn: scope, depth: depth) }.text)
    }

    private func iterate(
        _ loop: Loop, _ iterable: Value, in scope: Activation, definedIn outer: Activation, depth: Int
    ) throws -> Flow {
        let frame = frame(loop.frame)
        var iterator = try iterator(iterable)
        var length = length(iterable)
        if let condition = loop.condition {
            iterator = try filtered(iterator, loop, condition, outer)
            length = nil
        }
        let context = frame.loop.map { _ in
            LoopContext(
                iterator, length: length, depth0: depth,
                recurse: loop.isRecursive
                    ? { [unowned self] in
                        try renderRecursive(loop, $0, outer, depth: $1)
                    } : nil)
        }
        var isFinished = false  // Whether the body ran to its end once; `continue` does not count, in jinja2 neither.
        while let item = try context == nil ? iterator.next() : context?.next() {
            try meter.step()
            if let context, let slot = frame.loop { scope.slots[slot] = .loop(context) }
            try assign(loop.target, item, scope)
            enter(frame, scope)
            let flow = try execute(loop.body, scope)
            if flow == .breakLoop { break }
            if flow == .normal { isFinished = true }
        }
        leave(frame, scope)
        guard !isFinished, !loop.otherwise.isEmpty else { return .normal }
        let otherwise = self.frame(loop.otherwiseFrame)
        enter(otherwise, scope)
        defer { leave(otherwise, scope) }
        return try execute(loop.otherwise, scope)
    }

    /// The items that satisfy a loop's condition, tested as they are asked for.
    private func filtered(
        _ iterator: ValueIterator, _ loop: Loop, _ condition: Expression, _ scope: Activation
    ) throws -> ValueIterator {
        var isEntered = false
        return try ValueIterator("generator", depth: iterator.depth + 1) { [unowned self] in
            if !isEntered { enter(frame(loop.conditionFrame), scope) }
            isEntered = true
            while let item = try iterator.next() {
                try meter.step()
                try assign(loop.target, item, scope, isCondition: true)
                if try isTrue(try evaluate(condition, scope)) { return try value(of: loop.target, scope) }
            }
            return nil
        }
    }

    /// The variables of a condition as one value: what was a list becomes a tuple, if it was unpacked.
    private func value(of target: Target, _ scope: Activation) throws -> Value {
        switch target {
        case .name(let name, let occurrence), .attribute(let name, let occurrence, _, _):
            scopes.conditionReferences[occurrence].flatMap { read($0, scope) } ?? Undefined.missing(name)
        case .tuple(let targets, _): try tuple(try targets.map { try value(of: $0, scope) })
        }
    }
}
