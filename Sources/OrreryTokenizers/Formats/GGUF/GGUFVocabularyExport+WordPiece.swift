import OrreryFiles

/// The bert kind: "▁" before words in place of "##" inside them.
extension GGUFVocabularyExport {
    mutating func add(_ tokenizer: WordPieceTokenizer) throws {
        let settings = tokenizer.settings
        if !settings.cleansText || !settings.separatesChinese || settings.longestWord != 100 {
            warnings.append(
                "the tokenizer does not clean texts, part Chinese characters and give up on words of more than 100; llama.cpp always does the first two and never the last"
            )
        }
        try addWordPieces(
            tokenizer, tokenizer.pieces, continuing: settings.continuingPrefix, unknown: tokenizer.unknown,
            frame: tokenizer.frame, lowercases: settings.lowercases,
            stripsAccents: settings.stripsAccents ?? settings.lowercases)
    }

    mutating func add(_ tokenizer: PipelineTokenizer, _ model: WordPiece) throws {
        guard case .bertNormalizer(let normalizer)? = tokenizer.normalizer,
            case .bertPreTokenizer? = tokenizer.preTokenizer,
            let frame = tokenizer.frames.frame, let unknown = model.vocabulary.id(of: model.unkToken.utf8)
        else {
            throw TokenizerError.invalid(
                "its normalizer, pre-tokenizer or frame is not BERT's, the only one that a GGUF file can say of WordPiece; keep tokenizer.json"
            )
        }
        var pieces = PieceTable()
        for id in 0 ..< TokenID(tokenizer.vocabularySize) {
            pieces.append(
                tokenizer.addedTokens.token(for: id).map { Array($0.content.utf8) } ?? model.vocabulary.piece(for: id)
                    .map { Array($0) } ?? [])
        }
        try addWordPieces(
            tokenizer, pieces, continuing: model.continuingSubwordPrefix, unknown: unknown,
            frame: (frame.prefix, frame.suffix), lowercases: normalizer.lowercases,
            stripsAccents: normalizer.stripsAccents ?? normalizer.lowercases)
    }

    private mutating func addWordPieces(
        _ tokenizer: some Tokenizer, _ pieces: PieceTable, continuing prefix: String, unknown: TokenID,
        frame: (prefix: [TokenID], suffix: [TokenID]),
        lowercases: Bool, stripsAccents: Bool
    ) throws {
        guard let begin = frame.prefix.first, let separator = frame.suffix.last, frame.prefix.count == 1,
            frame.suffix.count == 1
        else {
            throw TokenizerError.invalid(
                "it does not put one token before a text and one behind, as llama.cpp does for WordPiece")
        }
        let prefix = Array(prefix.utf8)
        var tokens: [[UInt8]] = [], types: [Int32] = []
        for id in pieces.indices {
            let piece = pieces[id], added = tokenizer.addedTokens.token(for: TokenID(id))
            types.append(
                TokenID(id) == unknown
                    ? TokenType.control : piece.isEmpty ? TokenType.unused : added.map(TokenType.of) ?? TokenType.normal
            )
            if piece.isEmpty {
                tokens.append(Array("[PAD\(id)]".utf8))
            } else if types[id] == TokenType.control {
                tokens.append(Array(piece))
            } else {
                tokens.append(
                    piece.starts(with: prefix)
                        ? Array(piece.dropFirst(prefix.count)) : SentencePieceNormalizer.spaceSymbol + piece)
            }
        }
        addTokens("bert", tokens, types: types)
        pairs += [(GGUFKeys.lowercases, .bool(lowercases)), (GGUFKeys.stripsAccents, .bool(stripsAccents))]
        addRole("bos", begin)
        addRole("seperator", separator)  // the misspelling is llama.cpp's
        addRole("unknown", unknown)
        addRole("padding", tokenizer.id(forPiece: Array("[PAD]".utf8)))
        addRole("mask", tokenizer.id(forPiece: Array("[MASK]".utf8)))
    }
}
