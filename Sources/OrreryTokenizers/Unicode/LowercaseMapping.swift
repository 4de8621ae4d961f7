/// The lower case of single characters, as Rust's `char::to_lowercase`: a final sigma is a sigma.
enum LowercaseMapping {
    /// By code point below 0x20000, beyond which there is none but itself; made on first use, never freed.
    nonisolated(unsafe) private static let table: UnsafePointer<UInt32> = {
        let table = UnsafeMutablePointer<UInt32>.allocate(capacity: limit)
        for code in 0 ..< limit { (table + code).initialize(to: UInt32(code)) }
        for place in stride(from: 0, to: pairs.count, by: 2) { table[Int(pairs[place])] = pairs[place + 1] }
        return UnsafePointer(table)
    }()
    private static let limit = 0x20000

    /// "İ", whose lower case is two characters, "i" and U+0307.
    static let dottedI: UInt32 = 0x130

    /// The lower case of `scalar`; its first character for `dottedI`.
    @inline(__always)
    static func lowercase(_ scalar: UInt32) -> UInt32 {
        scalar == dottedI ? 0x69 : Int(scalar) < limit ? table[Int(scalar)] : scalar
    }
}
