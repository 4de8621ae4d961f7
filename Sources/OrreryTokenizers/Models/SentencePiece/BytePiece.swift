/// The pieces that stand for single bytes: `<0x00>` to `<0xFF>`.
package enum BytePiece {
    private static let digits = Array("0123456789ABCDEF".utf8)

    static func bytes(of byte: UInt8) -> [UInt8] {
        Array("<0x".utf8) + [digits[Int(byte >> 4)], digits[Int(byte & 15)], UInt8(ascii: ">")]
    }

    package static func text(of byte: UInt8) -> String { String(decoding: bytes(of: byte), as: UTF8.self) }

    /// The byte that `piece` stands for, spelled exactly so.
    static func byte(of piece: some Collection<UInt8>) -> UInt8? {
        let piece = Array(piece)
        guard piece.count == 6, let high = digits.firstIndex(of: piece[3]), let low = digits.firstIndex(of: piece[4])
        else { return nil }
        let byte = UInt8(high << 4 | low)
        return piece == bytes(of: byte) ? byte : nil
    }
}
