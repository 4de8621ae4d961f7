/// Divides a number by another while its digits come.
///
/// A state is (remainder, digits behind the point that were read, whether a later one was not zero, whether behind it).
struct NumberRemainder: NumberReader {
    private let modulus: Int
    /// How many digits behind the point a multiple may have.
    private let places: Int

    /// - Throws: `TooLarge` where the remainders are too many.
    init(_ divisor: Decimal) throws {
        let limit = 20_000
        var modulus = divisor.digits.count <= 6 ? divisor.digits.reduce(0) { $0 * 10 + Int($1) } : limit
        var exponent = divisor.exponent
        while exponent > 0, modulus < limit { (modulus, exponent) = (modulus * 10, exponent - 1) }
        guard modulus > 0, modulus < limit, exponent > -100 else {
            throw TooLarge(reason: "expected a divisor with fewer than \(limit) remainders")
        }
        self.modulus = modulus
        places = -min(exponent, 0)
    }

    let start = State(0, 0, 0, 0)

    func next(_ state: State, _ byte: UInt8) -> State {
        var state = state
        switch byte {
        case UInt8(ascii: "-"): break
        case UInt8(ascii: "."): state[3] = 1
        default:
            let digit = Int32(byte) - 0x30
            if state[3] == 1, state[1] == Int32(places) {
                if digit != 0 { state = State(0, state[1], 1, 1) }
            } else {
                state[0] = (state[0] * 10 + digit) % Int32(modulus)
                if state[3] == 1 { state[1] += 1 }
            }
        }
        return state
    }

    func holds(_ state: State) -> Bool {
        guard state[2] == 0 else { return false }
        var remainder = Int(state[0])
        for _ in Int(state[1]) ..< places { remainder = remainder * 10 % modulus }
        return remainder == 0
    }
}
