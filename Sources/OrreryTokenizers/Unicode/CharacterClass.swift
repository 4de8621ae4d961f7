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
    /// Han letters, in tables of patterns that tell them from others.
    static let han = CharacterClass(rawValue: 128)

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
