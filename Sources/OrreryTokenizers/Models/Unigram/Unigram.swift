/// A model of pieces with probabilities: the most probable way to cut a word.
///
/// Source: Hugging Face tokenizers, `src/models/unigram/model.rs`; scores are summed in double precision, as there.
package struct Unigram: Sendable {
    package let pieces: PieceTable
    /// The logarithm of each piece's probability; sums are of what tokenizers reads (`SerdeNumber`).
    package let scores: [Double]
    package let unkID: Int?
    /// Whether what is unknown is spelled in the tokens `<0x00>` to `<0xFF>`, if all that it needs are there.
    package let byteFallback: Bool

    private let index: PieceIndex
    private let lattice: UnigramLattice<Double>?
    /// The token of each byte, where there is one.
    private let byteTokens: [TokenID?]

    /// - Throws: `TokenizerError` where there is no piece, or `unkID` is none.
    package init(_ entries: [(piece: String, score: Double)], unkID: Int?, byteFallback: Bool = false) throws {
        if let unkID, !entries.indices.contains(unkID) {
            throw TokenizerError.invalid("unk_id is \(unkID); expected one of the \(entries.count) pieces")
        }
        guard entries.count <= Vocabulary.maximalID + 1 else {
            throw TokenizerError.invalid(
                "the vocabulary has \(entries.count) pieces; expected at most \(Vocabulary.maximalID + 1)")
        }
        pieces = PieceTable(entries.map(\.piece.utf8))
        scores = entries.map(\.score)
        self.unkID = unkID
        self.byteFallback = byteFallback
        // Of equal pieces the last counts.
        var last: [[UInt8]: Int] = [:]
        for id in pieces.indices where !pieces[id].isEmpty { last[Array(pieces[id])] = id }
        let ids = last.values.sorted()
        index = try PieceIndex(pieces, ids: ids)
        let scores = scores.map(SerdeNumber.read)
        let lowest = scores.min() ?? 0
        lattice =
            ids.isEmpty
            ? nil
            : UnigramLattice(
                trie: WordPieces.trie(of: pieces, ids: ids), scores: scores, unknownScore: lowest - 10,
                resetThreshold: nil)
        let index = index
        byteTokens = (0 ..< 256).map { byte in
            let id = index.id(of: BytePiece.bytes(of: UInt8(byte)))
            return id == PieceIndex.missing ? nil : id
        }
    }

    func id(of piece: some Sequence<UInt8>) -> TokenID? {
        let id = index.id(of: piece)
        return id == PieceIndex.missing ? nil : id
    }

    func tokenize(_ word: UnsafeBufferPointer<UInt8>, _ workspace: ModelWorkspace) throws {
        let hash = WordMemo.hash(word)
        if let hash, workspace.memo.append(word, hash: hash, to: &workspace.tokens) { return }
        let first = workspace.tokens.count
        try segment(word, workspace)
        if let hash { workspace.memo.insert(word, hash: hash, workspace.tokens[first...]) }
    }

    private func segment(_ word: UnsafeBufferPointer<UInt8>, _ workspace: ModelWorkspace) throws {
        var path: [(id: TokenID, length: Int)] = []
        if let lattice {
            if word.contains(0) {
                word.map { $0 == 0 ? WordPieces.zero : $0 }.withUnsafeBufferPointer {
                    lattice.segment($0) { path.append(($0, $1)) }
                }
            } else {
                lattice.segment(word) { path.append(($0, $1)) }
            }
        } else {
            path = [(UnigramLattice<Double>.unknown, word.count)]
        }
        var position = 0
        /// The start of unknown pieces that become one.
        var unknownStart: Int?
        for (id, length) in path {
            if id < 0 || unkID == Int(id) {
                if unknownStart == nil { unknownStart = position }
            } else {
                if let start = unknownStart { try appendUnknown(word, start ..< position, workspace) }
                unknownStart = nil
                workspace.tokens.append(
                    ModelWorkspace.Token(id: id, start: Int32(position), end: Int32(position + length)))
            }
            position += length
        }
        if let start = unknownStart { try appendUnknown(word, start ..< position, workspace) }
    }

    private func appendUnknown(
        _ word: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ workspace: ModelWorkspace
    ) throws {
        let text = UnsafeBufferPointer(rebasing: word[range])
        let (start, end) = (Int32(range.lowerBound), Int32(range.upperBound))
        let id = index.id(of: text)
        if id != PieceIndex.missing {
            workspace.tokens.append(ModelWorkspace.Token(id: id, start: start, end: end))
        } else if byteFallback, text.allSatisfy({ byteTokens[Int($0)] != nil }) {
            for byte in text {
                workspace.tokens.append(ModelWorkspace.Token(id: byteTokens[Int(byte)]!, start: start, end: end))
            }
        } else if let unkID {
            workspace.tokens.append(ModelWorkspace.Token(id: TokenID(unkID), start: start, end: end))
        } else {
            throw TokenizerError.invalid(
                "\(TokenizerError.quoted(String(decoding: text.prefix(64), as: UTF8.self))) has no pieces, and the model no unk_id; expected one of them"
            )
        }
    }
}
