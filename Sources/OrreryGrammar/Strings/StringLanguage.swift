/// The strings of which a formula holds, as UTF-8 before JSON's escapes.
final class StringLanguage: Sendable {
    /// What lengths are left to; each of its states can reach an accepting one, though perhaps not in the length.
    let automaton: ByteAutomaton
    /// The fewest code points.
    let least: Int
    /// The most code points; nil without a bound.
    let most: Int?
    /// For each state, how many code points may follow: bits up to `window`; empty where lengths do not bind.
    private let lengths: [BitSet]
    /// For each state the bytes of the shortest way to an accepting one.
    let shortestRests: [Int]

    /// Whether the number of code points matters.
    var countsLength: Bool { least > 0 || most != nil }

    /// - Throws: `TooLarge` for automata or lengths beyond the limits.
    init(_ formula: Formula<StringAtom>, cache: PatternCache) throws {
        var rest: [Formula<StringAtom>] = []
        var least = 0
        var most: Int?
        for part in formula.conjuncts {
            switch part {
            case .atom(.length(let bound)): least = max(least, bound)
            case .not(.atom(.length(let bound))): most = min(most ?? .max, bound - 1)
            default: rest.append(part)
            }
        }
        let (bound, floor) = (most, least)
        var automaton = try cache.automaton(.all(rest))
        if let bound, bound < floor { automaton = ByteAutomaton(edges: [], offsets: [0], labels: []) }
        if automaton !== ByteAutomaton.utf8, !automaton.isEmpty, floor > 0 || bound != nil {
            lengths = try Self.lengths(automaton, floor, bound)
            if !Self.fits(lengths[0], floor, bound) {
                automaton = ByteAutomaton(edges: [], offsets: [0], labels: [])
            }
        } else {
            lengths = []
        }
        self.automaton = automaton
        shortestRests = automaton.shortest { _ in true }
        self.least = floor
        self.most = bound
    }

    var isEmpty: Bool { automaton.isEmpty }

    /// Whether the text so far can still become a member.
    ///
    /// - Parameter count: its code points.
    func isAlive(_ state: Int32, _ count: Int) -> Bool {
        if let most, count > most { return false }
        if lengths.isEmpty { return true }
        return Self.fits(lengths[Int(state)], least - count, most.map { $0 - count })
    }

    /// Whether the text so far is a member.
    func accepts(_ state: Int32, _ count: Int) -> Bool {
        automaton.labels[Int(state)] >= 0 && count >= least && count <= most ?? .max
    }

    /// The count that stands for all with the same future, so that states recur.
    ///
    /// - Parameter reach: how many code points a token may have.
    func canonical(_ count: Int, reach: Int) -> Int {
        guard let most else { return min(count, least) }
        guard lengths.isEmpty, count >= least, most - count > reach else { return count }
        return max(least, most - reach - 1)
    }

    private static func fits(_ lengths: BitSet, _ least: Int, _ most: Int?) -> Bool {
        guard let first = lengths.first(from: max(least, 0)) else { return false }
        return first <= most ?? .max
    }

    /// Which numbers of code points lead from each state to an accepting one.
    private static func lengths(_ automaton: ByteAutomaton, _ least: Int, _ most: Int?) throws -> [BitSet] {
        // Beyond the bound no length counts; without one, what can be longer than the states are many can be longer
        // than that by a loop.
        let window = (most ?? least + automaton.count) + 1
        guard window * automaton.count <= 20_000_000 else {
            throw TooLarge(reason: "a pattern of \(automaton.count) states with \(window) lengths is too large")
        }
        var lengths = [BitSet](repeating: BitSet(count: window), count: automaton.count)
        var sources = [[(state: Int, isStart: Bool)]](repeating: [], count: automaton.count)
        for state in 0 ..< automaton.count {
            for edge in automaton.edges(of: Int32(state)) {
                // A code point is counted at its first byte.
                sources[Int(edge.target)].append((state, edge.low < 0x80 || edge.low >= 0xC0))
            }
        }
        var waiting: [(state: Int, length: Int)] = []
        for state in 0 ..< automaton.count where automaton.labels[state] >= 0 {
            lengths[state].insert(0)
            waiting.append((state, 0))
        }
        while let (state, length) = waiting.popLast() {
            for source in sources[state] {
                let next = source.isStart ? length + 1 : length
                guard next < window, lengths[source.state].insert(next) else { continue }
                waiting.append((source.state, next))
            }
        }
        return lengths
    }
}

extension StringLanguage {
    /// The bytes of the shortest way to the end, with the closing quote; roughly, where lengths bind.
    func shortest(from state: Int32, _ count: Int) -> Int {
        let plain = shortestRests[Int(state)] + 1
        return max(plain, Shortest.sum(max(0, least - count), 1))
    }
}
