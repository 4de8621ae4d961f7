/// The script of a character, as a number: the property Script of the Unicode standard (annex 24).
struct UnicodeScript: Equatable, Sendable {
    let number: UInt8

    static let common = UnicodeScript(number: 0)
    static let inherited = UnicodeScript(number: 1)
    static let han = UnicodeScript(number: 2)
    static let hiragana = UnicodeScript(number: 3)
    static let katakana = UnicodeScript(number: 4)

    init(number: UInt8) { self.number = number }

    /// A search in the table of runs; common for what has no script.
    init(of scalar: UInt32) {
        var (low, high) = (0, Self.runs.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if Self.runs[middle] >> 8 <= scalar { low = middle } else { high = middle }
        }
        number = UInt8(truncatingIfNeeded: Self.runs[low])
    }
}
