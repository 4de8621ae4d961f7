extension SchemaMachine {
    /// A node of a level with one of its options.
    private struct Place: Hashable {
        let level: ObjectIdentifier
        let node: Int32
        let option: UInt32
    }

    /// The bytes of the shortest way to a complete text. It falls by one at least with some byte, from wherever it is
    /// asked, so that following it leads to the end.
    func rest(_ configuration: Configuration) -> Int {
        var known: [Place: Int] = [:]
        let level = configuration.level
        return level.nodes.indices.map { rest(level, Int32($0), 0, &known) }.min() ?? Shortest.unreachable
    }

    /// The bytes from a node to the end of the whole text.
    ///
    /// - Parameter option: as which of its options a value within it has begun.
    private func rest(_ level: Level, _ node: Int32, _ option: UInt32, _ known: inout [Place: Int]) -> Int {
        let place = Place(level: ObjectIdentifier(level), node: node, option: option)
        if let length = known[place] { return length }
        var length = rest(of: level.nodes[Int(node)].state, option)
        if let below = level.below {
            var around = Shortest.unreachable
            for parent in level.nodes[Int(node)].parents {
                around = min(around, rest(below, parent.node, parent.option, &known))
            }
            length = Shortest.sum(length, around)
        }
        known[place] = length
        return length
    }

    /// The bytes to the end of a value, as if the one that is open in it had ended.
    private func rest(of state: NodeState, _ option: UInt32) -> Int {
        switch state {
        case .value(let goal): return table.shortest(ofGoal: Int(goal))
        case .word(let kind, let position): return Self.text(of: kind).count - Int(position)
        case .number(let goal, let state, _):
            return state < 0 ? 0 : table.goals[Int(goal)].numbers!.shortest[Int(state)]
        case .string(let goal, let progress):
            let strings = table.goals[Int(goal)].strings!
            guard progress.escape == .none else {
                // Which character it becomes is open: the worst of them.
                let worst = strings.shortestRests.max() ?? 0
                return escapeRest(progress) + max(worst + 1, strings.least - Int(progress.count) + 1)
            }
            return strings.shortest(from: progress.state, Int(progress.count))
        case .array(let number, let progress, let phase):
            let shape = table.arrays[Int(number)]
            if phase == .value {
                return Shortest.sum(shape.rest(shape.adding(option, to: progress), table.shortest(ofGoal:)), 1)
            }
            let length = shape.rest(progress, table.shortest(ofGoal:))
            return Shortest.sum(length, phase == .open && length > 0 ? 0 : 1)
        case .object(let number, var progress, let phase, let key):
            progress.met |= option
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
        case .open: return Shortest.sum(length, length > 0 ? 0 : 1)
        case .value, .after: return Shortest.sum(length, 1)
        case .comma, .key, .colon: break
        }
        // The property that has begun, whichever it becomes, and then all that must come.
        let own = phase == .colon ? shape.automaton.labels[Int(key.state)] : -1
        let labels = own >= 0 ? [Int(own)] : shape.reach[Int(key.state)].members
        let ways = labels.filter { allowed(number, progress).contains($0) }.map { label -> Int in
            var after = progress
            after.count = counted(shape, progress.count + 1)
            if label < shape.names.count { after.seen.insert(label) }
            var values = Shortest.unreachable
            for option in options(number, progress, label) {
                after.met = progress.met | option.met
                let rest = shape.rest(after, table.shortest(ofGoal:))
                values = min(values, Shortest.sum(table.shortest(ofGoal: option.goal), Shortest.sum(rest, 1)))
            }
            if phase == .colon { return Shortest.sum(values, 1) }
            let rests = shape.keyRests(label)
            let escaped =
                key.escape == .none ? 0 : escapeRest(key) + (rests.filter { $0 < Shortest.unreachable }.max() ?? 0)
            let keyRest = Shortest.sum(rests[Int(key.state)], escaped)
            return Shortest.sum(Shortest.sum(keyRest, values), phase == .comma ? 3 : 2)
        }
        return ways.min() ?? Shortest.unreachable
    }

    private func escapeRest(_ progress: StringProgress) -> Int {
        switch progress.escape {
        case .none: 0
        case .backslash: 11
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
