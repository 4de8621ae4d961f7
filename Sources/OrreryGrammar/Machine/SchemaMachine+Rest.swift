extension SchemaMachine {
    /// The bytes of the shortest way to a complete text.
    func rest(_ configuration: Configuration) -> Int {
        rest(configuration.level).min() ?? Shortest.unreachable
    }

    /// For each node of a level the bytes to the end of the whole text.
    private func rest(_ level: Level) -> [Int] {
        let below = level.below.map(rest) ?? []
        return level.nodes.map { node in
            let around =
                level.below == nil ? 0 : node.parents.map { below[Int($0.node)] }.min() ?? Shortest.unreachable
            return Shortest.sum(rest(of: node.state), around)
        }
    }

    /// The bytes to the end of a value, as if the one that is open in it had ended.
    private func rest(of state: NodeState) -> Int {
        switch state {
        case .value(let goal): return table.shortest(ofGoal: Int(goal))
        case .word(let kind, let position): return Self.text(of: kind).count - Int(position)
        case .number(let goal, let state, _):
            return state < 0 ? 0 : table.goals[Int(goal)].numbers!.shortest[Int(state)]
        case .string(let goal, let progress):
            return Shortest.sum(
                table.goals[Int(goal)].strings!.shortest(from: progress.state, Int(progress.count)),
                escapeRest(progress))
        case .array(let number, let progress, let phase):
            let shape = table.arrays[Int(number)]
            let length: Int
            if phase == .value {
                let ends = shape.next(progress).map {
                    shape.rest(shape.adding($0.counted, to: progress), table.shortest(ofGoal:))
                }
                length = ends.min() ?? Shortest.unreachable
            } else {
                length = shape.rest(progress, table.shortest(ofGoal:))
            }
            return Shortest.sum(length, phase == .open && length > 0 ? 0 : 1)
        case .object(let number, let progress, let phase, let key):
            return rest(number, progress, phase, key)
        case .done: return 0
        }
    }

    private func rest(
        _ number: Int32, _ progress: ObjectShape.Progress, _ phase: ContainerPhase, _ key: StringProgress
    ) -> Int {
        let shape = table.objects[Int(number)]
        let length = shape.rest(progress, table.shortest(ofGoal:))
        switch phase {
        case .open, .comma, .key, .colon:
            guard phase != .open else { return Shortest.sum(length, length > 0 ? 0 : 1) }
            // The property that has begun, whichever it becomes, and then all that must come.
            let labels =
                phase == .colon ? [Int(shape.automaton.labels[Int(key.state)])] : shape.reach[Int(key.state)].members
            let own = labels.filter { allowed(number, progress).contains($0) }.map { label -> Int in
                let value = table.shortest(ofGoal: shape.goals[label])
                if phase == .colon { return Shortest.sum(value, 1) }
                let rest = label < shape.names.count ? shape.keyLengths[label] : shape.keyLengths[label] + 8
                return Shortest.sum(rest, value)
            }
            let needed = shape.required.members.contains { !progress.seen.contains($0) }
            let isOwn = labels.allSatisfy { $0 < shape.names.count && shape.required.contains($0) } && needed
            let one = own.min() ?? Shortest.unreachable
            return isOwn
                ? Shortest.sum(length, Shortest.sum(escapeRest(key), 1)) : Shortest.sum(Shortest.sum(length, one), 2)
        case .value, .after: return Shortest.sum(length, 1)
        }
    }

    private func escapeRest(_ progress: StringProgress) -> Int {
        switch progress.escape {
        case .none: 0
        case .backslash: 5
        case .digits: 4 - Int(progress.digits) + 6
        case .lowBackslash: 6
        case .lowU: 5
        case .lowDigits: 4 - Int(progress.digits)
        }
    }

    var longestDetour: Int { table.goals.map(\.shortest).filter { $0 != Shortest.unreachable }.max() ?? 0 }

    func representative(_ configuration: Configuration, reach: Int) -> Configuration {
        var probe = configuration
        probe.isProbe = true
        let level = configuration.level
        let nodes = level.nodes.map { node -> Level.Node in
            switch node.state {
            case .string(let goal, var progress):
                let strings = table.goals[Int(goal)].strings!
                progress.count = Int32(strings.canonical(Int(progress.count), reach: reach))
                return .init(state: .string(goal, progress), parents: node.parents)
            case .object(let shape, let progress, .key, var key):
                key.text = key.text.map { Self.probed($0, progress) }
                return .init(state: .object(shape, progress, .key, key), parents: node.parents)
            default: return node
            }
        }
        if nodes != level.nodes { probe.level = Level(Self.merged(nodes), below: level.below) }
        return probe
    }
}
