/// BERT's tokenizer: words cut into the longest pieces of a vocabulary, "##" before those that continue a word.
///
/// Ids and decoded text are those of Hugging Face tokenizers' BertNormalizer, BertPreTokenizer, WordPiece model and
/// decoder.
package struct WordPieceTokenizer: Tokenizer {
    /// How texts are read.
    package struct Settings: Sendable, Hashable {
        /// Control characters go, white space becomes spaces.
        package var cleansText = true
        /// Each Chinese character is a word.
        package var separatesChinese = true
        /// nil: as `lowercases`.
        package var stripsAccents: Bool?
        package var lowercases = true
        package var continuingPrefix = "##"
        /// A word of more characters is unknown.
        package var longestWord = 100
        /// Whether decoding takes out spaces before punctuation and in English contractions.
        package var cleansDecodedText = true

        package init() {}
    }

    package let settings: Settings
    /// What else its `tokenizer.json` says, if it is from one.
    var parts: HuggingFaceParts?
    package let pieces: PieceTable
    package let addedTokens: AddedTokens
    package let unknown: TokenID
    package let endOfText: TokenID?
    /// `[CLS]` and `[SEP]`, in most vocabularies.
    package let frame: (prefix: [TokenID], suffix: [TokenID])

    let index: PieceIndex
    private let matcher: WordPieces
    private let rules: BertRules

    /// - Parameters:
    ///   - pieces: the whole vocabulary in the order of ids, added tokens included.
    ///   - unknown: the piece for words that cannot be cut.
    ///   - frame: the pieces before and after a text.
    /// - Throws: `TokenizerError` where a piece is there twice, or one that is named is not there.
    package init(
        _ pieces: PieceTable, addedTokens: AddedTokens, unknown: String = "[UNK]",
        frame: (prefix: [TokenID], suffix: [TokenID]),
        settings: Settings = Settings()
    ) throws {
        let ids = pieces.indices.filter { !pieces[$0].isEmpty }
        do {
            index = try PieceIndex(pieces, ids: ids)
        } catch let duplicate as PieceIndex.Duplicate {
            throw TokenizerError.invalid(
                "\(TokenizerError.quoted(pieces.text(of: duplicate.first))) has the ids \(duplicate.first) and \(duplicate.second); expected distinct tokens"
            )
        }
        self.unknown = index.id(of: unknown.utf8)
        guard self.unknown != PieceIndex.missing else {
            throw TokenizerError.invalid(
                "the vocabulary has no \(TokenizerError.quoted(unknown)), which stands for unknown words")
        }
        self.pieces = pieces
        self.settings = settings
        self.addedTokens = addedTokens
        self.frame = frame
        endOfText = frame.suffix.last
        let prefix = Array(settings.continuingPrefix.utf8)
        var rests = PieceTable()
        for piece in pieces { rests.append(piece.starts(with: prefix) ? piece.dropFirst(prefix.count) : []) }
        matcher = WordPieces(starts: WordPieces.trie(of: pieces), rests: WordPieces.trie(of: rests))
        rules = .huggingFace(
            cleansText: settings.cleansText, separatesChinese: settings.separatesChinese,
            stripsAccents: settings.stripsAccents ?? settings.lowercases, lowercases: settings.lowercases)
    }

    package var vocabularySize: Int { pieces.count }

    package func piece(for id: TokenID) -> [UInt8]? {
        pieces.indices.contains(Int(id)) && !pieces[Int(id)].isEmpty ? Array(pieces[Int(id)]) : nil
    }

    package func id(forPiece piece: [UInt8]) -> TokenID? {
        let id = index.id(of: piece)
        return id == PieceIndex.missing ? nil : id
    }

    package func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions, into encoding: inout Encoding
    ) throws {
        if options.addsSpecialTokens { for id in frame.prefix { encoding.append(id, 0 ..< 0) } }
        let first = encoding.ids.count
        addedTokens.forEachSegment(of: utf8, recognizesSpecialTokens: options.recognizesSpecialTokens) { segment in
            switch segment {
            case .token(let id, let range): encoding.append(id, range)
            case .ordinary(let range): encodeOrdinary(utf8, range, into: &encoding)
            }
        }
        try encoding.truncate(from: first, options, added: frame.prefix.count + frame.suffix.count)
        if options.addsSpecialTokens { for id in frame.suffix { encoding.append(id, utf8.count ..< utf8.count) } }
    }

    private func encodeOrdinary(_ utf8: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into encoding: inout Encoding)
    {
        var words = BertWords(rules, recordsSources: encoding.recordsByteRanges)
        var found: [(id: TokenID, length: Int)] = []
        words.forEachWord(of: UnsafeBufferPointer(rebasing: utf8[range])) { word in
            found.removeAll(keepingCapacity: true)
            let isKnown =
                word.characterCount <= settings.longestWord
                && word.bytes.withUnsafeBufferPointer { matcher.append($0, to: &found) }
            if !isKnown { found.append((unknown, word.bytes.count)) }
            var start = 0
            for (id, length) in found {
                if encoding.recordsByteRanges {
                    // Marks that were put in order need not come from ascending places.
                    let sources = word.sources[start ..< start + length]
                    let (first, end) = sources.reduce((Int.max, 0)) {
                        (min($0.0, $1.lowerBound), max($0.1, $1.upperBound))
                    }
                    encoding.append(id, range.lowerBound + first ..< range.lowerBound + end)
                } else {
                    encoding.append(id, 0 ..< 0)
                }
                start += length
            }
        }
    }

    package func decode(_ id: TokenID, after previous: TokenID?, into bytes: inout [UInt8]) throws {
        guard let piece = piece(for: id) else { throw TokenizerError.unknownID(id, vocabularySize: vocabularySize) }
        let decoder = WordPieceDecoding(prefix: settings.continuingPrefix, cleansUp: settings.cleansDecodedText)
        bytes += decoder.text(of: String(decoding: piece, as: UTF8.self), isFirst: previous == nil).utf8
    }
}

extension WordPieceTokenizer.Settings {
    /// How texts are read.
    fileprivate var rules: BertRules {
        .huggingFace(
            cleansText: cleansText, separatesChinese: separatesChinese, stripsAccents: stripsAccents ?? lowercases,
            lowercases: lowercases)
    }

    /// Calls `body` with each word of `text` as the model reads it.
    package func forEachWord(
        of text: UnsafeBufferPointer<UInt8>, _ body: (UnsafeBufferPointer<UInt8>) throws -> Void
    ) rethrows {
        var words = BertWords(rules, recordsSources: false)
        try words.forEachWord(of: text) { try $0.bytes.withUnsafeBufferPointer(body) }
    }
}
