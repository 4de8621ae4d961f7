/// An automaton over bytes whose states may have several ways on, and ways without a byte: what a pattern becomes first.
struct NondeterministicAutomaton {
    /// A way without a byte.
    enum Condition { case always, atStart, atEnd }

    private struct State {
        var ways: [(condition: Condition, target: Int32)] = []
        var ranges: [(range: ClosedRange<UInt8>, target: Int32)] = []
    }

    private var states: [State] = []
    private let limit: Int
    var start: Int32 = 0
    var end: Int32 = 0

    init(limit: Int) { self.limit = limit }

    mutating func addState() throws -> Int32 {
        guard states.count < limit else { throw TooLarge(reason: "needs more than \(limit) states") }
        states.append(State())
        return Int32(states.count - 1)
    }

    mutating func connect(_ source: Int32, _ target: Int32, _ condition: Condition = .always) {
        states[Int(source)].ways.append((condition, target))
    }

    mutating func connect(_ source: Int32, _ target: Int32, on range: ClosedRange<UInt8>) {
        states[Int(source)].ranges.append((range, target))
    }

    /// The deterministic automaton of the same texts, labelled 0.
    func determinized(limit: Int) throws -> ByteAutomaton {
        var builder = AutomatonBuilder()
        var numbers: [[Int32]: Int32] = [:]
        var sets: [[Int32]] = []

        func number(of set: [Int32], atStart: Bool) throws -> Int32 {
            if !atStart, let number = numbers[set] { return number }
            guard sets.count < limit else { throw TooLarge(reason: "needs more than \(limit) states") }
            let atEnd = closure(of: set, atStart: atStart, atEnd: true)
            let number = builder.addState(label: atEnd.contains(end) ? 0 : -1)
            if !atStart { numbers[set] = number }
            sets.append(set)
            return number
        }

        _ = try number(of: closure(of: [start], atStart: true, atEnd: false), atStart: true)
        var current = 0
        var work = 0
        while current < sets.count {
            // Nested repetitions make sets of thousands of states; their sum is what stalls.
            work += sets[current].count
            guard work < 20 * self.limit else { throw TooLarge(reason: "needs too many states") }
            let moves = sets[current].flatMap { states[Int($0)].ranges }
            var cuts = Set<Int>()
            for move in moves {
                cuts.insert(Int(move.range.lowerBound))
                cuts.insert(Int(move.range.upperBound) + 1)
            }
            let sorted = cuts.sorted()
            for (low, next) in zip(sorted, sorted.dropFirst()) {
                let targets = moves.filter { $0.range.contains(UInt8(low)) }.map(\.target)
                guard !targets.isEmpty else { continue }
                let target = try number(of: closure(of: targets, atStart: false, atEnd: false), atStart: false)
                builder.add(UInt8(low), UInt8(next - 1), from: Int32(current), to: target)
            }
            current += 1
        }
        return builder.finished()
    }

    /// What can be reached without a byte; sorted.
    private func closure(of set: [Int32], atStart: Bool, atEnd: Bool) -> [Int32] {
        var found = Set(set)
        var waiting = Array(found)
        while let state = waiting.popLast() {
            for way in states[Int(state)].ways {
                let isOpen =
                    switch way.condition {
                    case .always: true
                    case .atStart: atStart
                    case .atEnd: atEnd
                    }
                if isOpen, found.insert(way.target).inserted { waiting.append(way.target) }
            }
        }
        return found.sorted()
    }
}
