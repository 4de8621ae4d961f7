/// A statement about a number that schemas make.
enum NumberAtom: Hashable, Sendable {
    case less(than: Decimal)
    case atMost(Decimal)
    case multiple(of: Decimal)
    case among(Set<Decimal>)

    /// Whether an integer.
    static let integer = NumberAtom.multiple(of: Decimal(json: "1".utf8)!)

    /// Whether it holds for a number; nil where that cannot be told.
    func holds(_ number: Decimal) -> Bool? {
        switch self {
        case .less(let bound): number < bound
        case .atMost(let bound): number <= bound
        case .multiple(let divisor): number.isMultiple(of: divisor)
        case .among(let numbers): numbers.contains(number)
        }
    }
}

/// What reads a number's digits, without exponent, for one atom.
protocol NumberReader {
    typealias State = SIMD4<Int32>
    var start: State { get }
    func next(_ state: State, _ byte: UInt8) -> State
    func holds(_ state: State) -> Bool
}
