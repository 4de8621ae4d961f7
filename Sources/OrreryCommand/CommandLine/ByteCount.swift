/// A number of bytes as a person types it: 500MB, 2GB, 1.5GiB, or plain bytes.
enum ByteCount {
    private static let units: [(name: String, bytes: Double)] = [
        ("KIB", 0x1p10), ("MIB", 0x1p20), ("GIB", 0x1p30), ("TIB", 0x1p40), ("KB", 1e3), ("MB", 1e6), ("GB", 1e9),
        ("TB", 1e12), ("K", 1e3), ("M", 1e6), ("G", 1e9), ("T", 1e12), ("B", 1), ("", 1),
    ]

    /// The bytes; nil where the text is no such number.
    static func parse(_ text: String) -> Int? {
        let upper = text.uppercased()
        guard let unit = units.first(where: { upper.hasSuffix($0.name) }),
            let number = Double(upper.dropLast(unit.name.count)), number >= 0, number * unit.bytes < 0x1p62
        else { return nil }
        return Int((number * unit.bytes).rounded())
    }
}
