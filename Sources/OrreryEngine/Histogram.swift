/// How often a value fell between bounds, and the sum of all.
public struct Histogram: Sendable, Hashable {
    /// The upper bounds, ascending; values above the last have a place of their own.
    public let bounds: [Double]
    /// The number of values for each bound and, at the end, above all of them.
    public private(set) var counts: [Int]
    /// The sum of all values.
    public private(set) var sum = 0.0

    /// An empty histogram.
    public init(bounds: [Double]) {
        self.bounds = bounds
        counts = Array(repeating: 0, count: bounds.count + 1)
    }

    /// Counts a value.
    public mutating func add(_ value: Double) {
        counts[bounds.firstIndex { value <= $0 } ?? bounds.count] += 1
        sum += value
    }

    /// Bounds of seconds from a millisecond to a minute.
    static let seconds = [
        0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60,
    ]
    /// Bounds of numbers of rows.
    static let rows = [1.0, 2, 4, 8, 16, 32, 64, 128, 256, 512]
}
