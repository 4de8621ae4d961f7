extension Interpreter {
    func execute(_ statements: [Statement], _ scope: Activation) throws -> Flow {
        try meter.enter()
        defer { meter.leave() }
        for statement in statements {
            let flow = try execute(statement, scope)
            if flow != .normal { return flow }
        }
        return .normal
    }

    private func execute(_ statement: Statement, _ scope: Activation) throws -> Flow {
        switch statement {
        case .text(let text): try write(text)
        case .output(let expression, let at):
            position = at
            try write(try string(try evaluate(expression, scope)))
        case .if(let branches, let otherwise, let at):
            position = at
            for (test, body) in branches where try isTrue(try evaluate(test, scope)) { return try execute(body, scope) }
            return try execute(otherwise, scope)
        case .for(let loop):
            position = loop.at
            return try run(loop, scope)
        case .set(let target, let value, let at):
            position = at
            try checkNamespaces(target, scope)
            try assign(target, try evaluate(value, scope), scope)
        case .setBlock, .with, .filterBlock, .scope: return try executeBlock(statement, scope)
        case .macro(let macro):
            try keep(scope)
            scope.assign(scopes.references[macro.nameOccurrence], .macro(Macro(macro, scope)))
        case .call(let callee, let arguments, let caller, let at):
            try keep(scope)
            let function = try evaluate(callee, scope)
            var values = try evaluate(arguments, scope)
            values.named.append(("caller", .macro(Macro(caller, scope))))
            position = at
            try write(try string(try call(function, values)))
        case .generation(let body, let at):
            position = at
            try keep(scope)
            if case .text(let text) = try call(Macro(body, scope), CallArguments()) { try writeGenerated(text) }
        case .breakLoop: return .breakLoop
        case .continueLoop: return .continueLoop
        }
        return .normal
    }

    /// Statements with a scope of their own.
    private func executeBlock(_ statement: Statement, _ scope: Activation) throws -> Flow {
        switch statement {
        case .with(let values, let body, let number, _):
            let frame = frame(number)
            enter(frame, scope)
            for (target, value) in values { try assign(target, try evaluate(value, scope), scope) }
            let flow = try execute(body, scope)
            if flow == .normal { leave(frame, scope) }
            return flow
        case .scope(let body, let number, _):
            let frame = frame(number)
            enter(frame, scope)
            defer { leave(frame, scope) }
            return try execute(body, scope)
        case .setBlock(let target, let filter, let body, let number, let at):
            let frame = frame(number)
            enter(frame, scope)
            let (captured, flow) = try capture { try execute(body, scope) }
            guard flow == .normal else { return flow }
            position = at
            var value = Value.text(captured)
            if let filter { value = try evaluateBlockFilter(filter, value, scope) }
            try checkNamespaces(target, scope)
            try assign(target, value, scope)
            leave(frame, scope)
        case .filterBlock(let filter, let body, let number, let at):
            let frame = frame(number)
            enter(frame, scope)
            let (captured, flow) = try capture { try execute(body, scope) }
            guard flow == .normal else { return flow }
            position = at
            try write(try string(try evaluateBlockFilter(filter, .text(captured), scope)))
            leave(frame, scope)
        default: break
        }
        return .normal
    }

    func frame(_ number: Int) -> Scopes.Frame { scopes.frames[number] ?? Scopes.Frame() }

    // MARK: Assignment

    private func checkNamespaces(_ target: Target, _ scope: Activation) throws {
        switch target {
        case .name: break
        case .attribute(_, let occurrence, _, let at):
            guard case .namespace? = scopes.references[occurrence].flatMap({ read($0, scope) }) else {
                position = at
                throw Failure.runtime("cannot assign attribute on non-namespace object")
            }
        case .tuple(let targets, _): for target in targets { try checkNamespaces(target, scope) }
        }
    }

    /// - Parameter isCondition: for the variables of a loop's condition.
    func assign(_ target: Target, _ value: Value, _ scope: Activation, isCondition: Bool = false) throws {
        switch target {
        case .name(_, let occurrence):
            scope.assign(isCondition ? scopes.conditionReferences[occurrence] : scopes.references[occurrence], value)
        case .attribute(_, let occurrence, let name, let at):
            position = at
            guard case .namespace(let namespace)? = scopes.references[occurrence].flatMap({ read($0, scope) }) else {
                return
            }
            try set(namespace, Text(name), value)
        case .tuple(let targets, let at):
            position = at
            for (target, item) in zip(targets, try unpack(value, targets.count)) {
                try assign(target, item, scope, isCondition: isCondition)
            }
        }
    }

    func set(_ namespace: Namespace, _ name: Text, _ value: Value) throws {
        guard name.utf8.first != UInt8(ascii: "_") else {
            throw Failure.runtime(
                "a namespace cannot store the attribute '\(name.string)': its name begins with an underscore")
        }
        namespace.set(name, value)
    }

    private func unpack(_ value: Value, _ count: Int) throws -> [Value] {
        guard let iterator = try iteratorIfIterable(value) else {
            throw Failure.runtime("cannot unpack non-iterable \(value.typeName) object")
        }
        var items: [Value] = []
        while let item = try iterator.next() {
            if items.count == count { throw Failure.runtime("too many values to unpack (expected \(count))") }
            items.append(item)
        }
        if items.count < count {
            throw Failure.runtime("not enough values to unpack (expected \(count), got \(items.count))")
        }
        return items
    }
}

extension Activation {
    /// A scope sets only variables of the function it is in.
    func assign(_ reference: Scopes.Reference?, _ value: Value) { if let reference { slots[reference.slot] = value } }
}
