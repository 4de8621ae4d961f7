/// A tokenizer from a SentencePiece model file: BPE, Unigram, words or characters, with its normalization and byte
/// fallback.
///
/// Ids, byte ranges and decoded text are those of Google's sentencepiece 0.2.3. Of the tokens that stand for one
/// character's bytes the last has the character's range, the others are empty, as there.
package struct SentencePieceTokenizer: Tokenizer {
    package let model: SentencePieceModel
    package let addedTokens: AddedTokens
    package let endOfText: TokenID?
    /// The tokens that are put before and after a text if asked for; a model file names none.
    package let frame: (prefix: [TokenID], suffix: [TokenID])

    let roles: SentencePieceModel.Roles
    let ordinary: PieceIndex
    let reserved: PieceIndex
    private let normalizer: SentencePieceNormalizer
    /// The same for text behind a mark of structure: transformers puts a space before it only where it makes words of
    /// all spaces.
    private let innerNormalizer: SentencePieceNormalizer
    let segmenter: SentencePieceSegmenter
    let denormalizer: SentencePieceNormalizer?

    /// What is odd in the model and was read all the same, a line each.
    package let warnings: [String]
    /// Where a space is put before text that stands behind an added token.
    enum Prefixing {
        /// Only at the start of a text, or where the model makes one space of several.
        case firstPart
        /// Before every part.
        case everyPart
        /// Before every part that begins with none.
        case partsWithoutSpace
    }

    let prefixing: Prefixing
    /// The search for added tokens that take white space or stand alone; nil where none does.
    private let strippingTokens: AddedVocabulary?

    /// - Parameters:
    ///   - frame: the tokens before and after a text (`add_bos_token` and `add_eos_token` of tokenizer_config.json).
    ///   - further: the pieces that files next to the model list, which are found in a text before the model sees it.
    ///   - prefixing: where a space is put before text that stands behind an added token (`legacy` of
    ///     tokenizer_config.json).
    /// - Throws: `TokenizerError` that names the piece or the setting that no tokenizer can be made from.
    init(
        _ model: SentencePieceModel, frame: (prefix: [TokenID], suffix: [TokenID]) = ([], []),
        addedTokens further: [AddedToken], prefixing: Prefixing
    ) throws {
        let roles = try model.roles()
        warnings = model.warnings
        let symbols =
            roles.userDefined.isEmpty ? nil : DoubleArrayTrieBuilder.trie(of: model.pieces, ids: roles.userDefined)
        normalizer = try SentencePieceNormalizer(
            model.normalizerSettings, treatsWhitespaceAsSuffix: model.treatsWhitespaceAsSuffix, symbols: symbols)
        var inner = model.normalizerSettings
        if !inner.removesExtraWhitespaces { inner.addsDummyPrefix = false }
        innerNormalizer = try SentencePieceNormalizer(
            inner, treatsWhitespaceAsSuffix: model.treatsWhitespaceAsSuffix, symbols: symbols)
        denormalizer = try model.denormalizerSettings.flatMap { settings in
            settings.characterMap.isEmpty
                ? nil : try SentencePieceNormalizer(settings, treatsWhitespaceAsSuffix: false, symbols: nil)
        }
        ordinary = try model.index(of: roles.ordinary)
        reserved = try model.index(of: roles.reserved)
        switch model.kind {
        case .unigram:
            guard !roles.ordinary.isEmpty else {
                throw TokenizerError.invalid("has no piece for texts; expected at least one")
            }
            segmenter = .unigram(UnigramLattice(model, roles))
        case .word: segmenter = .word(try model.index(of: roles.ordinary.filter { model.types[$0] != .unused }))
        case .char:
            segmenter = .char(
                try model.index(of: roles.ordinary.filter { model.types[$0] != .unused }), symbols: symbols)
        case .bpe:
            let isUTF8 =
                normalizer.givesValidUTF8
                && roles.userDefined.allSatisfy {
                    String(validating: model.pieces[$0], as: UTF8.self) != nil
                }
            let index = try model.index(of: roles.ordinary + roles.reserved)
            segmenter = .bpe(try SentencePieceBPE(model, index: index, symbols: symbols), isUTF8: isUTF8)
        }
        self.model = model
        self.prefixing = prefixing
        self.roles = roles
        self.frame = frame
        let controls = roles.reserved.filter { model.types[$0] == .control }
        let flagged = Dictionary(further.map { ($0.id, $0) }) { $1 }
        let marks = controls.map {
            flagged[TokenID($0)] ?? AddedToken(id: TokenID($0), content: model.pieces.text(of: $0))
        }
        let own = Set(marks.map(\.id))
        let added = try AddedTokens(marks + further.filter { !own.contains($0.id) })
        strippingTokens =
            added.allSatisfy(\.isPlain)
            ? nil
            : try AddedVocabulary(
                added.map { token in
                    // They are looked for in the text as it stands.
                    var token = token
                    token.normalized = false
                    return token
                }, normalizer: nil)
        addedTokens = added
        endOfText = added.id(forContent: model.endOfTextPiece)
    }

    /// - Parameter frame: the tokens before and after a text (`add_bos_token` and `add_eos_token` of
    ///   tokenizer_config.json).
    /// - Throws: `TokenizerError` that names the piece or the setting that no tokenizer can be made from.
    package init(_ model: SentencePieceModel, frame: (prefix: [TokenID], suffix: [TokenID]) = ([], [])) throws {
        try self.init(model, frame: frame, addedTokens: [], prefixing: .firstPart)
    }

    package var vocabularySize: Int { model.pieces.count }

    /// The bytes of a token inside a text: a space for "▁", the byte for `<0x0A>`, the name of a control token.
    package func piece(for id: TokenID) -> [UInt8]? {
        guard model.pieces.indices.contains(Int(id)) else { return nil }
        let piece = model.pieces[Int(id)]
        return switch model.types[Int(id)] {
        case .byte: BytePiece.byte(of: piece).map { [$0] } ?? Array(piece)
        case .normal, .userDefined, .unused: SentencePieceDecoder.replacingSpaceSymbols(piece)
        case .control, .unknown: Array(piece)
        }
    }

    package func id(forPiece piece: [UInt8]) -> TokenID? {
        let escaped = piece.flatMap { $0 == 0x20 ? SentencePieceNormalizer.spaceSymbol : [$0] }
        for (index, text) in [(ordinary, escaped), (ordinary, piece), (reserved, piece)] {
            let id = index.id(of: text)
            if id != PieceIndex.missing { return id }
        }
        return piece.count == 1 ? roles.bytes.map { $0[Int(piece[0])] } : nil
    }

    package func encode(
        _ utf8: UnsafeBufferPointer<UInt8>, options: EncodingOptions, into encoding: inout Encoding
    ) throws {
        if options.addsSpecialTokens { for id in frame.prefix { encoding.append(id, 0 ..< 0) } }
        let first = encoding.ids.count
        // A text without tokens that structure it goes to the model in one piece, however often a control token is
        // spelled in it.
        if let strippingTokens {
            try strippingTokens.forEachStretch(
                of: utf8, isNormalized: false, recognizesSpecialTokens: options.recognizesSpecialTokens
            ) { range, id in
                if id >= 0 { encoding.append(id, range) } else { try encodeOrdinary(utf8, range, into: &encoding) }
            }
        } else if !addedTokens.isEmpty {
            try addedTokens.forEachSegment(of: utf8, recognizesSpecialTokens: options.recognizesSpecialTokens) {
                segment in
                switch segment {
                case .token(let id, let range): encoding.append(id, range)
                case .ordinary(let range): try encodeOrdinary(utf8, range, into: &encoding)
                }
            }
        } else {
            try encodeOrdinary(utf8, utf8.indices, into: &encoding)
        }
        try encoding.truncate(from: first, options, added: frame.prefix.count + frame.suffix.count)
        if options.addsSpecialTokens { for id in frame.suffix { encoding.append(id, utf8.count ..< utf8.count) } }
    }

    private func encodeOrdinary(
        _ utf8: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, into encoding: inout Encoding
    ) throws {
        let normalized = (hasPrefix(utf8, range) ? normalizer : innerNormalizer).normalize(
            UnsafeBufferPointer(rebasing: utf8[range]), recordsOrigins: encoding.recordsByteRanges)
        // Places in the normalized text are kept in 32 bits, as in sentencepiece.
        guard normalized.bytes.count < Int(Int32.max) else {
            throw TokenizerError.invalid(
                "a text of \(range.count) bytes is too long for this model; expected less than two gigabytes at once")
        }
        var output = SentencePieceOutput(
            tokenizer: self, origins: normalized.origins, offset: range.lowerBound, encoding)
        normalized.bytes.withUnsafeBufferPointer { text in
            segmenter.segment(text) { output.append($0, length: $1, of: text) }
        }
        encoding = output.encoding
    }

    private func hasPrefix(_ utf8: UnsafeBufferPointer<UInt8>, _ range: Range<Int>) -> Bool {
        switch prefixing {
        case .firstPart: range.lowerBound == 0
        case .everyPart: true
        case .partsWithoutSpace:
            range.lowerBound == 0
                || utf8[range.lowerBound] != 0x20 && !utf8[range].starts(with: SentencePieceNormalizer.spaceSymbol)
        }
    }

    package func makeDecoder(skipsSpecialTokens: Bool) -> any TokenDecoder {
        SentencePieceDecoder(self, skipsSpecialTokens: skipsSpecialTokens)
    }

    package func decode(_ id: TokenID, after previous: TokenID?, into bytes: inout [UInt8]) throws {
        guard let piece = piece(for: id) else { throw TokenizerError.unknownID(id, vocabularySize: vocabularySize) }
        let dropsSpace = previous == nil && SentencePieceDecoder.dropsFirstSpace(model.normalizerSettings)
        bytes.append(contentsOf: dropsSpace && piece.first == 0x20 ? piece.dropFirst() : piece[...])
    }
}

extension SentencePieceModel {
    /// The piece that ends a text by its name.
    var endOfTextPiece: [UInt8] { trainer.bytes(47) ?? Array("</s>".utf8) }
}

extension SentencePieceBPE {
    init(_ model: SentencePieceModel, index: PieceIndex, symbols: DoubleArrayTrie?) throws {
        let outcomes: [Outcome] = model.types.map { type in
            switch type {
            case .normal, .userDefined: .piece
            case .unused: .splitAgain
            case .unknown, .control, .byte: .unknown
            }
        }
        // sentencepiece orders merges by scores as they are; one that is not a number comes last here.
        let scores = model.scores.map { $0.isNaN ? -.infinity : $0 }
        try self.init(model.pieces, index: index, scores: scores, outcomes: outcomes, frozen: symbols)
    }
}

extension UnigramLattice<Float> {
    /// The lattice of a sentencepiece model.
    init(_ model: SentencePieceModel, _ roles: SentencePieceModel.Roles) {
        let ids = roles.ordinary.filter { model.types[$0] != .unused }
        let normal = zip(model.scores, model.types).filter { $1 == .normal }.map(\.0)
        self.init(
            trie: DoubleArrayTrieBuilder.trie(of: model.pieces, ids: ids),
            // A long symbol beats any path around it (`GetUserDefinedScore`).
            scores: model.pieces.indices.map {
                model.types[$0] == .userDefined ? Float(0.1 * Double(model.pieces[$0].count - 1)) : model.scores[$0]
            },
            unknownScore: (normal.min() ?? .greatestFiniteMagnitude) - 10, resetThreshold: 100_000)
    }
}

extension SentencePieceTokenizer {
    /// Calls `body` for each token of a text in normal form: whether it is one of the vocabulary, and its length.
    package func forEachToken(ofNormalized text: UnsafeBufferPointer<UInt8>, _ body: (_ isKnown: Bool, Int) -> Void) {
        segmenter.segment(text) { body($0 != SentencePieceSegmenter.unknown, $1) }
    }

    /// Whether each byte has a token.
    package var hasByteTokens: Bool { roles.bytes != nil }
}
