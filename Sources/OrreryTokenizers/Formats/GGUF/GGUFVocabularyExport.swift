import OrreryFiles

/// A tokenizer as the metadata of a GGUF file, so that llama.cpp makes the same ids.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llama_vocab::impl::load.
package struct GGUFVocabularyExport {
    package typealias Pairs = [(key: String, value: GGUFValue)]

    /// What llama.cpp will do otherwise, a line each.
    package internal(set) var warnings: [String] = []
    package internal(set) var pairs: Pairs = []
    /// How many tokens the model has rows for.
    private let rows: Int

    /// - Parameters:
    ///   - tokens: how many the model has rows for, which llama.cpp wants the vocabulary to have too; as many as the
    ///     tokenizer has if nil.
    ///   - chatTemplates: by name, the "default" one as `tokenizer.chat_template`.
    ///   - configuration: what names the tokens with a role.
    ///   - ends: the tokens that end a text besides the tokenizer's own.
    /// - Throws: `TokenizerError` for a kind that llama.cpp has not.
    package init(
        _ tokenizer: any Tokenizer, tokens: Int? = nil, chatTemplates: [String: String] = [:],
        configuration: TokenizerConfiguration? = nil,
        ends: Set<TokenID> = []
    ) throws {
        rows = tokens ?? tokenizer.vocabularySize
        if let tokenizer = tokenizer as? GGUFTokenizer {
            pairs = tokenizer.vocabulary.pairs
            return
        }
        switch tokenizer {
        case let tokenizer as CharacterTokenizer:
            addSpelled(tokenizer, tokens: tokenizer.characters.map { Array(String($0).utf8) })
        case let tokenizer as ByteTokenizer: addSpelled(tokenizer, tokens: (0 ..< 256).map { [UInt8($0)] })
        case let tokenizer as BytePairTokenizer: try add(tokenizer)
        case let tokenizer as SentencePieceTokenizer: try add(tokenizer)
        case let tokenizer as WordPieceTokenizer: try add(tokenizer)
        case let tokenizer as PipelineTokenizer: try add(tokenizer)
        default: throw Self.noKind
        }
        if let token = tokenizer.addedTokens.first(where: { !$0.isPlain }) {
            warnings.append(
                "the token \(TokenizerError.quoted(token.content)), and perhaps others, takes the white space next to it or stands alone, for which a GGUF file has no word"
            )
        }
        if let configuration { addRoles(configuration, tokenizer) }
        addEnds(ends.union(tokenizer.endTokens), tokenizer)
        for (name, template) in chatTemplates.sorted(by: { $0.key < $1.key }) {
            pairs.append(
                (name == "default" ? GGUFKeys.chatTemplate : "\(GGUFKeys.chatTemplate).\(name)", .string(template)))
        }
    }

    static let noKind = TokenizerError.invalid(
        "this kind of tokenizer can't be written into a GGUF file; known are characters, bytes, byte-level BPE, SentencePiece, WordPiece and Unigram"
    )

    /// Types of tokens, by llama.cpp's numbers (`enum llama_token_type`).
    enum TokenType {
        static let normal: Int32 = 1, unknown: Int32 = 2, control: Int32 = 3, userDefined: Int32 = 4, unused: Int32 = 5,
            byte: Int32 = 6

        static func of(_ token: AddedToken) -> Int32 { token.isSpecial ? control : userDefined }
    }

    /// The kind and its tokens, up to the model's last row: llama.cpp has no holes, and nothing is spelled like what
    /// fills them.
    mutating func addTokens(
        _ kind: String, pre: String = "default", _ tokens: [[UInt8]], types: [Int32], scores: [Float]? = nil
    ) {
        let filling = tokens.count ..< max(tokens.count, rows)
        pairs += [
            (GGUFKeys.model, .string(kind)), (GGUFKeys.pre, .string(pre)),
            (GGUFKeys.tokens, .array(GGUFArray(stringBytes: tokens + filling.map { Array("[PAD\($0)]".utf8) }))),
            (GGUFKeys.types, .array(GGUFArray(types + filling.map { _ in TokenType.unused }))),
        ]
        if let scores { pairs.append((GGUFKeys.scores, .array(GGUFArray(scores + filling.map { _ in -10_000 })))) }
    }

    mutating func addRole(_ name: String, _ id: TokenID?) {
        if let id { pairs.append(("tokenizer.ggml.\(name)_token_id", .uint32(UInt32(id)))) }
    }

    // MARK: The rwkv kind: whichever token is the longest

    /// Characters and bytes. The gpt2 kind would take token 11 to end texts where a file names none, and wants the
    /// bytes of every character to be tokens.
    private mutating func addSpelled(_ tokenizer: some Tokenizer, tokens: [[UInt8]]) {
        let added = tokenizer.addedTokens.sorted { $0.id < $1.id }
        addTokens(
            "rwkv", (tokens + added.map { Array($0.content.utf8) }).map { GGUFLongestMatch.spelling(of: $0) },
            types: tokens.map { _ in TokenType.normal } + added.map(TokenType.of))
        addRole("eos", tokenizer.endOfText)
        addRole("unknown", (tokenizer as? CharacterTokenizer)?.unknown)
    }

    // MARK: The gpt2 kind: tokens in GPT-2's byte alphabet, and merges

    private mutating func add(_ tokenizer: BytePairTokenizer) throws {
        let model = tokenizer.model, listed = model.listedMerges()
        // Where nothing merges it does not matter how text is cut.
        let pattern = listed.isEmpty ? .gpt2 : tokenizer.settings.pattern
        let exact = GGUFPreTokenizer.all.filter {
            $0.filePattern == pattern || $0.onigurumaRegexes == pattern.onigurumaRegexes
        }
        let pre = preTokenizer(among: exact, pattern, ignoresMerges: model.takesWholeWords && !listed.isEmpty)
        var tokens: [String] = [], types: [Int32] = []
        for id in 0 ..< TokenID(tokenizer.vocabularySize) {
            if let token = tokenizer.addedTokens.token(for: id) {
                tokens.append(token.content)
                types.append(TokenType.of(token))
            } else if let text = tokenizer.settings.otherBytes[id] {
                tokens.append(String(decoding: text, as: UTF8.self))
                types.append(TokenType.normal)
            } else if let bytes = tokenizer.piece(for: id) {
                tokens.append(ByteAlphabet.spelling(of: bytes))
                types.append(TokenType.normal)
            } else {
                tokens.append("[PAD\(id)]")
                types.append(TokenType.unused)
            }
        }
        let merges = listed.map { merge in
            ByteAlphabet.spelling(of: model.tokens[Int(merge.left)]) + " "
                + ByteAlphabet.spelling(of: model.tokens[Int(merge.right)])
        }
        addByteLevel(pre: pre, tokens: tokens, types: types, merges: merges)
        addFrame(tokenizer.settings.frame, begin: nil, end: tokenizer.endOfText)
        if tokenizer.settings.composes {
            warnings.append("the tokenizer composes characters (NFC) before anything else; llama.cpp does not")
        }
    }

    private mutating func addByteLevel(pre: String, tokens: [String], types: [Int32], merges: [String]) {
        addTokens("gpt2", pre: pre, tokens.map { Array($0.utf8) }, types: types)
        pairs.append((GGUFKeys.merges, .array(GGUFArray(strings: merges))))
    }
}
