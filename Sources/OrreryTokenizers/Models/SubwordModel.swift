import OrreryFiles

/// What turns words into tokens: the model of a pipeline.
///
/// Source: Hugging Face tokenizers, `src/models`.
package enum SubwordModel: Sendable {
    case bpe(BPE)
    case wordPiece(WordPiece)
    case wordLevel(WordLevel)
    case unigram(Unigram)

    /// The number of entries, which is where tokenizers starts to number added tokens.
    var count: Int {
        switch self {
        case .bpe(let model): model.vocabulary.count
        case .wordPiece(let model): model.vocabulary.count
        case .wordLevel(let model): model.vocabulary.count
        case .unigram(let model): model.pieces.count
        }
    }

    /// What is odd about the entries, a line each.
    var warnings: [String] {
        let aliases =
            switch self {
            case .bpe(let model): model.vocabulary.aliases
            case .wordPiece(let model): model.vocabulary.aliases
            case .wordLevel(let model): model.vocabulary.aliases
            case .unigram: [(piece: String, id: TokenID)]()
            }
        guard let first = aliases.first else { return [] }
        let others = aliases.count == 1 ? "" : ", and \(aliases.count - 1) more such"
        return [
            "the vocabulary gives \(TokenizerError.quoted(first.piece)) the id \(first.id), which another text has too\(others); each is read, and the id is decoded as the first"
        ]
    }

    /// One more than the highest id.
    var limit: Int {
        switch self {
        case .bpe(let model): model.vocabulary.limit
        case .wordPiece(let model): model.vocabulary.limit
        case .wordLevel(let model): model.vocabulary.limit
        case .unigram(let model): model.pieces.count
        }
    }

    /// The text of a token, or nil.
    func piece(for id: TokenID) -> ArraySlice<UInt8>? {
        switch self {
        case .bpe(let model): model.vocabulary.piece(for: id)
        case .wordPiece(let model): model.vocabulary.piece(for: id)
        case .wordLevel(let model): model.vocabulary.piece(for: id)
        case .unigram(let model): model.pieces.indices.contains(Int(id)) ? model.pieces[Int(id)] : nil
        }
    }

    /// The token with exactly this text, or nil.
    func id(of piece: some Sequence<UInt8>) -> TokenID? {
        switch self {
        case .bpe(let model): model.vocabulary.id(of: piece)
        case .wordPiece(let model): model.vocabulary.id(of: piece)
        case .wordLevel(let model): model.vocabulary.id(of: piece)
        case .unigram(let model): model.id(of: piece)
        }
    }

    /// Appends the tokens of `word`, which is not empty, to `workspace.tokens`.
    ///
    /// - Throws: `TokenizerError` where a part of the word has no token and the model no unknown one.
    @inline(__always)
    func tokenize(_ word: UnsafeBufferPointer<UInt8>, _ workspace: ModelWorkspace) throws {
        switch self {
        case .bpe(let model): try model.tokenize(word, workspace)
        case .wordPiece(let model): try model.tokenize(word, workspace)
        case .wordLevel(let model): try model.tokenize(word, workspace)
        case .unigram(let model): try model.tokenize(word, workspace)
        }
    }
}
