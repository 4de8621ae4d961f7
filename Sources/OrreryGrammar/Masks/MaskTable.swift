/// The configurations of a machine that were met, by number, with where each byte leads, and masks.
final class MaskTable<Machine: ByteMachine> {
    /// A configuration has a row of 256 transitions: 1 kB.
    private static var stateLimit: Int { 16_384 }
    /// Bytes of masks that are kept.
    private static var maskLimit: Int { 32 << 20 }

    let machine: Machine
    private let vocabulary: TokenVocabulary
    private var configurations: [Machine.Configuration] = []
    private var numbers: [Machine.Configuration: Int32] = [:]
    private let transitions = TransitionTable()
    private var masks: [Machine.Configuration: AllowedTokens] = [:]
    private lazy var longestDetour = machine.longestDetour

    init(_ machine: Machine, _ vocabulary: TokenVocabulary) {
        self.machine = machine
        self.vocabulary = vocabulary
    }

    /// The tokens that may come, those that end the text where it is complete.
    func mask(_ configuration: Machine.Configuration) -> AllowedTokens {
        let key = machine.representative(configuration, reach: TokenTree.longestToken)
        if let known = masks[key] { return known }
        var mask = AllowedTokens(count: vocabulary.count)
        if machine.accepts(key) { for token in vocabulary.endTokens { mask.insert(token) } }
        if let free = machine.freeString(key) {
            add(free, below: -1, &mask)
        } else {
            walk(number(of: key), below: -1, &mask)
        }
        // A token with two keys may have the same one twice.
        for (token, bytes) in vocabulary.manyQuotes where mask.contains(token) {
            var exact: Machine.Configuration? = configuration
            for byte in bytes where exact != nil { exact = machine.next(exact!, byte) }
            if exact == nil { mask.remove(token) }
        }
        if masks.count * (vocabulary.count / 8 + 64) > Self.maskLimit { masks = [:] }
        masks[key] = mask
        trim()
        return mask
    }

    /// The tokens after which the text can still be completed with the tokens left behind them, a byte each.
    func mask(_ configuration: Machine.Configuration, tokensLeft: Int) -> AllowedTokens {
        // A token of so many bytes opens at most so many values.
        let detour = Shortest.product(vocabulary.tree.depth, longestDetour + 2)
        if tokensLeft > Shortest.sum(machine.rest(configuration), detour) || !vocabulary.hasEveryByte {
            return mask(configuration)
        }
        var mask = AllowedTokens(count: vocabulary.count)
        guard tokensLeft > 0 else { return mask }
        if machine.accepts(configuration) { for token in vocabulary.endTokens { mask.insert(token) } }
        walk(number(of: configuration), below: -1, &mask, left: tokensLeft - 1)
        trim()
        return mask
    }

    private func number(of configuration: Machine.Configuration) -> Int32 {
        if let number = numbers[configuration] { return number }
        let number = transitions.addState()
        configurations.append(configuration)
        numbers[configuration] = number
        return number
    }

    /// Forgets all configurations once they are many; those in use are values of their own.
    private func trim() {
        guard configurations.count > Self.stateLimit else { return }
        configurations = []
        numbers = [:]
        transitions.removeAll()
    }

    /// Where a byte leads that was not asked for before. A mask that meets too many configurations ends early: it allows
    /// less than the grammar does, but enough to go on.
    private func next(_ state: Int32, _ byte: UInt8) -> Int32 {
        guard configurations.count < 4 * Self.stateLimit else { return TransitionTable.dead }
        let next = machine.next(configurations[Int(state)], byte).map(number) ?? TransitionTable.dead
        transitions.set(next, from: state, on: byte)
        return next
    }

    /// Adds the tokens below a node that can be read from a state.
    ///
    /// - Parameter left: how many bytes may be needed to complete the text; nil for any number.
    private func walk(_ start: Int32, below root: Int, _ mask: inout AllowedTokens, left: Int? = nil) {
        let allows: ((Int32) -> Bool)? = left.map { left in
            { self.machine.rest(self.configurations[Int($0)]) <= left }
        }
        TokenWalk(tree: vocabulary.tree, table: transitions).run(
            from: start, below: root, &mask, miss: next, allows: allows
        ) { state, index, mask in
            guard left == nil, let free = machine.freeString(configurations[Int(state)]) else { return false }
            add(free, below: index, &mask)
            return true
        }
    }

    /// Adds the tokens below a node where a string goes on that anything may follow.
    private func add(_ free: FreeString<Machine.Configuration>, below node: Int, _ mask: inout AllowedTokens) {
        let run = vocabulary.runs.run(below: node)
        if node < 0 {
            let allowed = run.masks[min(free.most ?? .max, run.masks.count - 1)]
            for index in mask.words.indices { mask.words[index] |= allowed.words[index] }
        } else {
            for (token, need) in run.inside where need <= free.most ?? .max { mask.insert(token) }
        }
        let alike = free.closesAlike ? free.closed([]).map(number) : nil
        for exit in run.exits where exit.need <= free.most ?? .max {
            let node = vocabulary.tree.nodes[exit.node]
            let state: Int32
            if free.closesAlike {
                guard let alike else { return }
                state = alike
            } else {
                guard let closed = free.closed(exit.text) else { continue }
                state = number(of: closed)
            }
            if node.token >= 0 { add(node.token, &mask) }
            if Int(node.end) > exit.node + 1 { walk(state, below: exit.node, &mask) }
        }
    }

    private func add(_ token: Int32, _ mask: inout AllowedTokens) {
        mask.insert(token)
        if let twins = vocabulary.tree.twins[token] { for twin in twins { mask.insert(twin) } }
    }
}
