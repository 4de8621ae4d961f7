/// What the pre-tokenisation patterns ask about a character, one bit per class.
struct CharacterClass: OptionSet, Sendable {
    let rawValue: UInt8

    /// `\p{L}`
    static let letter = CharacterClass(rawValue: 1)
    /// `\p{N}`
    static let number = CharacterClass(rawValue: 2)
    /// `\s`: the property White_Space, as in Rust's regex and in Oniguruma.
    static let space = CharacterClass(rawValue: 4)
    /// `\p{M}`
    static let mark = CharacterClass(rawValue: 8)
    /// `[\p{Lu}\p{Lt}\p{Lm}\p{Lo}\p{M}]`: what o200k lets stand where a word begins.
    static let head = CharacterClass(rawValue: 16)
    /// `[\p{Ll}\p{Lm}\p{Lo}\p{M}]`: what o200k lets stand where a word goes on.
    static let tail = CharacterClass(rawValue: 32)
    /// `[\r\n]`
    static let newline = CharacterClass(rawValue: 64)

    /// What `[^\s\p{L}\p{N}]` excludes.
    static let spaceLetterOrNumber: CharacterClass = [.space, .letter, .number]

    init(rawValue: UInt8) { self.rawValue = rawValue }

    /// The classes of a general category. White space is not told by category alone; see `CharacterClassTable`.
    init(_ category: UnicodeCategory) {
        self =
            switch category {
            case .uppercaseLetter, .titlecaseLetter: [.letter, .head]
            case .lowercaseLetter: [.letter, .tail]
            case .modifierLetter, .otherLetter: [.letter, .head, .tail]
            case .nonspacingMark, .spacingMark, .enclosingMark: [.mark, .head, .tail]
            case .decimalNumber, .letterNumber, .otherNumber: .number
            case .spaceSeparator, .lineSeparator, .paragraphSeparator: .space
            default: []
            }
    }

    /// Whether the two have a class in common.
    @inline(__always)
    func intersects(_ other: CharacterClass) -> Bool { rawValue & other.rawValue != 0 }
}

/// The classes of every code point, a byte each: one load where a compressed table takes two. Of its 1.1 MB only the
/// lines of the scripts in use are ever touched.
enum CharacterClassTable {
    /// The index for what is no character: bytes that are not UTF-8. It belongs to no class.
    static let malformed: UInt32 = 0x110000

    /// By code point, 0x110001 entries; made on first use, never freed.
    nonisolated(unsafe) static let base: UnsafePointer<CharacterClass> = {
        let table = UnsafeMutablePointer<CharacterClass>.allocate(capacity: Int(malformed) + 1)
        UnicodeCategory.forEachRun { range, category in
            (table + Int(range.lowerBound)).initialize(repeating: CharacterClass(category), count: range.count)
        }
        (table + Int(malformed)).initialize(to: [])
        // White_Space (PropList.txt) is the three separator categories and these controls.
        for code in [0x09, 0x0A, 0x0B, 0x0C, 0x0D, 0x85] { table[code].insert(.space) }
        for code in [0x0A, 0x0D] { table[code].insert(.newline) }
        return UnsafePointer(table)
    }()

    static subscript(scalar: Unicode.Scalar) -> CharacterClass { base[Int(scalar.value)] }
}
