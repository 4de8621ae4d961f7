import Foundation
import OrreryFiles

extension GGUFTokenizer {
    package func files() throws -> [TokenizerFile] { try convertedFiles { _ in } }

    /// `tokenizer.json` with the pipeline that gives the vocabulary's ids, and `tokenizer_config.json`.
    ///
    /// - Parameter warn: receives what these files cannot say, a line each.
    package func convertedFiles(warn: (String) -> Void) throws -> [TokenizerFile] {
        if let preparation = vocabulary.preparation {
            throw TokenizerError.file(
                vocabulary.file,
                "has a \(preparation.rawValue) vocabulary, which cannot be written in Hugging Face's format here")
        }
        switch vocabulary.kind {
        case .plamo2, .none:
            throw TokenizerError.file(
                vocabulary.file,
                "has a \(vocabulary.kind.rawValue) vocabulary, which cannot be written in Hugging Face's format here")
        case .gpt2, .gemma4, .llama, .t5: return try pipeline { warn("\(vocabulary.file): \($0)") }.files()
        case .bert:
            warn(
                "\(vocabulary.file): llama.cpp cuts words at controls and marks in a way of its own, so that ids may differ there"
            )
            return try WordPieceTokenizer(vocabulary, addedTokens: addedTokens, frame: frame).files().map { file in
                guard file.name == TokenizerConfiguration.fileName else { return file }
                var object = configuration(className: "BertTokenizer")
                object["do_lower_case"] = .bool(vocabulary.settings.lowercases)
                object["strip_accents"] = .bool(vocabulary.settings.stripsAccents)
                return TokenizerFile(
                    name: file.name, contents: Data((JSONValue.object(object).text(.pretty) + "\n").utf8))
            }
        case .rwkv: return try spelled().files()
        }
    }

    /// The vocabulary as a SentencePiece model; nil for kinds that have none.
    package func sentencePieceTokenizer() throws -> SentencePieceTokenizer? {
        guard vocabulary.kind == .llama || vocabulary.kind == .t5 else { return nil }
        return try SentencePieceTokenizer(SentencePieceModel(vocabulary), frame: frame)
    }
}

extension GGUFTokenizer {
    /// The same vocabulary as a tokenizer of its own, with the pattern by the name that other formats know it by, none
    /// where only llama.cpp has it; nil for other kinds. Texts that hold what users defined as tokens may be cut
    /// otherwise: here the leftmost is found first.
    package func bytePairTokenizer() throws -> BytePairTokenizer? {
        guard let bytePairs else { return nil }
        var settings = BytePairTokenizer.Settings(pattern: bytePairs.preTokenizer.filePattern ?? .none)
        settings.frame = frame
        return try BytePairTokenizer(
            model: bytePairs.model, settings: settings, addedTokens: addedTokens, endOfText: endOfText)
    }
}

extension GGUFTokenizer {
    /// The tokenizer of a vocabulary whose tokens are a character each, or the bytes in order.
    private func spelled() throws -> any Tokenizer {
        let pieces = vocabulary.tokens.indices.filter { vocabulary.attributes[$0].contains(.normal) }.map {
            piece(for: TokenID($0)) ?? []
        }
        let end = endOfText.map { vocabulary.tokens.text(of: Int($0)) },
            unknown = vocabulary.special.unknown.map { vocabulary.tokens.text(of: Int($0)) }
        let hasOthers = addedTokens.count != [end, unknown].compactMap(\.self).count
        if pieces == (0 ... 255).map({ [UInt8($0)] }), unknown == nil, !hasOthers {
            return try ByteTokenizer(endOfText: end)
        }
        let characters = pieces.compactMap { piece -> Unicode.Scalar? in
            let text = String(validating: piece, as: UTF8.self)?.unicodeScalars
            return text?.count == 1 ? text?.first : nil
        }
        guard characters.count == pieces.count, !hasOthers else {
            throw TokenizerError.file(
                vocabulary.file,
                "has an rwkv vocabulary of more than characters, which cannot be written in Hugging Face's format here")
        }
        return try CharacterTokenizer(characters: characters, endOfText: end, unknown: unknown)
    }
}

extension SentencePieceModel {
    /// The model that a GGUF vocabulary was made from, as far as the file tells.
    init(_ vocabulary: GGUFVocabulary) throws {
        self.init(kind: vocabulary.kind == .t5 ? .unigram : .bpe)
        let unknown = vocabulary.types.firstIndex { $0.contains(.unknown) }
        for id in vocabulary.tokens.indices {
            let type: PieceType =
                switch vocabulary.types[id] {
                // A model has one; further ones are marks as any.
                case .unknown: id == unknown ? .unknown : .control
                case .control: .control
                case .userDefined: .userDefined
                case .byte: .byte
                case .unused: .unused
                default: .normal
                }
            append(vocabulary.tokens[id], score: vocabulary.scores[id], type: type)
        }
        hasByteFallback = types.contains(.byte)
        var settings = NormalizerSettings()
        settings.name = vocabulary.characterMap.isEmpty ? "identity" : "precompiled"
        settings.characterMap = vocabulary.characterMap
        settings.addsDummyPrefix = vocabulary.settings.addsSpacePrefix
        settings.removesExtraWhitespaces = vocabulary.settings.removesExtraWhitespaces
        normalizerSettings = settings
    }
}

extension WordPieceTokenizer {
    /// A vocabulary with "▁" before words, written with "##" inside them.
    init(_ vocabulary: GGUFVocabulary, addedTokens: AddedTokens, frame: (prefix: [TokenID], suffix: [TokenID])) throws {
        let space = SentencePieceNormalizer.spaceSymbol
        var pieces = PieceTable()
        for id in vocabulary.tokens.indices {
            let token = vocabulary.tokens[id]
            // llama.cpp's converter leaves names in brackets as they are.
            let isBracketed = token.first == UInt8(ascii: "[") && token.last == UInt8(ascii: "]")
            if isBracketed || addedTokens.token(for: TokenID(id)) != nil {
                pieces.append(token)
            } else if token.starts(with: space) {
                pieces.append(token.dropFirst(space.count))
            } else {
                pieces.append(Array("##".utf8) + token)
            }
        }
        var settings = Settings()
        settings.lowercases = vocabulary.settings.lowercases
        settings.stripsAccents = vocabulary.settings.stripsAccents
        settings.cleansDecodedText = vocabulary.settings.cleansSpaces
        let unknown = try vocabulary.required(\.unknown, "unknown_token_id")
        try self.init(
            pieces, addedTokens: addedTokens, unknown: pieces.text(of: Int(unknown)), frame: frame, settings: settings)
    }
}
