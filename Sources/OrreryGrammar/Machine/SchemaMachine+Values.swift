extension SchemaMachine {
    static func text(of kind: ValueKind) -> [UInt8] {
        switch kind {
        case .null: Array("null".utf8)
        case .true: Array("true".utf8)
        default: Array("false".utf8)
        }
    }

    /// The first byte of a value.
    func begin(_ level: Level, _ byte: UInt8) -> Level? {
        let isDeep = level.depth > Self.deepestChoice
        if level.depth > Self.deepest, byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { return nil }
        return mapping(level) { state, add in
            guard case .value(let number) = state else { return }
            let goal = table.goals[Int(number)]
            switch byte {
            case UInt8(ascii: "\""): if goal.strings != nil { add(.string(number, StringProgress())) }
            case UInt8(ascii: "["):
                for shape in goal.arrays {
                    let array = table.arrays[shape]
                    let rest = array.rest(array.start, table.shortest(ofGoal:))
                    guard rest != Shortest.unreachable, !isDeep || length(rest) == goal.shortest else { continue }
                    add(.array(Int32(shape), array.start, .open))
                }
            case UInt8(ascii: "{"):
                for shape in goal.objects {
                    let object = table.objects[shape]
                    let rest = object.rest(object.start, table.shortest(ofGoal:))
                    guard rest != Shortest.unreachable, !isDeep || length(rest) == goal.shortest else { continue }
                    add(.object(Int32(shape), object.start, .open, StringProgress()))
                }
            case UInt8(ascii: "n"): if goal.words.contains(.null) { add(.word(.null, 1)) }
            case UInt8(ascii: "t"): if goal.words.contains(.true) { add(.word(.true, 1)) }
            case UInt8(ascii: "f"): if goal.words.contains(.false) { add(.word(.false, 1)) }
            default:
                if goal.numbers != nil, let next = nextNumber(number, 0, readsAnySpelling ? [] : nil, byte) {
                    add(next)
                }
            }
        }
    }

    /// The bytes of an array or object, by those of its elements with a comma behind each.
    private func length(_ rest: Int) -> Int { Shortest.sum(rest, rest == 0 ? 2 : 1) }

    func word(_ level: Level, _ byte: UInt8) -> Level? {
        let next = mapping(level) { state, add in
            guard case .word(let kind, let position) = state, Self.text(of: kind)[Int(position)] == byte else { return }
            add(.word(kind, position + 1))
        }
        guard let next, case .word(let kind, let position) = next.nodes[0].state,
            Int(position) == Self.text(of: kind).count
        else { return next }
        return ending(next)
    }

    // MARK: Numbers

    func number(_ level: Level, _ byte: UInt8) -> Level? {
        let isPart = (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(byte) || "+-.eE".utf8.contains(byte)
        guard isPart else { return ending(level).flatMap { container($0, byte) } }
        if level.depth > Self.deepest, byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { return nil }
        return mapping(level) { state, add in
            guard case .number(let goal, let state, let text) = state else { return }
            if let next = nextNumber(goal, state, text, byte) { add(next) }
        }
    }

    /// A byte of the array or object around a number that has ended.
    private func container(_ level: Level, _ byte: UInt8) -> Level? {
        switch level.nodes[0].state {
        case .array: array(level, byte)
        case .object: object(level, byte)
        default: nil
        }
    }

    private func nextNumber(_ goal: Int32, _ state: Int32, _ text: [UInt8]?, _ byte: UInt8) -> NodeState? {
        let next = state < 0 ? -1 : table.goals[Int(goal)].numbers!.automaton.next(state, byte)
        guard let text else { return next < 0 ? nil : .number(goal, next, nil) }
        let longer = text + [byte]
        // Any spelling is decided at its end; what is no beginning of a number is not.
        var syntax = NumberSyntax.start
        for byte in longer {
            guard let after = syntax.next(byte) else { return nil }
            syntax = after
        }
        return .number(goal, next, longer)
    }

    func acceptsNumber(_ goal: Int32, _ state: Int32, _ text: [UInt8]?) -> Bool {
        let language = table.goals[Int(goal)].numbers!
        if state >= 0 { return language.automaton.labels[Int(state)] >= 0 }
        return text.map { language.accepts($0) ?? false } ?? false
    }

    // MARK: Strings

    func string(_ level: Level, _ byte: UInt8) -> Level? {
        if byte == UInt8(ascii: "\""), !isEscaped(level.nodes[0].state) { return ending(level) }
        if level.depth > Self.deepest, byte == UInt8(ascii: "[") || byte == UInt8(ascii: "{") { return nil }
        return mapping(level) { state, add in
            guard case .string(let goal, let progress) = state else { return }
            if progress.escape == .none, byte != UInt8(ascii: "\\"),
                table.goals[Int(goal)].strings!.automaton.next(progress.state, byte) < 0
            {
                return
            }
            if let next = scanner(goal).next(progress, byte) { add(.string(goal, next)) }
        }
    }

    /// Whether the next byte belongs to an escape, which it does for all alternatives or none.
    func isEscaped(_ state: NodeState) -> Bool {
        switch state {
        case .string(_, let progress), .object(_, _, _, let progress): progress.escape != .none
        default: false
        }
    }

    func scanner(_ goal: Int32) -> StringScanner {
        let strings = table.goals[Int(goal)].strings!
        return StringScanner(automaton: strings.automaton, counts: strings.countsLength, isAlive: strings.isAlive)
    }
}
