/// Text under a scanner: UTF-8 bytes that need not be well-formed, and the classes of characters.
///
/// Positions are byte offsets, always at the start of a character. Bytes that are not UTF-8 count as one character per
/// ill-formed part (see `UTF8Step`), of no class: neither letter nor number nor space, like punctuation.
///
/// An unowned view: it must not outlive the bytes that it was made from.
struct ScannedText {
    let bytes: UnsafePointer<UInt8>
    let count: Int
    private let classes: UnsafePointer<CharacterClass>

    /// - Precondition: `utf8` is not empty.
    init(_ utf8: UnsafeBufferPointer<UInt8>, _ table: CharacterClassTable = .unicode16) {
        bytes = utf8.baseAddress!
        count = utf8.count
        classes = table.base
    }

    var buffer: UnsafeBufferPointer<UInt8> { UnsafeBufferPointer(start: bytes, count: count) }

    /// The character at a position: its classes and its length in bytes.
    struct Character {
        let classes: CharacterClass
        let length: Int

        @inline(__always)
        func isIn(_ other: CharacterClass) -> Bool { classes.intersects(other) }
    }

    /// The character at `position`.
    @inline(__always)
    func character(at position: Int) -> Character {
        let byte = bytes[position]
        if byte < 0x80 { return Character(classes: classes[Int(byte)], length: 1) }
        return multibyteCharacter(at: position)
    }

    /// The character at `position`, or one of no class and no length at the end.
    @inline(__always)
    func characterOrEnd(at position: Int) -> Character {
        position < count ? character(at: position) : Character(classes: [], length: 0)
    }

    /// The common cases inline; whatever is unusual goes through `UTF8Step`.
    @inline(__always)
    func multibyteCharacter(at position: Int) -> Character {
        let first = bytes[position]
        if count - position >= 4 {
            let second = bytes[position + 1]
            // E0 and ED restrict their second byte, so they are left to the careful way; so are F0 to F4.
            if first >= 0xC2 && first <= 0xDF && second & 0xC0 == 0x80 {
                let code = Int(first & 0x1F) << 6 | Int(second & 0x3F)
                return Character(classes: classes[code], length: 2)
            }
            let third = bytes[position + 2]
            if first >= 0xE1 && first <= 0xEF && first != 0xED && second & 0xC0 == 0x80 && third & 0xC0 == 0x80 {
                let code = Int(first & 0x0F) << 12 | Int(second & 0x3F) << 6 | Int(third & 0x3F)
                return Character(classes: classes[code], length: 3)
            }
        }
        return carefulCharacter(at: position)
    }

    @inline(never)
    private func carefulCharacter(at position: Int) -> Character {
        switch UTF8Step(buffer, at: position) {
        case .scalar(let scalar, let length): Character(classes: classes[Int(scalar.value)], length: length)
        case .incomplete: Character(classes: [], length: count - position)
        case .invalid(let length): Character(classes: [], length: length)
        }
    }
}
