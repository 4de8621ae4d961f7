/// Byte-pair encoding over characters: pairs of symbols merge in the order of a list.
///
/// Source: Hugging Face tokenizers, `src/models/bpe/model.rs`; Sennrich et al. 2016 (arXiv 1508.07909).
package struct BPE: Sendable {
    /// How characters become the symbols that are merged.
    package struct Options: Sendable, Hashable {
        /// What stands for a character that is not in the vocabulary; without it such a character is left out.
        package var unkToken: String?
        /// What the symbols begin with that do not begin a word.
        package var continuingSubwordPrefix: String?
        /// What the symbol ends with that ends a word.
        package var endOfWordSuffix: String?
        /// Whether unknown characters in a row are one token.
        package var fuseUnk = false
        /// Whether an unknown character is spelled in the tokens `<0x00>` to `<0xFF>`, if all that it needs are there.
        package var byteFallback = false
        /// Whether a word that is in the vocabulary is one token, whatever the merges say.
        package var ignoreMerges = false

        package init() {}
    }

    package let vocabulary: Vocabulary
    /// The pairs that merge, best first, each once.
    package let merges: [(left: TokenID, right: TokenID)]
    package let options: Options

    private let table: PairTable
    /// Whether short words may be merged by scanning: the merges of a pair always make the same text.
    private let scans: Bool
    /// Where a long word can be cut because no merge reaches across; nil where symbols depend on their place.
    private let cuts: WordCuts?
    private let prefix: [UInt8]
    private let suffix: [UInt8]
    private let unknown: TokenID?
    private let byteTokens: [TokenID?]
    /// The symbols of single bytes of ASCII in the middle of a word, where there is no prefix.
    private let asciiSymbols: [TokenID]

    /// - Parameter merges: pairs of entries, best first. A pair that comes again counts where it comes last, as in
    ///   tokenizers.
    /// - Throws: `TokenizerError` naming the merge of which a part, or what it makes, is not in the vocabulary.
    package init(_ vocabulary: Vocabulary, merges: [(left: String, right: String)], options: Options = Options()) throws
    {
        self.vocabulary = vocabulary
        self.options = options
        prefix = Array((options.continuingSubwordPrefix ?? "").utf8)
        suffix = Array((options.endOfWordSuffix ?? "").utf8)
        unknown = options.unkToken.flatMap { vocabulary.id(of: $0.utf8) }
        byteTokens = (0 ..< 256).map { vocabulary.id(of: BytePiece.bytes(of: UInt8($0))) }
        asciiSymbols = (0 ..< 128).map { vocabulary.id(of: CollectionOfOne(UInt8($0))) ?? -1 }

        guard merges.count < Merging.noMerge else {
            throw TokenizerError.invalid(
                "the model has \(merges.count) merges; expected at most \(Merging.noMerge - 1)")
        }
        let table = PairTable(capacity: merges.count)
        var pairs: [(left: TokenID, right: TokenID)] = []
        var joined: [UInt8] = []
        for (rank, merge) in merges.enumerated() {
            func id(_ text: String) throws -> TokenID {
                guard let id = vocabulary.id(of: text.utf8) else { throw Self.missing(text, rank) }
                return id
            }
            let (left, right) = (try id(merge.left), try id(merge.right))
            joined.removeAll(keepingCapacity: true)
            joined.append(contentsOf: merge.left.utf8)
            guard merge.right.utf8.count >= prefix.count else { throw Self.missing(merge.right, rank) }
            joined.append(contentsOf: merge.right.utf8.dropFirst(prefix.count))
            guard let result = joined.withUnsafeBufferPointer({ vocabulary.id(of: $0) }) else {
                throw Self.missing(String(decoding: joined, as: UTF8.self), rank)
            }
            table.set(
                UInt32(bitPattern: left), UInt32(bitPattern: right), rank: UInt32(rank),
                result: UInt32(bitPattern: result))
            pairs.append((left, right))
        }
        self.table = table
        scans = prefix.isEmpty && vocabulary.aliases.isEmpty
        let ranks = pairs.map { table.rank(UInt32(bitPattern: $0.left), UInt32(bitPattern: $0.right)) }
        let results = PieceTable(ranks.map { vocabulary.pieces[Int(table.result(ofRank: $0))] })
        cuts = prefix.isEmpty && suffix.isEmpty ? WordCuts(results, ids: Array(results.indices)) : nil
        self.merges = pairs.indices.filter { ranks[$0] == UInt32($0) }.map { pairs[$0] }
    }

    private static func missing(_ text: String, _ rank: Int) -> TokenizerError {
        .invalid("merge \(rank) needs \(TokenizerError.quoted(text)), which is not in the vocabulary")
    }

    /// What two neighbouring tokens become, and the place of their merge in the list; nil if they do not merge.
    func merge(_ left: TokenID, _ right: TokenID) -> (rank: UInt32, result: TokenID)? {
        let rank = table.rank(UInt32(bitPattern: left), UInt32(bitPattern: right))
        return rank == Merging.noMerge ? nil : (rank, TokenID(bitPattern: table.result(ofRank: rank)))
    }

    func tokenize(_ word: UnsafeBufferPointer<UInt8>, _ workspace: ModelWorkspace) throws {
        if options.ignoreMerges, let id = vocabulary.id(of: word) {
            workspace.tokens.append(ModelWorkspace.Token(id: id, start: 0, end: Int32(word.count)))
            return
        }
        let end = Int32(word.count)
        guard word.count > WordMemo.longestWord, let cuts else {
            _ = try tokenize(word, at: 0, end: end, workspace)
            return
        }
        // Cut between known characters only: unknown ones in a row may be one token, and where they are left out those
        // on both sides may merge.
        var start = 0
        var offset: Int32 = 0
        while start < word.count {
            var next = cuts.endOfWord(word, from: start)
            while next < word.count, !isKnown(word, at: next) || !isKnown(word, before: next) {
                next = cuts.endOfWord(word, from: next)
            }
            offset = try tokenize(UnsafeBufferPointer(rebasing: word[start ..< next]), at: offset, end: end, workspace)
            start = next
        }
    }

    private func isKnown(_ word: UnsafeBufferPointer<UInt8>, before end: Int) -> Bool {
        var start = end - 1
        while start > 0, word[start] & 0xC0 == 0x80 { start -= 1 }
        return isKnown(word, at: start)
    }

    private func isKnown(_ word: UnsafeBufferPointer<UInt8>, at place: Int) -> Bool {
        let byte = word[place]
        return byte < 0x80
            ? asciiSymbols[Int(byte)] >= 0
            : vocabulary.id(
                of: UnsafeBufferPointer(rebasing: word[place ..< place + lengthOfCharacter(startingWith: byte)])) != nil
    }

    /// Appends the tokens of a part of a word.
    ///
    /// - Parameters:
    ///   - offset: where its first token begins: tokenizers counts the bytes of tokens, which characters that are left
    ///     out have none of.
    ///   - end: where the word ends; with a prefix, bytes that are spelled may be more than it has.
    /// - Returns: where the next part's first token begins.
    private func tokenize(
        _ part: UnsafeBufferPointer<UInt8>, at offset: Int32, end: Int32, _ workspace: ModelWorkspace
    ) throws -> Int32 {
        let hash = WordMemo.hash(part)
        let first = workspace.tokens.count
        if let hash, workspace.memo.append(part, hash: hash, at: offset, to: &workspace.tokens) {
            return workspace.tokens.count > first ? workspace.tokens[workspace.tokens.count - 1].end : offset
        }
        let symbols = workspace.merges
        try split(part, symbols)
        let starts = symbols.starts
        table.merge(symbols, scans: scans) { id, left, right in
            workspace.tokens.append(
                ModelWorkspace.Token(
                    id: TokenID(bitPattern: id), start: min(offset + starts[left], end),
                    end: min(offset + starts[right], end)))
        }
        if let hash { workspace.memo.insert(part, hash: hash, at: offset, workspace.tokens[first...]) }
        return offset + starts[symbols.count]
    }

    /// Makes the characters of a word the symbols of `scratch`.
    func split(_ word: UnsafeBufferPointer<UInt8>, _ scratch: MergeScratch) throws {
        func append(_ id: TokenID, length: Int) { scratch.append(UInt32(bitPattern: id), length: length) }
        scratch.beginAppending()
        var pending: (id: TokenID, length: Int)?
        var spelling: [UInt8] = []
        var position = 0
        while position < word.count {
            let length = lengthOfCharacter(startingWith: word[position])
            let isLast = position + length == word.count
            var id: TokenID?
            if prefix.isEmpty || position == 0, suffix.isEmpty || !isLast {
                if length == 1 {
                    let symbol = asciiSymbols[Int(word[position])]
                    id = symbol < 0 ? nil : symbol
                } else {
                    id = vocabulary.id(of: UnsafeBufferPointer(rebasing: word[position ..< position + length]))
                }
                if id == nil {
                    spelling.removeAll(keepingCapacity: true)
                    spelling.append(contentsOf: word[position ..< position + length])
                }
            } else {
                spelling.removeAll(keepingCapacity: true)
                if position > 0 { spelling.append(contentsOf: prefix) }
                spelling.append(contentsOf: word[position ..< position + length])
                if isLast { spelling.append(contentsOf: suffix) }
                id = spelling.withUnsafeBufferPointer { vocabulary.id(of: $0) }
            }
            position += length
            if let id {
                if let pending { append(pending.id, length: pending.length) }
                pending = nil
                append(id, length: length)
            } else if options.byteFallback, spelling.allSatisfy({ byteTokens[Int($0)] != nil }) {
                for byte in spelling { append(byteTokens[Int(byte)]!, length: 1) }
            } else if let unkToken = options.unkToken {
                guard let unknown else { throw TokenizerError.missingUnknown(unkToken, word) }
                if options.fuseUnk, let fused = pending {
                    pending = (fused.id, fused.length + length)
                } else {
                    if let pending { append(pending.id, length: pending.length) }
                    pending = (unknown, length)
                }
            }
        }
        if let pending { append(pending.id, length: pending.length) }
    }
}
