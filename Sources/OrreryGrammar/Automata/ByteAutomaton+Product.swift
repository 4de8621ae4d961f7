extension ByteAutomaton {
    /// The automaton that runs others at once over the texts of a domain.
    ///
    /// - Parameters:
    ///   - domain: the texts that there are; what it does not accept, the product does not.
    ///   - verdict: the label of a text by those the parts give it (-1 where they do not accept it).
    static func product(
        domain: ByteAutomaton, _ parts: [ByteAutomaton], limit: Int, verdict: ([Int32]) -> Int32
    ) throws -> ByteAutomaton {
        guard !domain.isEmpty else { return domain }
        let automata = [domain] + parts
        var builder = AutomatonBuilder()
        var numbers: [[Int32]: Int32] = [:]
        var states: [[Int32]] = []
        var labels = [Int32](repeating: -1, count: parts.count)

        func number(of state: [Int32]) throws -> Int32 {
            if let number = numbers[state] { return number }
            guard states.count < limit else { throw TooLarge(reason: "needs more than \(limit) states") }
            var label: Int32 = -1
            if domain.labels[Int(state[0])] >= 0 {
                for (index, part) in parts.enumerated() {
                    labels[index] = state[index + 1] < 0 ? -1 : part.labels[Int(state[index + 1])]
                }
                label = verdict(labels)
            }
            let number = builder.addState(label: label)
            numbers[state] = number
            states.append(state)
            return number
        }

        _ = try number(of: automata.map { $0.isEmpty ? -1 : 0 })
        var current = 0
        var cursors = [Int](repeating: 0, count: automata.count)
        while current < states.count {
            let state = states[current]
            for (index, automaton) in automata.enumerated() {
                cursors[index] = state[index] < 0 ? 0 : Int(automaton.offsets[Int(state[index])])
            }
            var byte = 0
            while byte <= 0xFF {
                var last = 0xFF
                var target = state
                for (index, automaton) in automata.enumerated() {
                    target[index] = -1
                    guard state[index] >= 0 else { continue }
                    let end = Int(automaton.offsets[Int(state[index]) + 1])
                    while cursors[index] < end, automaton.edges[cursors[index]].high < UInt8(byte) {
                        cursors[index] += 1
                    }
                    guard cursors[index] < end else { continue }
                    let edge = automaton.edges[cursors[index]]
                    if edge.low <= UInt8(byte) {
                        target[index] = edge.target
                        last = min(last, Int(edge.high))
                    } else {
                        last = min(last, Int(edge.low) - 1)
                    }
                }
                if target[0] >= 0 {
                    builder.add(UInt8(byte), UInt8(last), from: Int32(current), to: try number(of: target))
                }
                byte = last + 1
            }
            current += 1
        }
        return builder.finished()
    }

    /// The automaton of some texts, each with its label.
    static func words(_ words: some Sequence<(bytes: [UInt8], label: Int32)>) -> ByteAutomaton {
        var builder = AutomatonBuilder()
        let start = builder.addState()
        for word in words {
            var state = start
            for byte in word.bytes {
                if let next = builder.target(state, byte) {
                    state = next
                } else {
                    let next = builder.addState()
                    builder.insert(byte, from: state, to: next)
                    state = next
                }
            }
            builder.setLabel(word.label, of: state)
        }
        return builder.finished()
    }
}
