/// Byte-pair encoding by a list of pairs: the pair that is listed first merges first, and among equals the leftmost.
///
/// Pairs are of integers, one for each token and for each string of the list that is not a token; a table gives a pair's
/// place in the list and what it becomes.
///
/// Source: Sennrich et al. 2016 (arXiv 1508.07909); llama.cpp, `src/llama-vocab.cpp`, llm_tokenizer_bpe_session.
struct RankedMerges: Sendable {
    /// The tokens, then the strings that only the list knows.
    private let index: PieceIndex
    private let tokenCount: Int
    private let table: PairTable
    /// Where no merge reaches across.
    let cuts: WordCuts

    /// - Parameter merges: pairs with a space between, best first; a space that is the first byte belongs to the left
    ///   part. Of a pair that comes again the first counts.
    /// - Throws: `TokenizerError` where there are too many for the table.
    init(_ tokens: PieceTable, index: PieceIndex, merges: [[UInt8]]) throws {
        let pairs = merges.map(Self.parts)
        var strings = tokens
        var seen = Set<[UInt8]>()
        for (left, right) in pairs {
            for part in [left, right, left + right]
            where !part.isEmpty && index.id(of: part) == PieceIndex.missing && seen.insert(Array(part)).inserted {
                strings.append(part)
            }
        }
        guard strings.count <= TokenBytes.maximalCount, merges.count < Merging.noMerge else {
            throw TokenizerError.invalid(
                "has \(merges.count) merges of \(strings.count) strings; expected at most \(Merging.noMerge - 1) of \(TokenBytes.maximalCount)"
            )
        }
        let all = seen.isEmpty ? index : try PieceIndex(strings, ids: strings.indices)
        self.index = all
        tokenCount = tokens.count
        cuts = WordCuts(PieceTable(pairs.map { $0.left + $0.right }), ids: Array(pairs.indices))
        table = PairTable(capacity: pairs.count)
        func symbol(_ text: ArraySlice<UInt8>) -> UInt32 { UInt32(bitPattern: all.id(of: text)) }
        for (rank, (left, right)) in pairs.enumerated() where !left.isEmpty && !right.isEmpty {
            _ = table.insert(symbol(left), symbol(right), rank: UInt32(rank), result: symbol(left + right))
        }
    }

    private static func parts(_ merge: [UInt8]) -> (left: ArraySlice<UInt8>, right: ArraySlice<UInt8>) {
        guard let space = merge.dropFirst().firstIndex(of: 0x20) else { return ([], []) }
        return (merge[..<space], merge[(space + 1)...])
    }

    /// The token that `text` is, or nil.
    func token(_ text: some Collection<UInt8>) -> TokenID? { token(index.id(of: text)) }

    private func token(_ id: TokenID) -> TokenID? { id >= 0 && id < tokenCount ? id : nil }

    /// What two neighbouring texts become, a token or nil, and the place of their pair in the list; nil if they do not
    /// merge.
    func merge(_ left: some Collection<UInt8>, _ right: some Collection<UInt8>) -> (token: TokenID?, rank: UInt32)? {
        let (left, right) = (index.id(of: left), index.id(of: right))
        guard left >= 0, right >= 0 else { return nil }
        let rank = table.rank(UInt32(bitPattern: left), UInt32(bitPattern: right))
        guard rank != Merging.noMerge else { return nil }
        return (token(TokenID(bitPattern: table.result(ofRank: rank))), rank)
    }

    /// Cuts `text` into characters, merges them, and calls `emit` with what is left, in order: a token, or nil for a
    /// string that is none, and where it starts and ends.
    func segment(
        _ text: UnsafeBufferPointer<UInt8>, _ scratch: MergeScratch,
        _ emit: (TokenID?, _ start: Int, _ end: Int) -> Void
    ) {
        scratch.beginAppending()
        var position = 0
        while position < text.count {
            let length = min(lengthOfCharacter(startingWith: text[position]), text.count - position)
            let id = index.id(of: UnsafeBufferPointer(rebasing: text[position ..< position + length]))
            scratch.append(id < 0 ? Merging.noToken : UInt32(bitPattern: id), length: length)
            position += length
        }
        let starts = scratch.starts
        table.merge(scratch) { emit(token(TokenID(bitPattern: $0)), Int(starts[$1]), Int(starts[$2])) }
    }
}
