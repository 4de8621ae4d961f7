/// Cuts a word into the longest pieces of a vocabulary, left to right; a word of which any part is no piece is unknown.
///
/// Two tries: one for the start of a word and one for the rest, which may be the same.
///
/// Source: Wu et al. 2016 (arXiv 1609.08144), section 4.1; BERT's `tokenization.py`, WordpieceTokenizer.
struct WordPieces: Sendable {
    let starts: DoubleArrayTrie
    let rests: DoubleArrayTrie

    /// Appends the pieces of `word` as id and length.
    ///
    /// - Returns: false, with `pieces` as they were, where the word has a part that is no piece.
    func append(_ word: UnsafeBufferPointer<UInt8>, to pieces: inout [(id: TokenID, length: Int)]) -> Bool {
        let count = pieces.count
        var position = 0
        while position < word.count {
            let trie = position == 0 ? starts : rests
            guard let (length, id) = trie.withWalker({ $0.longestPrefix(of: word, from: position, limit: .max) }) else {
                pieces.removeLast(pieces.count - count)
                return false
            }
            pieces.append((id, length))
            position += length
        }
        return true
    }
}
