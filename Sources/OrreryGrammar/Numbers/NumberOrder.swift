/// Compares a number with a bound while its digits come, the highest first.
///
/// A state is (whether negative, phase: 0 before the point and 1 behind it, digits read in this phase, order so far).
struct NumberOrder: NumberReader {
    private let isNegative: Bool
    private let integer: [UInt8]
    private let fraction: [UInt8]
    private let includesEqual: Bool

    init(_ bound: Decimal, includesEqual: Bool) {
        isNegative = bound.isNegative
        (integer, fraction) = bound.plain
        self.includesEqual = includesEqual
    }

    let start = State(0, 0, 0, 0)

    func next(_ state: State, _ byte: UInt8) -> State {
        var state = state
        switch byte {
        case UInt8(ascii: "-"): state[0] = 1
        case UInt8(ascii: "."):
            if state[2] != Int32(integer.count) { state[3] = state[2] < Int32(integer.count) ? -1 : 1 }
            state[1] = 1
            state[2] = 0
        default: digit(byte - 0x30, &state)
        }
        return state
    }

    private func digit(_ digit: UInt8, _ state: inout State) {
        let place = Int(state[2])
        if state[1] == 0 {
            if place < integer.count, state[3] == 0 { state[3] = order(digit, integer[place]) }
            state[2] = Int32(min(place + 1, integer.count + 1))
            if state[2] > Int32(integer.count) { state[3] = 1 }
        } else if state[3] == 0 {
            state[3] = order(digit, place < fraction.count ? fraction[place] : 0)
            state[2] = state[3] == 0 ? Int32(min(place + 1, fraction.count)) : 0
        }
    }

    private func order(_ left: UInt8, _ right: UInt8) -> Int32 { left == right ? 0 : left < right ? -1 : 1 }

    func holds(_ state: State) -> Bool {
        var magnitude = state[3]
        if state[1] == 0, state[2] != Int32(integer.count) {
            magnitude = state[2] < Int32(integer.count) ? -1 : 1
        } else if magnitude == 0, state[1] == 0 ? !fraction.isEmpty : Int(state[2]) < fraction.count {
            magnitude = -1
        }
        let order: Int32
        switch (state[0] == 1, isNegative) {
        case (false, false): order = magnitude
        case (true, true): order = -magnitude
        case (false, true): order = 1
        // Minus zero equals zero.
        case (true, false): order = integer == [0] && fraction.isEmpty && magnitude == 0 ? 0 : -1
        }
        return order < 0 || includesEqual && order == 0
    }
}
