/// Everything that a value must satisfy at once, and how values that do look, by kind.
final class Goal {
    let literals: [Literal]
    var words: [ValueKind] = []
    var numbers: NumberLanguage?
    var strings: StringLanguage?
    var arrays: [Int] = []
    var objects: [Int] = []
    /// The bytes of the shortest value; `unreachable` where there is none.
    var shortest = Shortest.unreachable

    init(_ literals: [Literal]) { self.literals = literals }
}

/// Lengths of shortest texts, which never overflow.
enum Shortest {
    /// What no text reaches.
    static let unreachable = Int.max
    private static let ceiling = Int.max / 4

    static func sum(_ left: Int, _ right: Int) -> Int {
        left == unreachable || right == unreachable ? unreachable : min(left + right, ceiling)
    }

    static func product(_ count: Int, _ length: Int) -> Int {
        if count == 0 { return 0 }
        if length == unreachable { return unreachable }
        let (value, overflow) = count.multipliedReportingOverflow(by: length)
        return overflow ? ceiling : min(value, ceiling)
    }
}
