import OrreryFiles

/// What a server may call a file that is stored here: it never leads out of the directory it is meant for.
enum RepositoryPath {
    private static let maximalDepth = 16, maximalLength = 1024
    /// What could make a name look like another one on a terminal.
    private static let unseen: Set<Unicode.GeneralCategory> = [.control, .format, .lineSeparator, .paragraphSeparator]

    /// Whether `path` is plain names with a slash between them: not absolute, without `..`, backslashes and characters
    /// that are not seen, and short enough for a file system.
    static func isSafe(_ path: String) -> Bool {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false)
        return path.utf8.count <= maximalLength && parts.count <= maximalDepth
            && parts.allSatisfy { Path.isPlainName(String($0)) }
            && path.unicodeScalars.allSatisfy { !unseen.contains($0.properties.generalCategory) }
    }

    /// Whether an entity tag can be the name of a blob: a hash, or what other servers than Hugging Face's have.
    static func isBlobName(_ tag: String) -> Bool {
        (1 ... 128).contains(tag.utf8.count)
            && tag.utf8.allSatisfy {
                isHexadecimal($0) || (UInt8(ascii: "g") ... UInt8(ascii: "z")).contains($0 | 0x20)
                    || $0 == UInt8(ascii: "-") || $0 == UInt8(ascii: "_")
            }
    }

    /// Whether `text` is a hash of so many digits, in lower case.
    static func isHash(_ text: String, digits: Int) -> Bool {
        text.utf8.count == digits
            && text.utf8.allSatisfy { isHexadecimal($0) && !(UInt8(ascii: "A") ... UInt8(ascii: "F")).contains($0) }
    }

    /// Whether `text` names a commit.
    static func isCommit(_ text: String) -> Bool { isHash(text, digits: 40) || isHash(text, digits: 64) }

    private static func isHexadecimal(_ byte: UInt8) -> Bool {
        (UInt8(ascii: "0") ... UInt8(ascii: "9")).contains(byte)
            || (UInt8(ascii: "a") ... UInt8(ascii: "f")).contains(byte | 0x20)
    }
}
