/// The classes of every code point, a byte each: one load where a compressed table takes two. Of its 1.1 MB only the
/// lines of the scripts in use are ever touched.
///
/// `@unchecked Sendable`: written in `init` and only read afterwards; tables are made on first use and never freed.
struct CharacterClassTable: @unchecked Sendable {
    /// The version of Unicode that says what a code point is.
    enum Version {
        /// tiktoken's and Hugging Face tokenizers'.
        case v16
        /// llama.cpp's.
        case v15
    }

    /// The index for what is no character: bytes that are not UTF-8. It belongs to no class.
    static let malformed: UInt32 = 0x110000

    /// By code point, 0x110001 entries.
    let base: UnsafePointer<CharacterClass>

    static let unicode16 = CharacterClassTable(.v16)

    /// - Parameter classes: instead of the classes that a general category has.
    init(_ version: Version, _ classes: (UnicodeCategory) -> CharacterClass = { CharacterClass($0) }) {
        let table = UnsafeMutablePointer<CharacterClass>.allocate(capacity: Int(Self.malformed) + 1)
        UnicodeCategory.forEachRun { range, category in
            (table + Int(range.lowerBound)).initialize(repeating: classes(category), count: range.count)
        }
        if version == .v15 {
            for range in UnicodeCategory.addedInVersion16 {
                (table + range.lowerBound).update(repeating: [], count: range.count)
            }
        }
        (table + Int(Self.malformed)).initialize(to: [])
        // White_Space (PropList.txt) is the three separator categories and these controls.
        for code in [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85] { table[code].insert(.space) }
        for code in [0x0A, 0x0D] { table[code].insert(.newline) }
        base = UnsafePointer(table)
    }

    /// The same table with some code points changed.
    init(_ other: CharacterClassTable, _ change: (UnsafeMutablePointer<CharacterClass>) -> Void) {
        let table = UnsafeMutablePointer<CharacterClass>.allocate(capacity: Int(Self.malformed) + 1)
        table.initialize(from: other.base, count: Int(Self.malformed) + 1)
        change(table)
        base = UnsafePointer(table)
    }
}
