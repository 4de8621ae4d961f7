/// How one word of a text became its tokens.
package struct WordExplanation: Sendable, Hashable {
    package enum Reason: Sendable, Hashable {
        /// An added token, found before the model saw the text.
        case added
        /// Merges, one after the other.
        case merges(MergeTrace)
        /// The most probable of all ways to cut the word: the score of each of its tokens, a logarithm of a
        /// probability.
        case scores([Float])
        /// Nothing more is known: the word is one that cannot be told apart from its neighbours.
        case none
    }

    /// What the model saw: the word's bytes after normalization.
    package let bytes: [UInt8]
    package let tokens: [TokenID]
    package let reason: Reason

    package init(bytes: [UInt8], tokens: [TokenID], reason: Reason) {
        (self.bytes, self.tokens, self.reason) = (bytes, tokens, reason)
    }
}

/// A tokenizer that can tell how its tokens came about.
package protocol ExplainingTokenizer: Tokenizer {
    /// The words of a text in order, without the tokens of its frame. Quadratic in the length of a word.
    ///
    /// - Throws: `TokenizerError` naming what cannot be encoded.
    func explanations(of utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions) throws -> [WordExplanation]
}
