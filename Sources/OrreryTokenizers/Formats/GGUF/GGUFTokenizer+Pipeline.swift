/// A GGUF vocabulary as the parts of a `tokenizer.json`, so that texts get the same ids.
extension GGUFTokenizer {
    /// - Parameter warn: receives what a `tokenizer.json` cannot say.
    func pipeline(warn: (String) -> Void) throws -> PipelineTokenizer {
        if addedTokens.contains(where: \.rstrip) {
            warn("its marks take the white space behind them: of ASCII in llama.cpp, of any kind in a tokenizer.json")
        }
        return switch vocabulary.kind {
        case .gpt2 where isByteLevel: try byteLevelPipeline(warn)
        case .gpt2, .gemma4: try rankedPipeline(warn)
        case .llama: try scoredPipeline(warn)
        case .t5: try unigramPipeline(warn)
        case .bert, .rwkv, .plamo2, .none:
            throw TokenizerError.file(
                vocabulary.file, "has a \(vocabulary.kind.rawValue) vocabulary, which is not a pipeline of this kind")
        }
    }

    private static let space = "\u{2581}"

    private var unknownText: String? { vocabulary.special.unknown.map { vocabulary.tokens.text(of: Int($0)) } }

    private func postProcessor(_ inside: PostProcessor?) throws -> PostProcessor? {
        guard !frame.prefix.isEmpty || !frame.suffix.isEmpty else { return inside }
        let template = try TemplateProcessing(framing: (frame.prefix, frame.suffix)) {
            vocabulary.tokens.text(of: Int($0))
        }
        return inside.map { .sequence([$0, .templateProcessing(template)]) } ?? .templateProcessing(template)
    }

    private var entries: [(piece: String, id: Int)] {
        vocabulary.tokens.indices.map { (vocabulary.tokens.text(of: $0), $0) }
    }

    /// The merges that a `tokenizer.json` can have: of tokens, into a token.
    private func merges(_ warn: (String) -> Void) -> [(left: String, right: String)] {
        var merges: [(left: String, right: String)] = [], seen = Set<[UInt8]>(), omitted = 0
        for merge in vocabulary.merges where seen.insert(merge).inserted {
            guard let space = merge.dropFirst().firstIndex(of: 0x20), space + 1 < merge.count,
                [merge[..<space], merge[(space + 1)...], merge[..<space] + merge[(space + 1)...]].allSatisfy({
                    vocabulary.index.id(of: $0) != PieceIndex.missing
                })
            else {
                omitted += 1
                continue
            }
            merges.append(
                (
                    String(decoding: merge[..<space], as: UTF8.self),
                    String(decoding: merge[(space + 1)...], as: UTF8.self)
                ))
        }
        if omitted > 0 { warn("\(omitted) merges are of what is not in the vocabulary, and are left out") }
        return merges
    }

    private func byteLevelPipeline(_ warn: (String) -> Void) throws -> PipelineTokenizer {
        var options = BPE.Options()
        options.ignoreMerges = vocabulary.settings.ignoresMerges
        let byteLevel = ByteLevel(addsPrefixSpace: false, trimsOffsets: false, usesRegex: false)
        if vocabulary.preTokenizer == "deepseek-llm" {
            warn("U+2029 next to white space is cut in a way of llama.cpp's own, so that ids may differ there")
        }
        if bytePairs?.lacksBytes == true {
            warn("bytes without a token are left out of texts before merging, where llama.cpp does it afterwards")
        }
        return try PipelineTokenizer(
            preTokenizer: bytePairs?.preTokenizer.pipeline(),
            model: .bpe(BPE(Vocabulary(entries), merges: merges(warn), options: options)),
            postProcessor: postProcessor(.byteLevel(byteLevel)), decoder: .byteLevel(byteLevel),
            addedTokens: Array(addedTokens), configuration: configuration())
    }

    /// Merges by rank over "▁" text, cut at line breaks.
    private func rankedPipeline(_ warn: (String) -> Void) throws -> PipelineTokenizer {
        let breaks = PreTokenizer.split(Split(try TextPattern(.regex("\\n+|[^\\n]+")), behavior: .isolated))
        return try PipelineTokenizer(
            normalizer: .replace(Replace(TextPattern(.string(" ")), with: Self.space)), preTokenizer: breaks,
            model: .bpe(BPE(Vocabulary(entries), merges: merges(warn), options: spacedOptions)),
            postProcessor: postProcessor(nil),
            decoder: spacedDecoder(dropsSpace: false), addedTokens: Array(addedTokens), configuration: configuration())
    }

    /// Merges by score over "▁" text: every way to make a token of two is a merge, the likeliest token's first.
    private func scoredPipeline(_ warn: (String) -> Void) throws -> PipelineTokenizer {
        let replacing = Normalizer.replace(Replace(try TextPattern(.string(" ")), with: Self.space))
        let addsSpace = vocabulary.settings.addsSpacePrefix
        let listed = ScoredMergeList(vocabulary)
        if let problem = listed.problem { warn(problem) }
        return try PipelineTokenizer(
            normalizer: addsSpace ? .sequence([.prepend(Self.space), replacing]) : replacing,
            model: .bpe(BPE(Vocabulary(entries), merges: listed.merges, options: spacedOptions)),
            postProcessor: postProcessor(nil),
            decoder: spacedDecoder(dropsSpace: addsSpace), addedTokens: Array(addedTokens),
            configuration: configuration())
    }

    private var spacedOptions: BPE.Options {
        var options = BPE.Options()
        (options.byteFallback, options.fuseUnk, options.unkToken) = (true, true, unknownText)
        return options
    }

    private func spacedDecoder(dropsSpace: Bool) throws -> PipelineDecoder {
        let replacing = PipelineDecoder.replace(Replace(try TextPattern(.string(Self.space)), with: " "))
        return .sequence(
            [replacing, .byteFallback, .fuse] + (dropsSpace ? [.strip(content: " ", start: 1, stop: 0)] : []))
    }

    private func unigramPipeline(_ warn: (String) -> Void) throws -> PipelineTokenizer {
        let settings = vocabulary.settings
        let metaspace = Metaspace(
            prependScheme: settings.addsSpacePrefix || settings.removesExtraWhitespaces ? .always : .never)
        let entries = vocabulary.tokens.indices.map { id in
            (
                piece: vocabulary.tokens.text(of: id),
                score: vocabulary.types[id].contains(.userDefined) ? 0 : Double(vocabulary.scores[id])
            )
        }
        // Other white space is a space by now, or is text.
        let words = PreTokenizer.split(Split(try TextPattern(.string(" ")), behavior: .removed))
        warn(
            "llama.cpp finds what it replaces in a text in an order of its own, so that ids may differ next to unusual marks and spaces"
        )
        return try PipelineTokenizer(
            normalizer: vocabulary.characterMap.isEmpty
                ? nil : .precompiled(Precompiled(charsmap: vocabulary.characterMap)),
            preTokenizer: settings.removesExtraWhitespaces
                ? .sequence([words, .metaspace(metaspace)]) : .metaspace(metaspace),
            model: .unigram(Unigram(entries, unkID: vocabulary.special.unknown.map(Int.init))),
            postProcessor: postProcessor(nil),
            decoder: .metaspace(metaspace), addedTokens: Array(addedTokens), configuration: configuration())
    }
}

/// The merges of a vocabulary of scores, as a list.
private struct ScoredMergeList {
    private(set) var merges: [(left: String, right: String)] = []
    /// What the list cannot say.
    private(set) var problem: String?

    init(_ vocabulary: GGUFVocabulary) {
        let tokens = vocabulary.tokens
        let byScore = tokens.indices.sorted { (vocabulary.scores[$1], $0) < (vocabulary.scores[$0], $1) }
        var unreachable = 0, firstUnreachable: Int?
        for id in byScore {
            let token = tokens[id]
            let count = merges.count
            for cut in token.indices.dropFirst() where token[cut] & 0xC0 != 0x80 {
                let (left, right) = (token[..<cut], token[cut...])
                guard vocabulary.index.id(of: left) != PieceIndex.missing,
                    vocabulary.index.id(of: right) != PieceIndex.missing
                else { continue }
                merges.append((String(decoding: left, as: UTF8.self), String(decoding: right, as: UTF8.self)))
            }
            let isText = vocabulary.types[id].contains(.normal)
            // Two characters that are not tokens make a token in llama.cpp, in a list of merges they do not.
            if isText, merges.count == count, token.count(where: { $0 & 0xC0 != 0x80 }) == 2 {
                unreachable += 1
                firstUnreachable = firstUnreachable ?? id
            }
        }
        if let id = firstUnreachable {
            problem =
                "\(unreachable) tokens, of which \(TokenizerError.quoted(tokens.text(of: id))) is one, are of characters that are not tokens; texts are spelled in bytes there"
        }
    }
}
