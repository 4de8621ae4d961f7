import OrreryFiles

extension GGUFVocabulary {
    /// Reads the vocabulary of the file at `path`.
    ///
    /// - Throws: `TokenizerError` that names the file and the key.
    package init(contentsOf path: String) throws {
        self = try TokenizerError.naming(path) { try GGUFVocabulary(GGUFFile(path: path)) }
    }

    /// Reads the vocabulary of an open file.
    package init(_ gguf: GGUFFile) throws {
        let name = try gguf.metadata.string(GGUFKeys.model)
        if name == Kind.none.rawValue || name == "no_vocab" {
            try self.init(numbersOf: gguf)
        } else {
            try self.init(gguf, model: name)
        }
    }

    /// - Parameter name: `tokenizer.ggml.model`.
    private init(_ gguf: GGUFFile, model name: String) throws {
        let metadata = gguf.metadata
        preparation = Preparation(rawValue: name)
        guard let kind = preparation != nil ? .gpt2 : Kind(rawValue: name) else {
            throw metadata.error(
                GGUFKeys.model,
                expected:
                    "one of \(Kind.allCases.map(\.rawValue).joined(separator: ", ")), no_vocab, hybriddna, whitespace")
        }
        self.kind = kind
        file = gguf.path
        preTokenizer = try metadata.stringIfPresent(GGUFKeys.pre)
        let tokens = try Self.tokens(metadata)
        self.tokens = tokens
        index = try Self.index(metadata, tokens)
        let (scores, unusable) = try Self.scores(metadata, count: tokens.count)
        self.scores = scores
        types = try Self.types(metadata, count: tokens.count)
        merges = try Self.merges(metadata, kind)
        characterMap = try Self.characterMap(metadata)
        pairs = metadata.pairs.filter { $0.key.hasPrefix("tokenizer.") }
        chatTemplates = metadata.pairs.compactMap { key, value in
            guard key == GGUFKeys.chatTemplate || key.hasPrefix(GGUFKeys.chatTemplate + "."), let source = value.string
            else { return nil }
            return (
                key == GGUFKeys.chatTemplate ? "default" : String(key.dropFirst(GGUFKeys.chatTemplate.count + 1)),
                source
            )
        }
        attributes = types
        let (special, strangers) = try Self.special(metadata, kind, preTokenizer, types)
        self.special = special
        settings = try GGUFVocabularySettings(metadata, kind, preTokenizer)
        endOfGeneration = []
        if let unusable, kind == .llama || kind == .t5 {
            warn(GGUFKeys.scores, "has no number for token \(unusable); it counts as the least likely")
        }
        for (key, id) in strangers {
            warn(key, "is \(id); expected one of the \(tokens.count) tokens, and it is left out")
        }
        try readFillIn(metadata)
        concludeFromNames(
            architecture: try metadata.stringIfPresent("general.architecture"),
            name: try metadata.stringIfPresent("general.name"))
    }

    /// A vocabulary of numbers, as many as the model has rows for.
    private init(numbersOf gguf: GGUFFile) throws {
        let metadata = gguf.metadata
        let architecture = try metadata.stringIfPresent("general.architecture") ?? ""
        let count = try metadata.intIfPresent("\(architecture).vocab_size", in: 0 ... Vocabulary.maximalID) ?? 0
        (kind, preparation, file, preTokenizer) = (.none, nil, gguf.path, nil)
        tokens = PieceTable((0 ..< count).map { _ in [UInt8]()[...] })
        index = try PieceIndex(tokens, ids: [Int]())
        scores = [Float](repeating: 0, count: count)
        types = [Attributes](repeating: [], count: count)
        attributes = types
        (merges, characterMap, chatTemplates) = ([], [], [])
        pairs = metadata.pairs.filter { $0.key.hasPrefix("tokenizer.") }
        special = SpecialTokens()
        settings = GGUFVocabularySettings()
        endOfGeneration = []
        warn(GGUFKeys.model, "says that the model has no vocabulary: texts are the numbers of tokens")
    }

    private static func tokens(_ metadata: GGUFMetadata) throws -> PieceTable {
        let array = try metadata.array(GGUFKeys.tokens)
        guard array.count <= Int(TokenID.max) else {
            throw metadata.error(GGUFKeys.tokens, expected: "at most \(TokenID.max) tokens")
        }
        var tokens = PieceTable()
        tokens.reserveCapacity(pieces: array.count, bytes: array.count * 8)
        let areStrings = array.forEachString { index, bytes in
            // llama.cpp reads them as C strings, and gives those that are empty a name.
            let text = bytes.prefix { $0 != 0 }
            if text.isEmpty { tokens.append("[EMPTY_\(index)]".utf8) } else { tokens.append(text) }
        }
        guard areStrings, !tokens.isEmpty else {
            throw metadata.error(GGUFKeys.tokens, expected: "an array of strings, at least one")
        }
        return tokens
    }

    private static func index(_ metadata: GGUFMetadata, _ tokens: PieceTable) throws -> PieceIndex {
        do {
            return try PieceIndex(tokens, ids: tokens.indices)
        } catch let duplicate as PieceIndex.Duplicate {
            throw metadata.error(
                GGUFKeys.tokens, expected: "distinct tokens",
                found:
                    "\(FileError.quoted(tokens.text(of: duplicate.first))) as \(duplicate.first) and \(duplicate.second)"
            )
        }
    }

    /// The scores, and the first token whose score is not a number.
    private static func scores(_ metadata: GGUFMetadata, count: Int) throws -> ([Float], unusable: Int?) {
        guard let array = try metadata.arrayIfPresent(GGUFKeys.scores) else {
            return ([Float](repeating: 0, count: count), nil)
        }
        guard array.count >= count,
            let scores = array.elementType == .int32 ? array.ints()?.map(Float.init) : array.floats()
        else {
            throw metadata.error(GGUFKeys.scores, expected: "float32 or int32 values for each of the \(count) tokens")
        }
        return (
            scores.prefix(count).map { $0.isNaN ? -.greatestFiniteMagnitude : $0 },
            scores.prefix(count).firstIndex { $0.isNaN }
        )
    }

    private static func types(_ metadata: GGUFMetadata, count: Int) throws -> [Attributes] {
        guard let array = try metadata.arrayIfPresent(GGUFKeys.types) else {
            return [Attributes](repeating: .normal, count: count)
        }
        guard array.count >= count, let types = array.ints() else {
            throw metadata.error(GGUFKeys.types, expected: "integers for each of the \(count) tokens")
        }
        return types.prefix(count).map { type in
            switch type {
            case 1: .normal
            case 2: .unknown
            case 3: .control
            case 4: .userDefined
            case 5: .unused
            case 6: .byte
            default: []
            }
        }
    }

    private static func merges(_ metadata: GGUFMetadata, _ kind: Kind) throws -> [[UInt8]] {
        guard kind == .gpt2 || kind == .gemma4, let array = try metadata.arrayIfPresent(GGUFKeys.merges) else {
            return []
        }
        guard let merges = array.stringBytes() else {
            throw metadata.error(GGUFKeys.merges, expected: "an array of strings")
        }
        return merges
    }

    private static func characterMap(_ metadata: GGUFMetadata) throws -> [UInt8] {
        guard let array = try metadata.arrayIfPresent(GGUFKeys.characterMap) else { return [] }
        guard array.elementType == .int8 || array.elementType == .uint8, let bytes = array.bytes() else {
            throw metadata.error(GGUFKeys.characterMap, expected: "an array of uint8 or int8 values")
        }
        return bytes
    }

    /// The tokens with a role, and the keys whose id is none of the vocabulary's: llama.cpp then stays with the kind's
    /// default.
    private static func special(
        _ metadata: GGUFMetadata, _ kind: Kind, _ pre: String?, _ types: [Attributes]
    ) throws -> (SpecialTokens, strangers: [(key: String, id: Int)]) {
        let count = types.count
        var special = SpecialTokens(kind: kind), strangers: [(key: String, id: Int)] = []
        if kind == .gpt2, ["chatglm-bpe", "glm4", "glm5"].contains(pre) { special.beginOfText = nil }
        for (key, path) in GGUFKeys.special {
            // A default that the vocabulary is too small for is none.
            if let id = special[keyPath: path], Int(id) >= count { special[keyPath: path] = nil }
            guard let id = try metadata.intIfPresent(key) else { continue }
            if 0 <= id, id < count { special[keyPath: path] = TokenID(id) } else { strangers.append((key, id)) }
        }
        // llama.cpp's token 11 ends GPT-2's texts only by chance; here an ordinary one never does.
        if kind == .gpt2, metadata["tokenizer.ggml.eos_token_id"] == nil, let id = special.endOfText,
            types[Int(id)] == .normal
        {
            special.endOfText = nil
        }
        return (special, strangers)
    }

    /// The keys of the tokens for filling in, which go before the names that stand for them.
    private mutating func readFillIn(_ metadata: GGUFMetadata) throws {
        for (role, keys) in GGUFKeys.fillIn.enumerated() {
            for key in keys {
                guard let id = try metadata.intIfPresent(key) else { continue }
                if tokens.indices.contains(id) {
                    fillIn[role] = TokenID(id)
                } else {
                    warn(key, "is \(id); expected one of the \(tokens.count) tokens, and it is left out")
                }
            }
        }
    }
}

extension GGUFVocabulary.SpecialTokens {
    /// What llama.cpp assumes of a kind.
    fileprivate init(kind: GGUFVocabulary.Kind) {
        switch kind {
        case .llama: (beginOfText, endOfText, unknown) = (1, 2, 0)
        case .bert: (beginOfText, unknown, separator, padding, mask) = (101, 100, 102, 0, 103)
        case .gpt2: (beginOfText, endOfText) = (11, 11)
        case .t5: (endOfText, unknown, padding) = (1, 2, 0)
        case .plamo2: (beginOfText, endOfText, unknown, padding) = (1, 2, 0, 3)
        case .gemma4, .rwkv, .none: break
        }
    }
}
