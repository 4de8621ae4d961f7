/// Where a text can be cut so that no piece of a vocabulary crosses a cut.
///
/// Cuts are told by bytes: between the last byte of one character and the first of the next, if no piece has the two
/// side by side; and before a space ("▁") that follows another character, if no piece has a space there, which bytes
/// alone do not tell because the first byte of "▁" starts other characters too.
struct WordCuts: Sendable {
    /// For each pair of bytes whether some piece has them side by side.
    private var joins = [UInt64](repeating: 0, count: 256 * 256 / 64)
    private let cutsAtSpaces: Bool

    /// - Parameter ids: the pieces that count.
    init(_ pieces: PieceTable, ids: [Int]) {
        for id in ids {
            for (left, right) in zip(pieces[id], pieces[id].dropFirst()) {
                joins[Int(left) << 2 | Int(right) >> 6] |= 1 << UInt64(right & 63)
            }
        }
        cutsAtSpaces = !ids.contains { Self.hasInnerSpace(pieces[$0]) }
    }

    /// Whether a space follows another character.
    private static func hasInnerSpace(_ piece: ArraySlice<UInt8>) -> Bool {
        let space = SentencePieceNormalizer.spaceSymbol
        var rest = piece
        while rest.starts(with: space) { rest = rest.dropFirst(space.count) }
        while let first = rest.firstIndex(of: space[0]) {
            rest = rest[first...]
            if rest.starts(with: space) { return true }
            rest = rest.dropFirst()
        }
        return false
    }

    /// The first cut behind `start`, or the end of the text, which is UTF-8.
    @inline(__always)
    func endOfWord(_ text: UnsafeBufferPointer<UInt8>, from start: Int) -> Int {
        joins.withUnsafeBufferPointer { joins in
            var position = start
            while true {
                position += lengthOfCharacter(startingWith: text[position])
                guard position < text.count else { return text.count }
                let (left, right) = (text[position - 1], text[position])
                guard joins[Int(left) << 2 | Int(right) >> 6] >> UInt64(right & 63) & 1 == 1 else { return position }
                if cutsAtSpaces, Self.isSpace(text, position), position - start < 3 || !Self.isSpace(text, position - 3)
                {
                    return position
                }
            }
        }
    }

    @inline(__always)
    private static func isSpace(_ text: UnsafeBufferPointer<UInt8>, _ position: Int) -> Bool {
        text[position] == 0xE2 && position + 3 <= text.count && text[position + 1] == 0x96 && text[position + 2] == 0x81
    }
}
