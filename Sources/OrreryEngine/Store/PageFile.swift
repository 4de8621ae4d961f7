import OrreryFiles
import OrreryTokenizers

/// A page as bytes: a line that says what it is, its name, its tokens, its numbers, and a hash of all of these.
enum PageFile {
    private static let magic = Array("orrery key-value page 1\n".utf8)
    /// Of a SHA-256 in hexadecimal.
    private static let hashCount = 64

    static func byteCount(tokens: Int, numbers: Int) -> Int {
        magic.count + hashCount + 4 * tokens + numbers + hashCount
    }

    /// - Parameter append: appends the numbers.
    static func encode(_ key: PageKey, _ tokens: [TokenID], count: Int, _ append: (inout [UInt8]) -> Void) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(byteCount(tokens: tokens.count, numbers: count))
        bytes += magic
        bytes += key.text.utf8
        bytes += spelled(tokens)
        append(&bytes)
        return bytes + hash(bytes[...])
    }

    /// The numbers of a page.
    ///
    /// - Returns: nil for bytes that are not wholly what was written under this name.
    static func decode(_ bytes: [UInt8], _ key: PageKey, _ tokens: [TokenID], count: Int) -> ArraySlice<UInt8>? {
        let head = magic + key.text.utf8 + spelled(tokens)
        guard bytes.count == byteCount(tokens: tokens.count, numbers: count), bytes.starts(with: head),
            bytes.suffix(hashCount).elementsEqual(hash(bytes.dropLast(hashCount)))
        else { return nil }
        return bytes[head.count ..< bytes.count - hashCount]
    }

    private static func spelled(_ tokens: [TokenID]) -> [UInt8] {
        tokens.flatMap { token in withUnsafeBytes(of: Int32(truncatingIfNeeded: token).littleEndian, Array.init) }
    }

    private static func hash(_ bytes: ArraySlice<UInt8>) -> [UInt8] {
        var hash = SHA256()
        bytes.withUnsafeBytes { hash.add($0) }
        return Array(hash.hexadecimal.utf8)
    }
}
