/// The script of a character as a number, which is the same for two characters of one script.
package enum UnicodeScripts {
    /// No script at all: the space, and what is unassigned.
    package static let any: UInt8 = 0

    /// By code point; made on first use, never freed.
    package nonisolated(unsafe) static let table: UnsafePointer<UInt8> = {
        let table = UnsafeMutablePointer<UInt8>.allocate(capacity: 0x110000)
        for (index, run) in runs.enumerated() {
            let end = index + 1 < runs.count ? Int(runs[index + 1] >> 8) : 0x110000
            (table + Int(run >> 8)).initialize(repeating: UInt8(truncatingIfNeeded: run), count: end - Int(run >> 8))
        }
        return UnsafePointer(table)
    }()
}
