/// A model that cuts a word into its longest pieces, left to right.
///
/// Source: Hugging Face tokenizers, `src/models/wordpiece/mod.rs`.
package struct WordPiece: Sendable {
    package let vocabulary: Vocabulary
    package let unkToken: String
    /// What the pieces begin with that do not begin a word.
    package let continuingSubwordPrefix: String
    /// A word of more characters is unknown.
    package let maxInputCharsPerWord: Int
    private let unknown: TokenID?
    private let matcher: WordPieces

    package init(
        _ vocabulary: Vocabulary, unkToken: String = "[UNK]", continuingSubwordPrefix: String = "##",
        maxInputCharsPerWord: Int = 100
    ) {
        self.vocabulary = vocabulary
        self.unkToken = unkToken
        self.continuingSubwordPrefix = continuingSubwordPrefix
        self.maxInputCharsPerWord = maxInputCharsPerWord
        unknown = vocabulary.id(of: unkToken.utf8)
        let prefix = Array(continuingSubwordPrefix.utf8)
        // Texts that share an id with another stand behind the vocabulary.
        let starts = PieceTable(vocabulary.pieces.map { $0 } + vocabulary.aliases.map { Array($0.piece.utf8)[...] })
        let rests = PieceTable(starts.map { $0.starts(with: prefix) ? $0.dropFirst(prefix.count) : [] })
        matcher = WordPieces(starts: WordPieces.trie(of: starts), rests: WordPieces.trie(of: rests))
    }

    func tokenize(_ word: UnsafeBufferPointer<UInt8>, _ workspace: ModelWorkspace) throws {
        workspace.found.removeAll(keepingCapacity: true)
        let isShort =
            word.count <= maxInputCharsPerWord
            || word.reduce(0) { $0 + ($1 & 0xC0 != 0x80 ? 1 : 0) } <= maxInputCharsPerWord
        if isShort, matcher.append(word, to: &workspace.found) {
            var start: Int32 = 0
            for (place, length) in workspace.found {
                let id = Int(place) < vocabulary.limit ? place : vocabulary.aliases[Int(place) - vocabulary.limit].id
                workspace.tokens.append(ModelWorkspace.Token(id: id, start: start, end: start + Int32(length)))
                start += Int32(length)
            }
        } else if let unknown {
            workspace.tokens.append(ModelWorkspace.Token(id: unknown, start: 0, end: Int32(word.count)))
        } else {
            throw TokenizerError.missingUnknown(unkToken, word)
        }
    }
}
