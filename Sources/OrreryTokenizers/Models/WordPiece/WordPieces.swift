/// Cuts a word into the longest pieces of a vocabulary, left to right; a word of which any part is no piece is unknown.
///
/// Two tries: one for the start of a word and one for the rest, which may be the same.
///
/// Source: Wu et al. 2016 (arXiv 1609.08144), section 4.1; BERT's `tokenization.py`, WordpieceTokenizer.
struct WordPieces: Sendable {
    let starts: DoubleArrayTrie
    let rests: DoubleArrayTrie

    /// What stands in the tries for a zero byte, which they cannot hold: a byte that starts no character of UTF-8, and
    /// is one long.
    static let zero: UInt8 = 0x80

    /// - Parameter pieces: the vocabulary, or what follows its prefix; empty where an id has none.
    static func trie(of pieces: PieceTable) -> DoubleArrayTrie {
        trie(of: pieces, ids: pieces.indices.filter { !pieces[$0].isEmpty })
    }

    /// - Parameter ids: those of the pieces that it holds, none of them empty, all distinct.
    static func trie(of pieces: PieceTable, ids: [Int]) -> DoubleArrayTrie {
        guard ids.contains(where: { pieces[$0].contains(0) }) else {
            return DoubleArrayTrieBuilder.trie(of: pieces, ids: ids)
        }
        return DoubleArrayTrieBuilder.trie(of: PieceTable(pieces.map { $0.map { $0 == 0 ? zero : $0 } }), ids: ids)
    }

    /// Appends the pieces of `word`, which is UTF-8, as id and length.
    ///
    /// - Returns: false, with `pieces` as they were, where the word has a part that is not a piece.
    func append(_ word: UnsafeBufferPointer<UInt8>, to pieces: inout [(id: TokenID, length: Int)]) -> Bool {
        if word.contains(0) {
            return word.map { $0 == 0 ? Self.zero : $0 }.withUnsafeBufferPointer { append($0, to: &pieces) }
        }
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
