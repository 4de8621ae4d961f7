import OrreryFiles

/// `vocab.txt`: one piece a line, its number is its id.
enum VocabularyText {
    /// - Throws: `TokenizerError` naming the line that is not UTF-8.
    static func pieces(_ bytes: UnsafeBufferPointer<UInt8>, path: String) throws -> PieceTable {
        var pieces = PieceTable()
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            var line = rest[rest.startIndex ..< end]
            if line.last == UInt8(ascii: "\r") { line = line.dropLast() }
            guard UTF8Step.isValid(UnsafeBufferPointer(rebasing: line)) else {
                throw TokenizerError.file(path, "line \(pieces.count + 1) is not UTF-8; expected one token per line")
            }
            pieces.append(line)
            rest = end < rest.endIndex ? rest[(end + 1)...] : rest[rest.endIndex...]
        }
        return pieces
    }

    static func text(_ pieces: PieceTable) -> [UInt8] {
        pieces.reduce(into: []) {
            $0 += $1; $0.append(UInt8(ascii: "\n"))
        }
    }

    /// Whether a piece has a capital letter of ASCII; names of marks in brackets do not count.
    static func hasCapitals(_ pieces: PieceTable) -> Bool {
        pieces.contains { piece in
            piece.first != UInt8(ascii: "[")
                && piece.contains { (UInt8(ascii: "A") ... UInt8(ascii: "Z")).contains($0) }
        }
    }
}

extension WordPieceTokenizer {
    /// `vocab.txt`.
    package var vocabularyText: [UInt8] { VocabularyText.text(pieces) }
}
