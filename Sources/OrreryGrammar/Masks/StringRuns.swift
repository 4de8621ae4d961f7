import Synchronization

/// What tokens do where any string of JSON is allowed: most stay within it, some close it and go on.
final class StringRuns: Sendable {
    /// The tokens below a node of the tree, read as a string from there.
    struct Run: Sendable {
        /// The tokens that stay within the string, by the number of code points they need, ascending.
        var inside: [(token: Int32, need: Int)] = []
        /// The nodes of closing quotes, with the code points before them and their text.
        var exits: [(node: Int, need: Int, text: [UInt8])] = []
        /// For the whole tree: the tokens that need at most so many code points.
        var masks: [AllowedTokens] = []
    }

    private let tree: TokenTree
    private let tokenCount: Int
    private let known = Mutex<[Int: Run]>([:])

    init(_ tree: TokenTree, tokenCount: Int) {
        self.tree = tree
        self.tokenCount = tokenCount
    }

    /// The run of the tokens below a node; -1 is the root.
    func run(below node: Int) -> Run {
        if let run = known.withLock({ $0[node] }) { return run }
        let run = make(node)
        known.withLock { $0[node] = run }
        return run
    }

    private func make(_ root: Int) -> Run {
        var run = Run()
        let scanner = StringScanner(automaton: .utf8, counts: true) { _, _ in true }
        let top = root < 0 ? 0 : Int(tree.nodes[root].depth)
        var states = [StringProgress](repeating: StringProgress(text: []), count: tree.depth - top + 2)
        var index = root + 1
        let end = root < 0 ? tree.nodes.count : Int(tree.nodes[root].end)
        while index < end {
            let node = tree.nodes[index]
            let depth = Int(node.depth) - top
            let state = states[depth - 1]
            if node.byte == UInt8(ascii: "\""), state.escape == .none {
                if state.state == 0 { run.exits.append((index, Int(state.count), state.text ?? [])) }
                index = Int(node.end)
                continue
            }
            guard let next = scanner.next(state, node.byte) else {
                index = Int(node.end)
                continue
            }
            states[depth] = next
            if node.token >= 0 {
                let need = Int(next.count) + (next.escape == .none ? 0 : 1)
                run.inside.append((node.token, need))
                for twin in tree.twins[node.token] ?? [] { run.inside.append((twin, need)) }
            }
            index += 1
        }
        run.inside.sort { $0.need < $1.need }
        if root < 0 { run.masks = masks(run) }
        return run
    }

    private func masks(_ run: Run) -> [AllowedTokens] {
        var mask = AllowedTokens(count: tokenCount)
        var result: [AllowedTokens] = []
        for (token, need) in run.inside {
            while result.count < need { result.append(mask) }
            mask.insert(token)
        }
        return result + [mask]
    }
}
