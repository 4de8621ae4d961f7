extension SchemaMachine {
    func array(_ level: Level, _ byte: UInt8) -> Level? {
        guard case .array(_, _, let phase) = level.nodes[0].state else { return nil }
        switch (phase, byte) {
        case (.open, UInt8(ascii: "]")), (.after, UInt8(ascii: "]")): return ending(level)
        case (.after, UInt8(ascii: ",")): return elements(level)
        case (.open, _): return elements(level).flatMap { begin($0, byte) }
        default: return nil
        }
    }

    /// The level of the next element.
    private func elements(_ level: Level) -> Level? {
        var nodes: [Level.Node] = []
        var around: [Level.Node] = []
        for node in level.nodes {
            guard case .array(let number, let progress, _) = node.state else { continue }
            let shape = table.arrays[Int(number)]
            let before = nodes.count
            if level.depth > Self.deepestChoice, shape.accepts(progress) { continue }
            for option in shape.next(progress) where table.shortest(ofGoal: option.goal) != Shortest.unreachable {
                let after = shape.adding(option.counted, to: progress)
                guard shape.rest(after, table.shortest(ofGoal:)) != Shortest.unreachable else { continue }
                nodes.append(
                    .init(
                        state: .value(Int32(option.goal)),
                        parents: [.init(node: Int32(around.count), option: option.counted)]))
            }
            if nodes.count > before {
                around.append(.init(state: .array(number, progress, .value), parents: node.parents))
            }
        }
        return nodes.isEmpty ? nil : Level(Self.merged(nodes), below: Level(around, below: level.below))
    }
}
