/// Looks a number up among some while its digits come, through a tree of their spellings without exponent.
///
/// A state is (node or -1, whether behind the point, whether the number that `node` spells is one of them, unused); where
/// only zeros may follow, the node is -2.
struct NumberSet: NumberReader {
    private struct Node {
        var next: [UInt8: Int32] = [:]
        /// Whether the number so far is one of them.
        var isMember = false
    }

    private var nodes = [Node()]

    init(_ numbers: Set<Decimal>) throws {
        for number in numbers {
            guard number.plainLength <= 400 else {
                throw TooLarge(reason: "expected numbers of at most 400 digits when written out")
            }
            let (integer, fraction) = number.plain
            var text = integer.map { $0 + 0x30 }
            if !fraction.isEmpty { text += [UInt8(ascii: ".")] + fraction.map { $0 + 0x30 } }
            insert(number.isNegative ? [UInt8(ascii: "-")] + text : text)
            if number == .zero { insert(Array("-0".utf8)) }
        }
        guard nodes.count < 50_000 else { throw TooLarge(reason: "expected fewer digits") }
    }

    private mutating func insert(_ text: [UInt8]) {
        var node = 0
        for byte in text {
            if let next = nodes[node].next[byte] {
                node = Int(next)
            } else {
                nodes.append(Node())
                nodes[node].next[byte] = Int32(nodes.count - 1)
                node = nodes.count - 1
            }
        }
        nodes[node].isMember = true
    }

    let start = State(0, 0, 0, 0)

    func next(_ state: State, _ byte: UInt8) -> State {
        var state = state
        let isZero = byte == UInt8(ascii: "0"), isPoint = byte == UInt8(ascii: ".")
        // What was a member stays one behind a point and behind zeros there.
        let stays = state[2] == 1 && (isPoint || isZero && state[1] == 1)
        if isPoint { state[1] = 1 }
        if state[0] >= 0, let next = nodes[Int(state[0])].next[byte] {
            state[0] = next
            state[2] = nodes[Int(next)].isMember || stays ? 1 : 0
            return state
        }
        return stays ? State(-2, 1, 1, 0) : State(-1, 1, 0, 0)
    }

    func holds(_ state: State) -> Bool { state[2] == 1 }
}
