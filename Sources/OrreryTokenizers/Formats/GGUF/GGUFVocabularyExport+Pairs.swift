import OrreryFiles

/// Byte-pair encoding of a `tokenizer.json` with a whole pipeline: the gpt2 kind where it spells bytes, else llama or
/// gemma4, over "▁" text.
extension GGUFVocabularyExport {
    mutating func add(_ tokenizer: PipelineTokenizer, _ model: BPE) throws {
        guard model.options.continuingSubwordPrefix ?? "" == "", model.options.endOfWordSuffix ?? "" == "" else {
            throw TokenizerError.invalid(
                "its merges are of pieces with a prefix or a suffix, which a GGUF file cannot say; keep tokenizer.json")
        }
        guard let frame = tokenizer.frames.frame else {
            throw TokenizerError.invalid(
                "its post-processor puts more around a text than llama.cpp does; keep tokenizer.json")
        }
        if let regexes = Self.byteLevelRegexes(tokenizer) {
            try addByteLevel(tokenizer, model, regexes)
        } else if let rules = SpacedRules(tokenizer) {
            try addSpaced(tokenizer, model, rules)
        } else {
            throw TokenizerError.invalid(
                "its normalizer or pre-tokenizer does more than a GGUF file can say of byte-pair encoding; keep tokenizer.json"
            )
        }
        addFrame((frame.prefix, frame.suffix), begin: nil, end: tokenizer.endOfText)
        addRole("unknown", model.options.unkToken.flatMap { tokenizer.id(forPiece: Array($0.utf8)) })
    }

    // MARK: The gpt2 kind

    /// The expressions that cut one after the other, before bytes are spelled; nil where bytes are not spelled, or
    /// texts are cut by anything else.
    private static func byteLevelRegexes(_ tokenizer: PipelineTokenizer) -> [String]? {
        guard let cutter = tokenizer.preTokenizer, case .byteLevel? = tokenizer.decoder?.steps.last ?? tokenizer.decoder
        else { return nil }
        var regexes: [String] = [], spellsBytes = false
        for step in cutter.steps {
            switch step {
            case .split(let split) where split.behavior == .isolated && !split.invert:
                guard case .regex(let regex) = split.pattern.source else { return nil }
                regexes.append(regex)
            case .digits(let individually): regexes.append(individually ? "\\p{N}" : "\\p{N}+")
            case .byteLevel(let byteLevel):
                spellsBytes = true
                if byteLevel.usesRegex { regexes += SplitPattern.gpt2.onigurumaRegexes }
            default: return nil
            }
        }
        return spellsBytes ? regexes : nil
    }

    private mutating func addByteLevel(_ tokenizer: PipelineTokenizer, _ model: BPE, _ regexes: [String]) throws {
        let patterns = regexes.count == 1 ? SplitPattern(oniguruma: regexes[0]) : nil
        let exact = GGUFPreTokenizer.all.filter {
            $0.onigurumaRegexes == regexes
                || $0.filePattern.map { $0.onigurumaRegexes == regexes || $0 == patterns } == true
        }
        if tokenizer.preTokenizer?.steps.contains(where: {
            if case .byteLevel(let level) = $0 { level.addsPrefixSpace } else { false }
        }) == true {
            warnings.append("the tokenizer puts a space before a text; llama.cpp does not for this kind")
        }
        if let normalizer = tokenizer.normalizer {
            warnings.append(
                "the tokenizer normalizes texts (\(normalizer.json.text(.compact).prefix(80))); llama.cpp does not for this kind"
            )
        }
        let pre = preTokenizer(among: exact, patterns, ignoresMerges: model.options.ignoreMerges)
        let tokens = (0 ..< TokenID(tokenizer.vocabularySize)).map { id in
            tokenizer.addedTokens.token(for: id)?.content ?? model.vocabulary.piece(for: id).map {
                String(decoding: $0, as: UTF8.self)
            } ?? "[PAD\(id)]"
        }
        addTokens("gpt2", pre: pre, tokens.map { Array($0.utf8) }, types: types(tokenizer, model))
        addMerges(model)
    }

    private mutating func addMerges(_ model: BPE) {
        let pieces = model.vocabulary.pieces
        pairs.append(
            (
                GGUFKeys.merges,
                .array(
                    GGUFArray(
                        stringBytes: model.merges.map {
                            Array(pieces[Int($0.left)]) + [0x20] + Array(pieces[Int($0.right)])
                        }))
            ))
    }

    private func types(_ tokenizer: PipelineTokenizer, _ model: BPE) -> [Int32] {
        (0 ..< TokenID(tokenizer.vocabularySize)).map { id in
            if let added = tokenizer.addedTokens.token(for: id) {
                // The first unknown token, by llama.cpp's word for it.
                return added.content == model.options.unkToken ? TokenType.unknown : TokenType.of(added)
            }
            guard let piece = model.vocabulary.piece(for: id) else { return TokenType.unused }
            return model.options.byteFallback && BytePiece.byte(of: piece) != nil ? TokenType.byte : TokenType.normal
        }
    }

    // MARK: The llama and gemma4 kinds

    private mutating func addSpaced(_ tokenizer: PipelineTokenizer, _ model: BPE, _ rules: SpacedRules) throws {
        var types = types(tokenizer, model)
        let tokens = (0 ..< TokenID(tokenizer.vocabularySize)).map { id in
            tokenizer.addedTokens.token(for: id).map { Array($0.content.utf8) } ?? model.vocabulary.piece(for: id).map {
                Array($0)
            } ?? Array("[PAD\(id)]".utf8)
        }
        if !model.options.byteFallback
            || (0 ..< 256).contains(where: { model.vocabulary.id(of: BytePiece.bytes(of: UInt8($0))) == nil })
        {
            warnings.append(
                "the tokenizer has no token for every byte; llama.cpp refuses texts with a character that is not a token"
            )
        }
        if rules.cutsAtBreaks {
            addTokens("gemma4", tokens, types: types)
            return addMerges(model)
        }
        let scores = MergeScores(model, types)
        if let problem = scores.problem { warnings.append(problem) }
        // A text of this kind ends at a token of type normal only.
        for id in types.indices where types[id] == TokenType.normal && tokens[id].isEmpty {
            types[id] = TokenType.unused
        }
        addTokens("llama", tokens, types: types, scores: scores.values)
        pairs.append((GGUFKeys.addsSpacePrefix, .bool(rules.addsSpace)))
    }
}

/// What a `tokenizer.json` does to a text before byte-pair encoding over "▁", in llama.cpp's words; nil where it has
/// none.
private struct SpacedRules {
    /// A "▁" before each stretch of text.
    var addsSpace = false
    /// Lines and runs of line breaks are cut apart.
    var cutsAtBreaks = false

    init?(_ tokenizer: PipelineTokenizer) {
        var replacesSpaces = false
        for step in tokenizer.normalizer?.steps ?? [] {
            switch step {
            case .prepend("\u{2581}"): addsSpace = true
            case .replace(let replace) where replace.pattern.source == .string(" ") && replace.content == "\u{2581}":
                replacesSpaces = true
            default: return nil
            }
        }
        for step in tokenizer.preTokenizer?.steps ?? [] {
            switch step {
            case .metaspace(let metaspace) where metaspace.replacement == "\u{2581}":
                addsSpace = addsSpace || metaspace.prependScheme != .never
                replacesSpaces = true
            // There is none after the normalizer.
            case .split(let split) where split.pattern.source == .string(" ") && replacesSpaces: continue
            case .split(let split) where split.pattern.source == .regex("\\n+|[^\\n]+") && split.behavior == .isolated:
                cutsAtBreaks = true
            default: return nil
            }
        }
        guard replacesSpaces else { return nil }
    }
}

/// Scores by which pairs merge in the order of a list.
private struct MergeScores {
    private(set) var values: [Float]
    /// Where no scores do what the list says.
    private(set) var problem: String?

    init(_ model: BPE, _ types: [Int32]) {
        values = [Float](repeating: -10_000_000, count: types.count)
        var last: TokenID?, rank: Float = 0, scattered: TokenID?, made = Set<TokenID>(), listed: [TokenID: Int] = [:]
        for merge in model.merges {
            guard let result = model.merge(merge.left, merge.right)?.result else { continue }
            listed[result, default: 0] += 1
            if result != last {
                if made.insert(result).inserted {
                    values[Int(result)] = -rank
                    rank += 1
                } else {
                    scattered = scattered ?? result
                }
                last = result
            }
        }
        func ways(_ token: ArraySlice<UInt8>) -> Int {
            token.indices.dropFirst().count { cut in
                token[cut] & 0xC0 != 0x80 && model.vocabulary.id(of: token[..<cut]) != nil
                    && model.vocabulary.id(of: token[cut...]) != nil
            }
        }
        let pieces = model.vocabulary.pieces
        let unlisted = pieces.indices.first {
            types[$0] == GGUFVocabularyExport.TokenType.normal && ways(pieces[$0]) != listed[TokenID($0), default: 0]
        }
        if let id = scattered.map(Int.init) ?? unlisted {
            problem =
                "the merges into \(TokenizerError.quoted(pieces.text(of: id))) and others are not all of those that llama.cpp makes for this kind, or not next to each other; ids may differ there"
        }
    }
}

extension Normalizer {
    var steps: [Normalizer] { if case .sequence(let all) = self { all.flatMap(\.steps) } else { [self] } }
}

extension PreTokenizer {
    var steps: [PreTokenizer] { if case .sequence(let all) = self { all.flatMap(\.steps) } else { [self] } }
}
