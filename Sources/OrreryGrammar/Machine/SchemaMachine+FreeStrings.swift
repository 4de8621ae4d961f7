extension SchemaMachine {
    func freeString(_ configuration: Configuration) -> FreeString<Configuration>? {
        let level = configuration.level
        switch level.nodes[0].state {
        case .string: return freeText(configuration)
        case .object(_, _, .key, let key) where key.escape == .none && level.nodes.contains { isFreeKey($0.state) }:
            var known: [[Int32]: Configuration?] = [:]
            return FreeString(
                most: nil,
                closed: { text in
                    guard let key = self.probedKey(configuration, text) else {
                        return self.closedKey(configuration, text)
                    }
                    if let closed = known[key] { return closed }
                    let closed = self.closedKey(configuration, text)
                    known[key] = closed
                    return closed
                }, closesAlike: false)
        default: return nil
        }
    }

    /// Whether anything can follow in a key.
    private func isFreeKey(_ state: NodeState) -> Bool {
        guard case .object(let number, let progress, .key, let key) = state else { return false }
        let shape = table.objects[Int(number)]
        guard shape.isOpen, shape.recordsKeys else { return false }
        // Within a character not everything can.
        let isBetween = shape.automaton.edges(of: key.state).first.map { $0.low < 0x80 } ?? false
        let allowed = allowed(number, progress)
        return isBetween && (shape.names.count ..< shape.goals.count).allSatisfy { allowed.contains($0) }
    }

    /// The states in which a key stands after some more text; nil where it is the beginning of a key before.
    private func probedKey(_ configuration: Configuration, _ text: [UInt8]) -> [Int32]? {
        var states: [Int32] = []
        for node in configuration.level.nodes {
            guard case .object(let number, let progress, _, let key) = node.state else { return nil }
            if !progress.others.isEmpty, key.text != Self.freshKey {
                let whole = (key.text ?? []) + text
                if progress.others.contains(whole) { return nil }
            }
            states.append(table.objects[Int(number)].automaton.state(after: text, from: key.state))
        }
        return states
    }

    private func freeText(_ configuration: Configuration) -> FreeString<Configuration>? {
        var most: Int? = 0
        for node in configuration.level.nodes {
            guard case .string(let goal, let progress) = node.state else { return nil }
            let strings = table.goals[Int(goal)].strings!
            guard progress.escape == .none, progress.state == 0, strings.automaton === ByteAutomaton.utf8,
                Int(progress.count) >= strings.least
            else { return nil }
            let left = strings.most.map { $0 - Int(progress.count) }
            if let before = most, let left { most = max(before, left) } else { most = nil }
        }
        let closed = next(configuration, UInt8(ascii: "\""))
        // Alternatives of different lengths may close at different places.
        let lengths = Set(
            configuration.level.nodes.map { node -> Int? in
                guard case .string(let goal, _) = node.state else { return nil }
                return table.goals[Int(goal)].strings!.most
            })
        guard lengths.count == 1 else { return nil }
        return FreeString(most: most, closed: { _ in closed }, closesAlike: true)
    }

    /// The configuration behind a key that ends after some more text.
    private func closedKey(_ configuration: Configuration, _ text: [UInt8]) -> Configuration? {
        var nodes: [Level.Node] = []
        for node in configuration.level.nodes {
            guard case .object(let number, let progress, let phase, var key) = node.state else { continue }
            key.state = table.objects[Int(number)].automaton.state(after: text, from: key.state)
            guard key.state >= 0 else { continue }
            if let before = key.text, before != Self.freshKey {
                key.text = progress.others.contains(before + text) ? before + text : Self.freshKey
            }
            nodes.append(.init(state: .object(number, progress, phase, key), parents: node.parents))
        }
        guard !nodes.isEmpty else { return nil }
        var whole = configuration
        whole.level = Level(Self.merged(nodes), below: configuration.level.below)
        return next(whole, UInt8(ascii: "\""))
    }
}
