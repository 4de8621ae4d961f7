/// Sums of sizes that a server claims.
enum ByteSum {
    /// The sum; nil where a size is not known or the sum is no number.
    static func total(_ sizes: [Int?]) -> Int? {
        var total = 0
        for size in sizes {
            guard let size, size >= 0 else { return nil }
            let (sum, overflow) = total.addingReportingOverflow(size)
            if overflow { return nil }
            total = sum
        }
        return total
    }
}
