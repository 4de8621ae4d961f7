import OrreryFiles

/// `vocab.txt`: one piece a line, its number is its id.
enum VocabularyText {
    /// - Throws: `TokenizerError` naming the line that is not UTF-8.
    static func pieces(_ bytes: UnsafeBufferPointer<UInt8>, path: String) throws -> PieceTable {
        var pieces = PieceTable()
        var rest = bytes[...]
        while !rest.isEmpty {
            let end = rest.firstIndex(of: UInt8(ascii: "\n")) ?? rest.endIndex
            var line = rest[rest.startIndex..<end]
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
        pieces.reduce(into: []) { $0 += $1; $0.append(UInt8(ascii: "\n")) }
    }
}

extension WordPieceTokenizer {
    /// The names that BERT's vocabularies give to marks of structure.
    private static let marks = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]"]

    /// The tokenizer of a `vocab.txt`, framed by its `[CLS]` and `[SEP]`.
    ///
    /// - Parameter lowercases: nil, for the file says nothing of it, takes a vocabulary without a capital letter for one of
    ///   lowercased text.
    /// - Throws: `TokenizerError` that names the file.
    public init(vocabularyText path: String, lowercases: Bool? = nil, stripsAccents: Bool? = nil, separatesChinese: Bool? = nil) throws {
        self = try TokenizerError.naming(path) {
            let file = try MappedFile(path: path)
            let pieces = try file.withUnsafeBytes { try VocabularyText.pieces($0.assumingMemoryBound(to: UInt8.self), path: path) }
            let index = try WordPieceTokenizer.markIDs(pieces)
            var settings = Settings()
            settings.lowercases = lowercases ?? !WordPieceTokenizer.hasCapitals(pieces)
            settings.stripsAccents = stripsAccents
            settings.separatesChinese = separatesChinese ?? true
            let added = try AddedTokens(WordPieceTokenizer.marks.compactMap { mark in
                index[mark].map { AddedToken(id: $0, content: mark) }
            })
            return try WordPieceTokenizer(
                pieces, addedTokens: added, frame: (index["[CLS]"].map { [$0] } ?? [], index["[SEP]"].map { [$0] } ?? []), settings: settings)
        }
    }

    private static func markIDs(_ pieces: PieceTable) throws -> [String: TokenID] {
        var ids: [String: TokenID] = [:]
        for id in pieces.indices where pieces[id].first == UInt8(ascii: "[") {
            let text = pieces.text(of: id)
            if marks.contains(text) { ids[text] = TokenID(id) }
        }
        return ids
    }

    private static func hasCapitals(_ pieces: PieceTable) -> Bool {
        pieces.contains { piece in piece.first != UInt8(ascii: "[") && piece.contains { (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains($0) } }
    }
}
