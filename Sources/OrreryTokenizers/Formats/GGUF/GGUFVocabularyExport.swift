import OrreryFiles

/// A tokenizer as the metadata of a GGUF file, so that llama.cpp makes the same ids.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llama_vocab::impl::load.
public struct GGUFVocabularyExport {
    public typealias Pairs = [(key: String, value: GGUFValue)]

    /// The keys of a tokenizer.
    ///
    /// - Parameter chatTemplate: `tokenizer.chat_template`.
    /// - Throws: `TokenizerError` for a kind that llama.cpp has not.
    public static func pairs(of tokenizer: any Tokenizer, chatTemplate: String? = nil) throws -> Pairs {
        var pairs: Pairs
        switch tokenizer {
        case let tokenizer as CharacterTokenizer: pairs = byteLevel(tokenizer, tokens: tokenizer.characters.map { Array(String($0).utf8) })
        case let tokenizer as ByteTokenizer: pairs = byteLevel(tokenizer, tokens: (0 ..< 256).map { [UInt8($0)] })
        default: throw TokenizerError.invalid("this kind of tokenizer can't be written into a GGUF file yet; known are characters and bytes")
        }
        if let chatTemplate { pairs.append(("tokenizer.chat_template", .string(chatTemplate))) }
        return pairs
    }

    /// Types of tokens, by llama.cpp's numbers (`enum llama_token_type`).
    private enum TokenType {
        static let normal: Int32 = 1, control: Int32 = 3, userDefined: Int32 = 4
    }

    /// The `gpt2` kind: tokens in GPT-2's byte alphabet. A token of several bytes that no list of merges makes is built from left to right.
    ///
    /// - Parameters:
    ///   - tokens: the bytes of each, in the order of ids; added tokens follow.
    private static func byteLevel(_ tokenizer: some Tokenizer, tokens: [[UInt8]]) -> Pairs {
        let added = tokenizer.addedTokens.sorted { $0.id < $1.id }
        let merges = tokens.filter { $0.count > 1 }.flatMap { token in
            (1 ..< token.count).map { ByteAlphabet.spelling(of: token[..<$0]) + " " + ByteAlphabet.spelling(of: token[$0 ... $0]) }
        }
        var distinct: [String] = [], seen: Set<String> = []
        for merge in merges where seen.insert(merge).inserted { distinct.append(merge) }
        let types = tokens.map { _ in TokenType.normal } + added.map { $0.isSpecial ? TokenType.control : TokenType.userDefined }
        var pairs: Pairs = [
            (GGUFKeys.model, .string("gpt2")), (GGUFKeys.pre, .string("gpt-2")),
            (GGUFKeys.tokens, .array(GGUFArray(strings: tokens.map { ByteAlphabet.spelling(of: $0) } + added.map(\.content)))),
            (GGUFKeys.types, .array(GGUFArray(types))), (GGUFKeys.merges, .array(GGUFArray(strings: distinct))),
            (GGUFKeys.addsBeginOfText, .bool(false)),
        ]
        if let end = tokenizer.endOfText { pairs.append(("tokenizer.ggml.eos_token_id", .uint32(UInt32(end)))) }
        return pairs
    }
}
