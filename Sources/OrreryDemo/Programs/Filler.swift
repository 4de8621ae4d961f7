import OrreryRandom

/// Other logic: lines that compute something of their own and touch nothing that was there before.
struct Filler {
    private var free: [String]
    private var counters: [String] = []

    init(avoiding taken: String) {
        free = ["count", "total", "size", "price", "level", "score", "limit", "step"].filter { $0 != taken }
    }

    /// Statements that print as exactly so many lines.
    mutating func statements(lines: Int, random: inout SplitMix64) -> [Statement] {
        var statements: [Statement] = []
        var remaining = lines
        while remaining > 0 {
            let next = statement(atMost: remaining, random: &random)
            remaining -= Printer.lines([next]).count
            statements.append(next)
        }
        return statements
    }

    private mutating func statement(atMost lines: Int, random: inout SplitMix64) -> Statement {
        if counters.isEmpty || (!free.isEmpty && random.chance(1, outOf: 3)) {
            let counter = free.remove(at: random.next(below: free.count))
            counters.append(counter)
            return .assign(counter, .number(random.number(in: 0 ... 9)))
        }
        let counter = random.pick(counters)
        let change = Statement.assign(counter, .binary(.name(counter), .plus, .number(random.number(in: 1 ... 5))))
        switch random.next(below: 4) {
        case 0 where lines >= 2:
            return .count(
                "i", from: 0, to: random.number(in: 2 ... 4), [.assign(counter, .binary(.name(counter), .plus, "i"))])
        case 1 where lines >= 2:
            return .branch(
                .binary(.name(counter), .greater, .number(random.number(in: 1 ... 9))),
                then: [.assign(counter, .number(random.number(in: 0 ... 9)))], otherwise: [])
        case 2 where lines >= 4:
            return .branch(
                .binary(.name(counter), .equal, .number(random.number(in: 0 ... 9))),
                then: [change], otherwise: [.assign(counter, .binary(.name(counter), .minus, 1))])
        default:
            return change
        }
    }
}
