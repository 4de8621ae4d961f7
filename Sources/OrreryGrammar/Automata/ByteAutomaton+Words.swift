extension ByteAutomaton {
    /// For each state the labels that can be reached from it.
    func reachableLabels(count labelCount: Int) -> [BitSet] {
        var reach = labels.map { label -> BitSet in
            var set = BitSet(count: max(labelCount, 1))
            if label >= 0 { set.insert(Int(label)) }
            return set
        }
        // States are numbered from the start on, so most is known after one round from the back.
        var changes = true
        while changes {
            changes = false
            for state in stride(from: count - 1, through: 0, by: -1) {
                let before = reach[state]
                for edge in edges(of: Int32(state)) { reach[state].formUnion(reach[Int(edge.target)]) }
                if reach[state] != before { changes = true }
            }
        }
        return reach
    }

    /// How many texts of a label can follow `state`, up to `manyKeys`.
    func words(from state: Int32, label: Int32) -> Int {
        guard !isEmpty else { return 0 }
        var counts: [Int32: Int] = [:]
        var path: Set<Int32> = []
        func reaches(_ start: Int32) -> Bool {
            var seen: Set<Int32> = [start]
            var waiting = [start]
            while let next = waiting.popLast() {
                if labels[Int(next)] == label { return true }
                for edge in edges(of: next) where seen.insert(edge.target).inserted { waiting.append(edge.target) }
            }
            return false
        }
        func visit(_ state: Int32) -> Int {
            if let known = counts[state] { return known }
            // A loop, or a chain too long to be worth counting.
            if path.contains(state) || path.count > 500 { return reaches(state) ? manyKeys : 0 }
            path.insert(state)
            defer { path.remove(state) }
            var total = labels[Int(state)] == label ? 1 : 0
            for edge in edges(of: state) where total < manyKeys {
                total += min(manyKeys, (Int(edge.high) - Int(edge.low) + 1) * visit(edge.target))
            }
            counts[state] = min(total, manyKeys)
            return min(total, manyKeys)
        }
        return visit(state)
    }

    /// The bytes of the shortest text of a label.
    func shortest(label: Int32) -> Int { shortest { $0 == label }.first ?? Shortest.unreachable }

    /// For each state the bytes of the shortest way to a state whose label passes.
    func shortest(_ passes: (Int32) -> Bool) -> [Int] {
        var lengths = labels.map { $0 >= 0 && passes($0) ? 0 : Shortest.unreachable }
        var sources = [[Int32]](repeating: [], count: count)
        for state in 0 ..< count {
            for edge in edges(of: Int32(state)) { sources[Int(edge.target)].append(Int32(state)) }
        }
        var waiting = lengths.indices.filter { lengths[$0] == 0 }
        var next = 0
        while next < waiting.count {
            let state = waiting[next]
            next += 1
            for source in sources[state] where lengths[Int(source)] == Shortest.unreachable {
                lengths[Int(source)] = lengths[state] + 1
                waiting.append(Int(source))
            }
        }
        return lengths
    }
}
