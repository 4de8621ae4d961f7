/// A set of Unicode code points: ascending ranges that neither overlap nor touch.
struct ScalarSet: Hashable {
    private(set) var ranges: [ClosedRange<UInt32>]

    static let all = ScalarSet([0 ... 0x10FFFF])

    init(_ ranges: [ClosedRange<UInt32>]) {
        self.ranges = []
        for range in ranges.sorted(by: { $0.lowerBound < $1.lowerBound }) {
            if let last = self.ranges.last, range.lowerBound <= last.upperBound &+ 1 {
                let upper = max(last.upperBound, range.upperBound)
                self.ranges[self.ranges.count - 1] = last.lowerBound ... upper
            } else {
                self.ranges.append(range)
            }
        }
    }

    init(_ text: String) { self.init(text.unicodeScalars.map { $0.value ... $0.value }) }

    var inverted: ScalarSet {
        var result: [ClosedRange<UInt32>] = []
        var next: UInt32 = 0
        for range in ranges {
            if range.lowerBound > next { result.append(next ... range.lowerBound - 1) }
            next = range.upperBound + 1
        }
        if next <= 0x10FFFF { result.append(next ... 0x10FFFF) }
        return ScalarSet(result)
    }

    func union(_ other: ScalarSet) -> ScalarSet { ScalarSet(ranges + other.ranges) }

    // ECMA-262, 22.2.2.9: \d, \w and \s.
    static let digits = ScalarSet([0x30 ... 0x39])
    static let word = ScalarSet([0x30 ... 0x39, 0x41 ... 0x5A, 0x5F ... 0x5F, 0x61 ... 0x7A])
    static let space = ScalarSet(
        [
            0x09 ... 0x0D, 0x20 ... 0x20, 0xA0 ... 0xA0, 0x1680 ... 0x1680, 0x2000 ... 0x200A, 0x2028 ... 0x2029,
            0x202F ... 0x202F, 0x205F ... 0x205F, 0x3000 ... 0x3000, 0xFEFF ... 0xFEFF,
        ])
    static let lineEnds = ScalarSet([0x0A ... 0x0A, 0x0D ... 0x0D, 0x2028 ... 0x2029])
}
