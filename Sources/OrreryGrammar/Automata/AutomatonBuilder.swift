/// Collects the states and transitions of a deterministic automaton and leaves out what leads nowhere.
struct AutomatonBuilder {
    private var transitions: [[ByteAutomaton.Edge]] = []
    private var labels: [Int32] = []

    var count: Int { labels.count }

    mutating func addState(label: Int32 = -1) -> Int32 {
        transitions.append([])
        labels.append(label)
        return Int32(labels.count - 1)
    }

    mutating func setLabel(_ label: Int32, of state: Int32) { labels[Int(state)] = label }

    func label(of state: Int32) -> Int32 { labels[Int(state)] }

    /// Adds a transition; those of one state must be disjoint and come in ascending order.
    mutating func add(_ low: UInt8, _ high: UInt8, from source: Int32, to target: Int32) {
        if let last = transitions[Int(source)].last, last.target == target, Int(last.high) + 1 == Int(low) {
            transitions[Int(source)][transitions[Int(source)].count - 1] = .init(
                low: last.low, high: high, target: target)
        } else {
            transitions[Int(source)].append(.init(low: low, high: high, target: target))
        }
    }

    /// Adds a path of new states for a sequence whose first range no other transition overlaps.
    mutating func add(_ sequence: ByteSequence, from source: Int32, to target: Int32) {
        var state = source
        for (index, range) in sequence.enumerated() {
            let next = index + 1 == sequence.count ? target : addState()
            add(range.lowerBound, range.upperBound, from: state, to: next)
            state = next
        }
    }

    /// The state that `byte` leads to, if there is one.
    func target(_ state: Int32, _ byte: UInt8) -> Int32? {
        transitions[Int(state)].first { $0.low <= byte && byte <= $0.high }?.target
    }

    /// Adds a transition on one byte in its place among the others.
    mutating func insert(_ byte: UInt8, from source: Int32, to target: Int32) {
        let place = transitions[Int(source)].firstIndex { $0.low > byte } ?? transitions[Int(source)].count
        transitions[Int(source)].insert(.init(low: byte, high: byte, target: target), at: place)
    }

    /// The automaton of the states from which an accepting one can be reached, in breadth-first order.
    func finished() -> ByteAutomaton {
        let isLive = liveStates()
        guard let first = isLive.first, first else { return ByteAutomaton(edges: [], offsets: [0], labels: []) }
        var number = [Int32](repeating: -1, count: count)
        var order: [Int] = [0]
        number[0] = 0
        var edges: [ByteAutomaton.Edge] = []
        var offsets: [Int32] = [0]
        var next = 0
        while next < order.count {
            for edge in transitions[order[next]] where isLive[Int(edge.target)] {
                if number[Int(edge.target)] < 0 {
                    number[Int(edge.target)] = Int32(order.count)
                    order.append(Int(edge.target))
                }
                edges.append(.init(low: edge.low, high: edge.high, target: number[Int(edge.target)]))
            }
            offsets.append(Int32(edges.count))
            next += 1
        }
        return ByteAutomaton(edges: edges, offsets: offsets, labels: order.map { labels[$0] })
    }

    private func liveStates() -> [Bool] {
        var isLive = labels.map { $0 >= 0 }
        if isLive.allSatisfy({ $0 }) { return isLive }
        var sources = [[Int32]](repeating: [], count: count)
        for (source, edges) in transitions.enumerated() {
            for edge in edges { sources[Int(edge.target)].append(Int32(source)) }
        }
        var waiting = isLive.indices.filter { isLive[$0] }
        while let state = waiting.popLast() {
            for source in sources[state] where !isLive[Int(source)] {
                isLive[Int(source)] = true
                waiting.append(Int(source))
            }
        }
        return isLive
    }
}
