/// A model whose tokens are whole words.
///
/// Source: Hugging Face tokenizers, `src/models/wordlevel/mod.rs`.
package struct WordLevel: Sendable {
    package let vocabulary: Vocabulary
    /// What stands for a word that is not in the vocabulary. Without it there such a word is an error.
    package let unkToken: String
    private let unknown: TokenID?

    package init(_ vocabulary: Vocabulary, unkToken: String = "<unk>") {
        self.vocabulary = vocabulary
        self.unkToken = unkToken
        unknown = vocabulary.id(of: unkToken.utf8)
    }

    func tokenize(_ word: UnsafeBufferPointer<UInt8>, _ workspace: ModelWorkspace) throws {
        guard let id = vocabulary.id(of: word) ?? unknown else {
            throw TokenizerError.missingUnknown(unkToken, word)
        }
        workspace.tokens.append(ModelWorkspace.Token(id: id, start: 0, end: Int32(word.count)))
    }
}

extension TokenizerError {
    /// A word that a model has no token for, and no unknown token either.
    static func missingUnknown(_ unkToken: String, _ word: UnsafeBufferPointer<UInt8>) -> TokenizerError {
        .invalid(
            "\(quoted(String(decoding: word.prefix(64), as: UTF8.self))) is not in the vocabulary, and neither is the unknown token \(quoted(unkToken)); expected one of them"
        )
    }
}
