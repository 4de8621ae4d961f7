import OrreryFiles

/// Texts and their ids, both ways. Ids may have holes.
package struct Vocabulary: Sendable {
    /// Ids are below this: the largest published vocabularies have an eighth, and a wild id must not make a table of
    /// gigabytes.
    package static let maximalID = 1 << 21 - 1

    /// By id; empty where there is none.
    let pieces: PieceTable
    let index: PieceIndex
    /// The number of entries.
    package let count: Int
    /// An entry without text, which no word is.
    private let emptyID: TokenID?
    /// The ids of texts whose id another text has too: both are found, and the first is what the id reads as.
    package let aliases: [(piece: String, id: TokenID)]
    private let aliasIDs: [[UInt8]: TokenID]

    /// - Parameter entries: texts, each once, with their ids. tokenizers decodes an id that several texts have as any
    ///   one of them; here it is the first.
    /// - Throws: `TokenizerError` naming the entry that is wrong.
    package init(_ entries: [(piece: String, id: Int)]) throws {
        let highest = entries.reduce(-1) { max($0, $1.id) }
        if let wild = entries.first(where: { $0.id < 0 || $0.id > Self.maximalID }) {
            throw TokenizerError.invalid(
                "the vocabulary gives \(TokenizerError.quoted(wild.piece)) the id \(wild.id); expected 0 to \(Self.maximalID)"
            )
        }
        var places = [Int32](repeating: -1, count: highest + 1)
        var aliases: [(piece: String, id: TokenID)] = []
        for (place, entry) in entries.enumerated() {
            if places[entry.id] < 0 {
                places[entry.id] = Int32(place)
            } else {
                aliases.append((entry.piece, TokenID(entry.id)))
            }
        }
        self.aliases = aliases
        aliasIDs = Dictionary(aliases.map { (Array($0.piece.utf8), $0.id) }) { first, _ in first }
        var pieces = PieceTable()
        pieces.reserveCapacity(pieces: places.count, bytes: entries.reduce(0) { $0 + $1.piece.utf8.count })
        var empty: TokenID?
        for (id, place) in places.enumerated() {
            pieces.append(place < 0 ? "".utf8 : entries[Int(place)].piece.utf8)
            if place >= 0, entries[Int(place)].piece.isEmpty { empty = TokenID(id) }
        }
        do {
            index = try PieceIndex(pieces, ids: pieces.indices.filter { !pieces[$0].isEmpty })
        } catch let duplicate as PieceIndex.Duplicate {
            throw TokenizerError.invalid(
                "the vocabulary has \(TokenizerError.quoted(pieces.text(of: duplicate.first))) with the ids \(duplicate.first) and \(duplicate.second)"
            )
        }
        self.pieces = pieces
        count = entries.count
        emptyID = empty
    }

    /// One more than the highest id.
    var limit: Int { pieces.count }

    func piece(for id: TokenID) -> ArraySlice<UInt8>? {
        guard pieces.indices.contains(Int(id)) else { return nil }
        let piece = pieces[Int(id)]
        return piece.isEmpty && id != emptyID ? nil : piece
    }

    func id(of piece: some Sequence<UInt8>) -> TokenID? { Array(piece).withUnsafeBufferPointer { id(of: $0) } }

    @inline(__always)
    func id(of piece: UnsafeBufferPointer<UInt8>) -> TokenID? {
        if piece.isEmpty { return emptyID ?? aliasIDs[[]] }
        let id = index.id(of: piece)
        if id != PieceIndex.missing { return id }
        return aliasIDs.isEmpty ? nil : aliasIDs[Array(piece)]
    }

    /// The entries by id, and the aliases behind them.
    package var entries: [(piece: String, id: TokenID)] {
        pieces.indices.compactMap { id in
            piece(for: TokenID(id)).map { (String(decoding: $0, as: UTF8.self), TokenID(id)) }
        } + aliases
    }
}
