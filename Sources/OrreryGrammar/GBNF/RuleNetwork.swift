/// The rules of a grammar as automata that call each other: what a byte, nothing, or a whole rule leads to.
struct RuleNetwork {
    struct State {
        var ranges: [(range: ClosedRange<UInt8>, target: Int32)] = []
        var free: [Int32] = []
        /// A rule that must be read, by its first state, and where its end leads.
        var calls: [(start: Int32, back: Int32)] = []
    }

    private(set) var states: [State] = []
    /// Whether a state is the end of its rule.
    private(set) var isEnd: [Bool] = []
    private(set) var start: Int32 = 0
    /// The bytes of the shortest way from a state to the end of its rule.
    private(set) var rests: [Int] = []
    /// Whether nothing can follow a state but the end of its rule.
    private(set) var isTail: [Bool] = []
    private var starts: [String: Int32] = [:]
    private let limit: Int

    /// - Throws: `GrammarError` for left recursion and for a root without a text; `TooLarge`.
    init(_ parser: GBNFParser, limit: Int) throws {
        self.limit = limit
        for name in parser.rules.keys { starts[name] = try addState() }
        for (name, node) in parser.rules {
            let end = try addState()
            isEnd[Int(end)] = true
            try add(node, starts[name]!, end)
        }
        start = starts["root"]!
        findRests()
        findTails()
        guard rests[Int(start)] != Shortest.unreachable else {
            throw GrammarError("gbnf", at: "root", "no text is of the grammar")
        }
        try checkLeftRecursion()
    }

    private mutating func addState() throws -> Int32 {
        guard states.count < limit else { throw TooLarge(reason: "needs more than \(limit) states") }
        states.append(State())
        isEnd.append(false)
        return Int32(states.count - 1)
    }

    private mutating func add(_ node: GBNFNode, _ start: Int32, _ end: Int32) throws {
        switch node {
        case .set(let set):
            for range in set.ranges {
                for sequence in UTF8Ranges.sequences(range) {
                    var from = start
                    for (index, bytes) in sequence.enumerated() {
                        let to = index + 1 == sequence.count ? end : try addState()
                        states[Int(from)].ranges.append((bytes, to))
                        from = to
                    }
                }
            }
        case .rule(let name): states[Int(start)].calls.append((starts[name]!, end))
        case .sequence(let items):
            var from = start
            for item in items {
                let to = try addState()
                try add(item, from, to)
                from = to
            }
            states[Int(from)].free.append(end)
        case .choice(let items): for item in items { try add(item, start, end) }
        case .repeated(let item, let least, let most): try addRepeated(item, least, most, start, end)
        }
    }

    private mutating func addRepeated(
        _ item: GBNFNode, _ least: Int, _ most: Int?, _ start: Int32, _ end: Int32
    ) throws {
        var from = start
        for _ in 0 ..< least {
            let to = try addState()
            try add(item, from, to)
            from = to
        }
        guard let most else {
            let loop = try addState()
            states[Int(from)].free.append(loop)
            try add(item, loop, loop)
            states[Int(loop)].free.append(end)
            return
        }
        for _ in least ..< most {
            let to = try addState()
            states[Int(from)].free.append(end)
            try add(item, from, to)
            from = to
        }
        states[Int(from)].free.append(end)
    }

    private mutating func findRests() {
        rests = isEnd.map { $0 ? 0 : Shortest.unreachable }
        var changes = true
        while changes {
            changes = false
            for index in states.indices.reversed() {
                var least = rests[index]
                for way in states[index].free { least = min(least, rests[Int(way)]) }
                for way in states[index].ranges { least = min(least, Shortest.sum(1, rests[Int(way.target)])) }
                for way in states[index].calls {
                    least = min(least, Shortest.sum(rests[Int(way.start)], rests[Int(way.back)]))
                }
                if least < rests[index] {
                    rests[index] = least
                    changes = true
                }
            }
        }
    }

    private mutating func findTails() {
        isTail = isEnd
        var changes = true
        while changes {
            changes = false
            for (index, state) in states.enumerated() where !isTail[index] {
                guard state.ranges.isEmpty, state.calls.isEmpty, state.free.count == 1, isTail[Int(state.free[0])]
                else { continue }
                isTail[index] = true
                changes = true
            }
        }
    }

    /// A rule that begins with itself, without a byte before, would be called for ever.
    private func checkLeftRecursion() throws {
        for (name, start) in starts.sorted(by: { $0.key < $1.key }) {
            var seen: Set<Int32> = [start]
            var waiting = [start]
            while let index = waiting.popLast() {
                let state = states[Int(index)]
                var ways = state.free
                for call in state.calls {
                    if call.start == start {
                        throw GrammarError("gbnf", at: name, "the rule begins with itself (left recursion)")
                    }
                    ways.append(call.start)
                    if rests[Int(call.start)] == 0 { ways.append(call.back) }
                }
                for way in ways where seen.insert(way).inserted { waiting.append(way) }
            }
        }
    }
}
