import OrreryFiles

/// The llama and t5 kinds: pieces with scores, of SentencePiece models and of tokenizer.json's Unigram.
extension GGUFVocabularyExport {
    mutating func add(_ tokenizer: SentencePieceTokenizer) throws {
        let model = tokenizer.model, settings = model.normalizerSettings
        let kind: String
        switch model.kind {
        case .bpe: kind = "llama"
        case .unigram: kind = "t5"
        case .word, .char:
            throw TokenizerError.invalid(
                "a SentencePiece model of words or characters can't be written into a GGUF file; known are BPE and Unigram"
            )
        }
        addTokens(
            kind, model.pieces.indices.map { Array(model.pieces[$0]) }, types: model.types.map { Int32($0.rawValue) },
            scores: model.scores)
        addNormalization(addsSpace: settings.addsDummyPrefix, mergesSpaces: settings.removesExtraWhitespaces)
        if !settings.characterMap.isEmpty {
            if kind == "t5" {
                pairs.append((GGUFKeys.characterMap, .array(GGUFArray(bytes: settings.characterMap))))
            } else {
                warnings.append(
                    "the tokenizer normalizes characters (\(settings.name)); llama.cpp does not for this kind")
            }
        }
        addFrame(tokenizer.frame, begin: tokenizer.id(forPiece: Array("<s>".utf8)), end: tokenizer.endOfText)
        addRole("unknown", model.types.firstIndex(of: .unknown).map { TokenID($0) })
        addRole("padding", tokenizer.id(forPiece: Array("<pad>".utf8)))
    }

    private mutating func addNormalization(addsSpace: Bool, mergesSpaces: Bool) {
        pairs += [
            (GGUFKeys.addsSpacePrefix, .bool(addsSpace)), (GGUFKeys.removesExtraWhitespaces, .bool(mergesSpaces)),
        ]
    }

    /// - Parameters:
    ///   - begin: what begins a text where the frame has nothing.
    ///   - end: likewise.
    mutating func addFrame(_ frame: (prefix: [TokenID], suffix: [TokenID]), begin: TokenID?, end: TokenID?) {
        pairs += [
            (GGUFKeys.addsBeginOfText, .bool(!frame.prefix.isEmpty)),
            (GGUFKeys.addsEndOfText, .bool(!frame.suffix.isEmpty)),
        ]
        addRole("bos", frame.prefix.first ?? begin)
        addRole("eos", frame.suffix.last ?? end)
    }

    /// A tokenizer.json whose parts do what a kind of llama.cpp's does.
    mutating func add(_ tokenizer: PipelineTokenizer) throws {
        switch tokenizer.model {
        case .unigram(let model): try add(tokenizer, model)
        case .wordPiece(let model): try add(tokenizer, model)
        case .bpe(let model): try add(tokenizer, model)
        case .wordLevel: throw Self.noKind
        }
    }

    private mutating func add(_ tokenizer: PipelineTokenizer, _ model: Unigram) throws {
        guard let rules = UnigramRules(tokenizer) else {
            throw TokenizerError.invalid(
                "its normalizer or pre-tokenizer does more than a GGUF file can say of Unigram; keep tokenizer.json")
        }
        var tokens: [[UInt8]] = [], types: [Int32] = [], scores: [Float] = []
        for id in 0 ..< TokenID(tokenizer.vocabularySize) {
            let added = tokenizer.addedTokens.token(for: id),
                piece = model.pieces.indices.contains(Int(id)) ? Array(model.pieces[Int(id)]) : nil
            tokens.append(added.map { Array($0.content.utf8) } ?? piece ?? Array("[PAD\(id)]".utf8))
            scores.append(piece == nil ? 0 : Float(model.scores[Int(id)]))
            types.append(
                model.unkID == Int(id)
                    ? TokenType.unknown
                    : added.map(TokenType.of) ?? (piece == nil ? TokenType.unused : TokenType.normal))
            if model.byteFallback, let piece, BytePiece.byte(of: piece[...]) != nil {
                types[types.count - 1] = TokenType.byte
            }
        }
        addTokens("t5", tokens, types: types, scores: scores)
        addNormalization(addsSpace: rules.addsSpace, mergesSpaces: rules.mergesSpaces)
        if !rules.characterMap.isEmpty {
            pairs.append((GGUFKeys.characterMap, .array(GGUFArray(bytes: rules.characterMap))))
        }
        guard let frame = tokenizer.frames.frame else {
            throw TokenizerError.invalid(
                "its post-processor puts more around a text than llama.cpp does; keep tokenizer.json")
        }
        addFrame((frame.prefix, frame.suffix), begin: nil, end: tokenizer.endOfText)
        addRole("unknown", model.unkID.map { TokenID($0) })
        addRole("padding", tokenizer.id(forPiece: Array("<pad>".utf8)))
    }
}

/// What a tokenizer.json does to a text before Unigram, in llama.cpp's words; nil where it has none.
private struct UnigramRules {
    var characterMap: [UInt8] = []
    var mergesSpaces = false
    var addsSpace = false

    init?(_ tokenizer: PipelineTokenizer) {
        for step in tokenizer.normalizer?.steps ?? [] {
            switch step {
            case .precompiled(let precompiled) where characterMap.isEmpty: characterMap = precompiled.charsmap
            // Spaces that are merged, and those at the ends.
            case .replace(let replace)
            where replace.pattern.source == .regex(" {2,}") && [" ", "\u{2581}"].contains(replace.content):
                mergesSpaces = true
            case .strip: mergesSpaces = true
            default: return nil
            }
        }
        for step in tokenizer.preTokenizer?.steps ?? [] {
            switch step {
            case .metaspace(let metaspace) where metaspace.replacement == "\u{2581}":
                addsSpace = metaspace.prependScheme != .never
            case .whitespaceSplit: mergesSpaces = true
            case .split(let split) where split.pattern.source == .string(" ") && split.behavior == .removed:
                mergesSpaces = true
            default: return nil
            }
        }
    }
}
