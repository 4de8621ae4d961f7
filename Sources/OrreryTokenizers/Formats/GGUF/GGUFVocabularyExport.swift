import OrreryFiles

/// A tokenizer as the metadata of a GGUF file, so that llama.cpp makes the same ids.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llama_vocab::impl::load.
public struct GGUFVocabularyExport {
    public typealias Pairs = [(key: String, value: GGUFValue)]

    /// What llama.cpp will do otherwise, a line each.
    public private(set) var warnings: [String] = []
    public private(set) var pairs: Pairs = []

    /// - Parameter chatTemplate: `tokenizer.chat_template`.
    /// - Throws: `TokenizerError` for a kind that llama.cpp has not.
    public init(_ tokenizer: any Tokenizer, chatTemplate: String? = nil) throws {
        switch tokenizer {
        case let tokenizer as CharacterTokenizer: addSpelled(tokenizer, tokens: tokenizer.characters.map { Array(String($0).utf8) })
        case let tokenizer as ByteTokenizer: addSpelled(tokenizer, tokens: (0 ..< 256).map { [UInt8($0)] })
        case let tokenizer as BytePairTokenizer: try add(tokenizer)
        case let tokenizer as SentencePieceTokenizer: try add(tokenizer)
        default: throw TokenizerError.invalid("this kind of tokenizer can't be written into a GGUF file; known are characters, bytes, byte-level BPE and SentencePiece")
        }
        if let chatTemplate { pairs.append(("tokenizer.chat_template", .string(chatTemplate))) }
    }

    /// Types of tokens, by llama.cpp's numbers (`enum llama_token_type`).
    private enum TokenType {
        static let normal: Int32 = 1, control: Int32 = 3, userDefined: Int32 = 4, unused: Int32 = 5
    }

    // MARK: The gpt2 kind: tokens in GPT-2's byte alphabet, and merges

    /// Characters and bytes. A character of several bytes is built from left to right.
    private mutating func addSpelled(_ tokenizer: some Tokenizer, tokens: [[UInt8]]) {
        let added = tokenizer.addedTokens.sorted { $0.id < $1.id }
        var merges: [String] = [], seen: Set<String> = []
        for token in tokens {
            for length in 1 ..< max(1, token.count) {
                let merge = ByteAlphabet.spelling(of: token[..<length]) + " " + ByteAlphabet.spelling(of: token[length ... length])
                if seen.insert(merge).inserted { merges.append(merge) }
            }
        }
        addByteLevel(
            pre: "gpt-2", tokens: tokens.map { ByteAlphabet.spelling(of: $0) } + added.map(\.content),
            types: tokens.map { _ in TokenType.normal } + added.map { $0.isSpecial ? TokenType.control : TokenType.userDefined }, merges: merges)
        addEnds(tokenizer, begins: false)
    }

    private mutating func add(_ tokenizer: BytePairTokenizer) throws {
        let model = tokenizer.model, listed = model.listedMerges()
        // Where nothing merges it does not matter how text is cut.
        let pattern = listed.isEmpty ? .gpt2 : tokenizer.settings.pattern
        guard let pre = GGUFPreTokenizer.all.first(where: { $0.pattern == pattern }) ?? Self.nearest(pattern) else {
            throw TokenizerError.invalid("its pattern is none of llama.cpp's, so that it can't be written into a GGUF file")
        }
        var tokens: [String] = [], types: [Int32] = []
        for id in 0 ..< TokenID(tokenizer.vocabularySize) {
            if let token = tokenizer.addedTokens.token(for: id) {
                tokens.append(token.content)
                types.append(token.isSpecial ? TokenType.control : TokenType.userDefined)
            } else if let bytes = tokenizer.piece(for: id) {
                tokens.append(ByteAlphabet.spelling(of: bytes))
                types.append(TokenType.normal)
            } else {
                // llama.cpp has no holes; nothing is spelled so.
                tokens.append("[PAD\(id)]")
                types.append(TokenType.unused)
            }
        }
        let merges = listed.map { merge in
            ByteAlphabet.spelling(of: model.tokens[Int(merge.left)]) + " " + ByteAlphabet.spelling(of: model.tokens[Int(merge.right)])
        }
        addByteLevel(pre: pre.names[0], tokens: tokens, types: types, merges: merges)
        addEnds(tokenizer, begins: !tokenizer.settings.frame.prefix.isEmpty)
        if let begin = tokenizer.settings.frame.prefix.first { pairs.append(("tokenizer.ggml.bos_token_id", .uint32(UInt32(begin)))) }
        if tokenizer.settings.composes { warnings.append("the tokenizer composes characters (NFC) before anything else; llama.cpp does not") }
    }

    /// llama.cpp has no word for cl100k's pattern itself; Llama 3's differs at white space that ends a text.
    private static func nearest(_ pattern: SplitPattern) -> GGUFPreTokenizer? {
        switch pattern {
        case .cl100k: GGUFPreTokenizer.named("llama-bpe")
        case .o200k: GGUFPreTokenizer.named("gpt-4o")
        // The same patterns by another version of Unicode.
        case .tekken: GGUFPreTokenizer.named("tekken")
        case .starcoder: GGUFPreTokenizer.named("starcoder")
        case .deepseek3: GGUFPreTokenizer.named("deepseek-v3")
        default: nil
        }
    }

    private mutating func addByteLevel(pre: String, tokens: [String], types: [Int32], merges: [String]) {
        pairs += [
            (GGUFKeys.model, .string("gpt2")), (GGUFKeys.pre, .string(pre)), (GGUFKeys.tokens, .array(GGUFArray(strings: tokens))),
            (GGUFKeys.types, .array(GGUFArray(types))), (GGUFKeys.merges, .array(GGUFArray(strings: merges))),
        ]
    }

    private mutating func addEnds(_ tokenizer: some Tokenizer, begins: Bool) {
        pairs.append((GGUFKeys.addsBeginOfText, .bool(begins)))
        if let end = tokenizer.endOfText {
            pairs.append(("tokenizer.ggml.eos_token_id", .uint32(UInt32(end))))
        } else {
            warnings.append("the tokenizer has no token that ends a text, for which llama.cpp then takes token 11: run it with --ignore-eos")
        }
    }

    // MARK: The llama and t5 kinds: SentencePiece

    private mutating func add(_ tokenizer: SentencePieceTokenizer) throws {
        let model = tokenizer.model, settings = model.normalizerSettings
        let kind: String
        switch model.kind {
        case .bpe: kind = "llama"
        case .unigram: kind = "t5"
        case .word, .char: throw TokenizerError.invalid("a SentencePiece model of words or characters can't be written into a GGUF file; known are BPE and Unigram")
        }
        pairs += [
            (GGUFKeys.model, .string(kind)), (GGUFKeys.pre, .string("default")),
            (GGUFKeys.tokens, .array(GGUFArray(stringBytes: model.pieces.indices.map { Array(model.pieces[$0]) }))),
            (GGUFKeys.scores, .array(GGUFArray(model.scores))), (GGUFKeys.types, .array(GGUFArray(model.types.map { Int32($0.rawValue) }))),
            (GGUFKeys.addsSpacePrefix, .bool(settings.addsDummyPrefix)), (GGUFKeys.removesExtraWhitespaces, .bool(settings.removesExtraWhitespaces)),
            (GGUFKeys.addsBeginOfText, .bool(!tokenizer.frame.prefix.isEmpty)), (GGUFKeys.addsEndOfText, .bool(!tokenizer.frame.suffix.isEmpty)),
        ]
        if !settings.characterMap.isEmpty {
            if kind == "t5" {
                pairs.append((GGUFKeys.characterMap, .array(GGUFArray(bytes: settings.characterMap))))
            } else {
                warnings.append("the tokenizer normalizes characters (\(settings.name)); llama.cpp does not for this kind")
            }
        }
        if let end = tokenizer.endOfText { pairs.append(("tokenizer.ggml.eos_token_id", .uint32(UInt32(end)))) }
        if let begin = tokenizer.frame.prefix.first ?? tokenizer.id(forPiece: Array("<s>".utf8)) { pairs.append(("tokenizer.ggml.bos_token_id", .uint32(UInt32(begin)))) }
        if let unknown = model.types.firstIndex(of: .unknown) { pairs.append(("tokenizer.ggml.unknown_token_id", .uint32(UInt32(unknown)))) }
    }
}
