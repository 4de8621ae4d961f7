/// Reads JSON that satisfies a schema, byte by byte.
final class SchemaMachine: ByteMachine {
    struct Configuration: Hashable {
        var level: Level
        /// The bytes of white space just read.
        var spaces: UInt16
        /// Whether it is asked for a mask alone: then keys that are unlike all before are not told apart.
        var isProbe = false
    }

    let table: GoalTable
    /// Whether every spelling of JSON is read, or only the ones that are generated: numbers without exponent where
    /// something is asked of them, and white space in short runs.
    let readsAnySpelling: Bool
    private static let longestSpace: UInt16 = 40
    /// Values deeper than this are the shortest that there are, so that nesting ends.
    static let deepestChoice = 256
    /// No value is in more than these, whatever its schema: a list that long is taken apart by recursion.
    static let deepest = 1_000
    /// Whether the step that is being made is of a probe.
    private(set) var isProbe = false
    /// The text of a key that is unlike all before; no text has this byte.
    static let freshKey: [UInt8] = [0xFF]
    var allowedLabels: [ObjectKey: BitSet] = [:]

    /// An object's progress, for which labels that may come are remembered.
    struct ObjectKey: Hashable {
        let shape: Int32
        let progress: ObjectShape.Progress
    }

    init(_ table: GoalTable, readsAnySpelling: Bool) {
        self.table = table
        self.readsAnySpelling = readsAnySpelling
    }

    var start: Configuration {
        Configuration(level: Level([.init(state: .value(0), parents: [])], below: nil), spaces: 0)
    }

    func next(_ configuration: Configuration, _ byte: UInt8) -> Configuration? {
        let level = configuration.level
        if Self.isSpace(byte), !isInString(level) { return space(configuration, byte) }
        isProbe = configuration.isProbe
        return next(level, byte).map { Configuration(level: $0, spaces: 0, isProbe: configuration.isProbe) }
    }

    func accepts(_ configuration: Configuration) -> Bool {
        let level = configuration.level
        if level.below != nil { return false }
        return level.nodes.contains { node in
            switch node.state {
            case .done: true
            case .number: accepts(node.state)
            default: false
            }
        }
    }

    static func isSpace(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 }

    private func isInString(_ level: Level) -> Bool {
        switch level.nodes[0].state {
        case .string: true
        case .object(_, _, .key, _): true
        default: false
        }
    }

    private func space(_ configuration: Configuration, _ byte: UInt8) -> Configuration? {
        var level = configuration.level
        switch level.nodes[0].state {
        case .word: return nil
        case .number:
            guard let ended = ending(level) else { return nil }
            level = ended
        default: break
        }
        if readsAnySpelling { return Configuration(level: level, spaces: 0) }
        guard configuration.spaces < Self.longestSpace, level.nodes[0].state != .done else { return nil }
        return Configuration(level: level, spaces: configuration.spaces + 1, isProbe: configuration.isProbe)
    }

    /// The level after a byte that is not white space, or is within a string.
    private func next(_ level: Level, _ byte: UInt8) -> Level? {
        switch level.nodes[0].state {
        case .value: return begin(level, byte)
        case .word: return word(level, byte)
        case .number: return number(level, byte)
        case .string: return string(level, byte)
        case .array: return array(level, byte)
        case .object: return object(level, byte)
        case .done: return nil
        }
    }

    /// The level with the nodes that `body` makes of each; nil where there are none.
    func mapping(_ level: Level, _ body: (NodeState, (NodeState) -> Void) -> Void) -> Level? {
        var nodes: [Level.Node] = []
        for node in level.nodes {
            body(node.state) { nodes.append(.init(state: $0, parents: node.parents)) }
        }
        return nodes.isEmpty ? nil : Level(Self.merged(nodes), below: level.below)
    }

    /// Nodes of the same state as one, with the parents of all.
    static func merged(_ nodes: [Level.Node]) -> [Level.Node] {
        guard nodes.count > 1 else { return nodes }
        var places: [NodeState: Int] = [:]
        var result: [Level.Node] = []
        for node in nodes {
            if let place = places[node.state] {
                result[place].parents = Array(Set(result[place].parents + node.parents)).sorted()
            } else {
                places[node.state] = result.count
                result.append(node)
            }
        }
        return result
    }

    /// The level below after the values of this one that are complete.
    func ending(_ level: Level) -> Level? {
        let complete = level.nodes.filter { accepts($0.state) }
        guard !complete.isEmpty else { return nil }
        guard let below = level.below else { return Level([.init(state: .done, parents: [])], below: nil) }
        var nodes: [Level.Node] = []
        for parent in Set(complete.flatMap(\.parents)).sorted() {
            let node = below.nodes[Int(parent.node)]
            switch node.state {
            case .array(let shape, let progress, _):
                let after = table.arrays[Int(shape)].adding(parent.option, to: progress)
                nodes.append(.init(state: .array(shape, after, .after), parents: node.parents))
            case .object(let shape, var progress, _, _):
                progress.met |= parent.option
                nodes.append(
                    .init(state: .object(shape, progress, .after, StringProgress()), parents: node.parents))
            default: break
            }
        }
        return nodes.isEmpty ? nil : Level(Self.merged(nodes), below: below.below)
    }

    /// Whether a value may end here.
    func accepts(_ state: NodeState) -> Bool {
        switch state {
        case .value, .done: false
        case .word(let kind, let position): Int(position) == Self.text(of: kind).count
        case .number(let goal, let state, let text): acceptsNumber(goal, state, text)
        case .string(let goal, let progress):
            progress.escape == .none
                && table.goals[Int(goal)].strings!.accepts(progress.state, Int(progress.count))
        case .array(let shape, let progress, _): table.arrays[Int(shape)].accepts(progress)
        case .object(let shape, let progress, _, _):
            table.objects[Int(shape)].rest(progress, table.shortest(ofGoal:)) == 0
        }
    }
}
