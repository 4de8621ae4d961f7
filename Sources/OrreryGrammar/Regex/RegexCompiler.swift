/// Turns regular expressions into automata over UTF-8.
struct RegexCompiler {
    private static let stateLimit = 60_000
    private var automaton = NondeterministicAutomaton(limit: stateLimit)

    /// The texts in which `pattern` is found somewhere, or which it matches whole.
    ///
    /// - Throws: `GrammarError` for what is not supported, `TooLarge` beyond `limit` states.
    static func automaton(_ pattern: String, whole: Bool, limit: Int) throws -> ByteAutomaton {
        let (conditions, body) = splitLookaheads(try RegexParser.parse(pattern))
        let main = try automaton(body, whole: whole, limit: limit)
        guard !conditions.isEmpty else { return main }
        let parts = try conditions.map { condition in
            try automaton(.sequence([.start, condition.node]), whole: false, limit: limit)
        }
        return try ByteAutomaton.product(domain: main, parts, limit: limit) { labels in
            zip(labels, conditions).allSatisfy { ($0 >= 0) != $1.isNegative } ? 0 : -1
        }.minimized()
    }

    private static func automaton(_ node: RegexNode, whole: Bool, limit: Int) throws -> ByteAutomaton {
        var compiler = RegexCompiler()
        let start = try compiler.automaton.addState(), end = try compiler.automaton.addState()
        compiler.automaton.start = start
        compiler.automaton.end = end
        if whole {
            try compiler.add(node, start, end)
        } else {
            let any = RegexNode.repeated(.set(.all), least: 0, most: nil)
            try compiler.add(.sequence([any, node, any]), start, end)
        }
        return try compiler.automaton.determinized(limit: limit).minimized()
    }

    /// `^(?=a)(?!b)rest` as its conditions on the whole text and `^rest`.
    private static func splitLookaheads(
        _ node: RegexNode
    ) -> (conditions: [(node: RegexNode, isNegative: Bool)], body: RegexNode) {
        guard case .sequence(let items) = node, items.first == .start else { return ([], node) }
        var conditions: [(RegexNode, Bool)] = []
        for item in items.dropFirst() {
            guard case .lookahead(let body, let isNegative) = item else { break }
            conditions.append((body, isNegative))
        }
        return (conditions, .sequence([.start] + items.dropFirst(1 + conditions.count)))
    }

    private mutating func add(_ node: RegexNode, _ start: Int32, _ end: Int32) throws {
        switch node {
        case .empty: automaton.connect(start, end)
        case .start: automaton.connect(start, end, .atStart)
        case .end: automaton.connect(start, end, .atEnd)
        case .set(let set): try add(set, start, end)
        case .sequence(let items):
            var from = start
            for (index, item) in items.enumerated() {
                let to = index + 1 == items.count ? end : try automaton.addState()
                try add(item, from, to)
                from = to
            }
            if items.isEmpty { automaton.connect(start, end) }
        case .choice(let items): for item in items { try add(item, start, end) }
        case .repeated(let item, let least, let most): try addRepeated(item, least, most, start, end)
        case .lookahead:
            throw GrammarError("regex", at: "(?", "lookahead is supported right behind a leading ^ only")
        }
    }

    private mutating func addRepeated(
        _ item: RegexNode, _ least: Int, _ most: Int?, _ start: Int32, _ end: Int32
    ) throws {
        var from = start
        for _ in 0 ..< least {
            let to = try automaton.addState()
            try add(item, from, to)
            from = to
        }
        guard let most else {
            let loop = try automaton.addState(), back = try automaton.addState()
            automaton.connect(from, loop)
            try add(item, loop, back)
            automaton.connect(back, loop)
            automaton.connect(loop, end)
            return
        }
        for _ in least ..< most {
            let to = try automaton.addState()
            automaton.connect(from, end)
            try add(item, from, to)
            from = to
        }
        automaton.connect(from, end)
    }

    /// The bytes of a set, sharing what follows the first bytes.
    private mutating func add(_ set: ScalarSet, _ start: Int32, _ end: Int32) throws {
        for range in set.ranges {
            for sequence in UTF8Ranges.sequences(range) {
                var from = start
                for (index, bytes) in sequence.enumerated() {
                    let to = index + 1 == sequence.count ? end : try automaton.addState()
                    automaton.connect(from, to, on: bytes)
                    from = to
                }
            }
        }
    }
}
