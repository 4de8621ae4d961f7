extension SchemaMachine {
    func object(_ level: Level, _ byte: UInt8) -> Level? {
        guard case .object(_, _, let phase, _) = level.nodes[0].state else { return nil }
        switch (phase, byte) {
        case (.open, UInt8(ascii: "}")), (.after, UInt8(ascii: "}")): return ending(level)
        case (.open, UInt8(ascii: "\"")), (.comma, UInt8(ascii: "\"")): return keys(level, .key)
        case (.after, UInt8(ascii: ",")): return keys(level, .comma)
        case (.key, UInt8(ascii: "\"")) where !isEscaped(level.nodes[0].state): return endKey(level)
        case (.key, _): return key(level, byte)
        case (.colon, UInt8(ascii: ":")): return values(level)
        default: return nil
        }
    }

    /// The alternatives that can have another property.
    private func keys(_ level: Level, _ phase: ContainerPhase) -> Level? {
        mapping(level) { state, add in
            guard case .object(let shape, let progress, _, _) = state,
                !allowed(shape, progress).isEmpty, !table.objects[Int(shape)].automaton.isEmpty
            else { return }
            if level.depth > Self.deepestChoice, accepts(state) { return }
            let text: [UInt8]? = table.objects[Int(shape)].recordsKeys && phase == .key ? [] : nil
            add(.object(shape, progress, phase, StringProgress(text: text)))
        }
    }

    /// The labels of keys that may come next.
    func allowed(_ number: Int32, _ progress: ObjectShape.Progress) -> BitSet {
        let key = ObjectKey(shape: number, progress: progress)
        if let known = allowedLabels[key] { return known }
        let shape = table.objects[Int(number)]
        var result = BitSet(count: max(shape.goals.count, 1))
        // Another property changes what must come only where the number of properties is bounded.
        let isFree = shape.most == nil
        for label in shape.goals.indices where shape.available(label, progress.seen, progress) {
            if isFree || options(number, progress, label).contains(where: { _ in true }) { result.insert(label) }
        }
        if allowedLabels.count > 20_000 { allowedLabels = [:] }
        allowedLabels[key] = result
        return result
    }

    /// What the value of a property may be: a goal, and the conditions it meets.
    func options(
        _ number: Int32, _ progress: ObjectShape.Progress, _ label: Int
    ) -> [(goal: Int, met: UInt32)] {
        let shape = table.objects[Int(number)]
        var after = progress
        after.count = counted(shape, progress.count + 1)
        if label < shape.names.count { after.seen.insert(label) }
        var result: [(goal: Int, met: UInt32)] = []
        func add(_ goal: Int, _ met: UInt32) {
            guard table.shortest(ofGoal: goal) != Shortest.unreachable else { return }
            var whole = after
            whole.met |= met
            if shape.rest(whole, table.shortest(ofGoal:)) != Shortest.unreachable { result.append((goal, met)) }
        }
        add(shape.goals[label], 0)
        for condition in shape.conditions.indices where progress.met >> UInt32(condition) & 1 == 0 {
            if let goal = shape.conditions[condition][label] { add(goal, 1 << UInt32(condition)) }
        }
        return result
    }

    /// A count of properties as far as it matters.
    func counted(_ shape: ObjectShape, _ count: Int) -> Int {
        min(count, shape.most.map { $0 + 1 } ?? shape.least)
    }

    private func key(_ level: Level, _ byte: UInt8) -> Level? {
        mapping(level) { state, add in
            guard case .object(let number, let progress, .key, let key) = state else { return }
            let shape = table.objects[Int(number)]
            // Most bytes lead nowhere, and a mask asks about them all.
            if key.escape == .none, byte != UInt8(ascii: "\\"), shape.automaton.next(key.state, byte) < 0 { return }
            let allowed = allowed(number, progress)
            let text = key.text.map { $0 == Self.freshKey ? $0 : $0 + [byte] }
            var scanner = StringScanner(automaton: shape.automaton, counts: false) { state, _ in
                // What an escape stands for is not known here; keys of which there are few have none.
                self.isAlive(
                    state, shape, allowed, key.escape == .none && byte != UInt8(ascii: "\\") ? text : nil, progress)
            }
            scanner.readsNumbers = readsAnySpelling || !shape.recordsKeys || !shape.hasFewKeys
            if var next = scanner.next(key, byte) {
                if isProbe { next.text = next.text.map { Self.probed($0, progress) } }
                add(.object(number, progress, .key, next))
            }
        }
    }

    /// A key's text, as far as it matters for telling keys apart.
    static func probed(_ text: [UInt8], _ progress: ObjectShape.Progress) -> [UInt8] {
        progress.others.contains { $0.starts(with: text) } ? text : freshKey
    }

    /// Whether a key that has led to the state can become one that may come.
    private func isAlive(
        _ state: Int32, _ shape: ObjectShape, _ allowed: BitSet, _ text: [UInt8]?, _ progress: ObjectShape.Progress
    ) -> Bool {
        let reach = shape.reach[Int(state)]
        if reach.isDisjoint(with: allowed) { return false }
        if progress.others.isEmpty { return true }
        return reach.members.contains { label in
            guard allowed.contains(label) else { return false }
            if label < shape.names.count { return true }
            let count = shape.keyCount(from: state, label)
            guard let text, count < manyKeys else { return true }
            return count
                > progress.others.count { $0.starts(with: text) && shape.automaton.label(of: $0) == Int32(label) }
        }
    }

    private func endKey(_ level: Level) -> Level? {
        mapping(level) { state, add in
            guard case .object(let number, let progress, .key, let key) = state else { return }
            let shape = table.objects[Int(number)]
            let label = shape.automaton.labels[Int(key.state)]
            guard label >= 0, allowed(number, progress).contains(Int(label)) else { return }
            if let text = key.text, progress.others.contains(text) { return }
            add(.object(number, progress, .colon, key))
        }
    }

    /// The level of a property's value.
    private func values(_ level: Level) -> Level? {
        var nodes: [Level.Node] = []
        var around: [Level.Node] = []
        for node in level.nodes {
            guard case .object(let number, let progress, .colon, let key) = node.state else { continue }
            let shape = table.objects[Int(number)]
            let label = Int(shape.automaton.labels[Int(key.state)])
            let options = options(number, progress, label)
            guard !options.isEmpty else { continue }
            for option in options {
                nodes.append(
                    .init(
                        state: .value(Int32(option.goal)),
                        parents: [.init(node: Int32(around.count), option: option.met)]))
            }
            var after = progress
            after.count = counted(shape, progress.count + 1)
            if label < shape.names.count {
                after.seen.insert(label)
            } else if let text = key.text, text != Self.freshKey {
                let place = after.others.firstIndex { text.lexicographicallyPrecedes($0) } ?? after.others.count
                after.others.insert(text, at: place)
            }
            around.append(.init(state: .object(number, after, .value, StringProgress()), parents: node.parents))
        }
        return nodes.isEmpty ? nil : Level(Self.merged(nodes), below: Level(around, below: level.below))
    }
}
