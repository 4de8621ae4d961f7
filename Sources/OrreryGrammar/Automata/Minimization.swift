extension ByteAutomaton {
    /// The smallest automaton of the same labelled texts (Moore's refinement).
    func minimized() -> ByteAutomaton {
        guard count > 1 else { return self }
        var blocks = labels.map { Int32($0 + 1) }
        var number = Set(blocks).count
        while true {
            var numbers: [[Int32]: Int32] = [:]
            var refined = [Int32](repeating: 0, count: count)
            for state in 0 ..< count {
                var signature = [blocks[state]]
                var last: (high: Int, block: Int32)?
                for edge in edges(of: Int32(state)) {
                    let block = blocks[Int(edge.target)]
                    if let previous = last, previous.block == block, previous.high + 1 == Int(edge.low) {
                        signature[signature.count - 1] = Int32(edge.high)
                    } else {
                        signature += [Int32(edge.low), block, Int32(edge.high)]
                    }
                    last = (Int(edge.high), block)
                }
                let next = Int32(numbers.count)
                refined[state] = numbers[signature, default: next]
                if refined[state] == next { numbers[signature] = next }
            }
            if numbers.count == number { break }
            number = numbers.count
            blocks = refined
        }
        return merging(blocks)
    }

    private func merging(_ blocks: [Int32]) -> ByteAutomaton {
        var builder = AutomatonBuilder()
        var numbers: [Int32: Int32] = [:]
        var members: [Int32] = []
        func number(of state: Int32) -> Int32 {
            if let number = numbers[blocks[Int(state)]] { return number }
            let number = builder.addState(label: labels[Int(state)])
            numbers[blocks[Int(state)]] = number
            members.append(state)
            return number
        }
        _ = number(of: 0)
        var current = 0
        while current < members.count {
            for edge in edges(of: members[current]) {
                builder.add(edge.low, edge.high, from: Int32(current), to: number(of: edge.target))
            }
            current += 1
        }
        return builder.finished()
    }
}
