import OrreryFiles

/// Reads `tokenizer.json` in the two forms that `HuggingFaceForms` writes, in BERT's and in that of byte-level BPE; anything else is an error that says what it found.
struct HuggingFaceReader {
    private let path: String
    private let root: JSONFields
    private let configuration: JSONFields?

    /// - Parameter configuration: `tokenizer_config.json`, which says which token ends a text.
    init(path: String, root: JSONFields, configuration: JSONFields?) {
        (self.path, self.root, self.configuration) = (path, root, configuration)
    }

    private func failure(_ problem: String) -> TokenizerError { .file(path, problem) }

    func tokenizer() throws -> any Tokenizer {
        let model = try root.fields("model")
        let type = try model.string("type")
        if type == "WordPiece" { return try WordPieceReader(root: root, model: model, addedTokens: addedTokens()).tokenizer() }
        let isCharacter = try type == "WordLevel" && matches("pre_tokenizer", HuggingFaceForms.characterPreTokenizer)
            && matches("decoder", HuggingFaceForms.characterDecoder)
        let isByte = try type == "BPE" && model.arrayIfPresent("merges")?.isEmpty == true
            && matches("pre_tokenizer", HuggingFaceForms.byteLevel) && matches("decoder", HuggingFaceForms.byteLevel)
        for name in ["truncation", "padding"] where root.has(name) {
            throw root.error(name, expected: "null: it is not honoured here")
        }
        if try type == "BPE" && !isByte && HuggingFaceSteps.list(of: "pre_tokenizer", in: root, members: "pretokenizers").last?.string("type") == "ByteLevel" {
            let added = try addedTokens()
            return try BytePairReader(path: path, root: root, model: model).tokenizer(addedTokens: added, endOfText: endOfText(added))
        }
        guard isCharacter || isByte, !root.has("normalizer"), !root.has("post_processor") else {
            throw failure("the kinds char and byte are known here; found model type \(type) of another make")
        }
        return try isCharacter ? characterTokenizer(model) : byteTokenizer(model)
    }

    private func characterTokenizer(_ model: JSONFields) throws -> CharacterTokenizer {
        let added = try addedTokens()
        let unknownContent = try model.stringIfPresent("unk_token") ?? HuggingFaceForms.noUnknown
        var unknown: TokenID?
        var characters: [(id: Int, scalar: Unicode.Scalar)] = []
        for (piece, id) in try vocabulary(model) {
            if let token = added.token(for: id), token.content.utf8.elementsEqual(piece.utf8) {
                if piece.utf8.elementsEqual(unknownContent.utf8) { unknown = token.id }
            } else if let scalar = CharacterTokenizer.onlyScalar(of: piece) {
                characters.append((Int(id), scalar))
            } else {
                throw failure("model.vocab has \(FileError.quoted(piece)); expected single characters")
            }
        }
        characters.sort { $0.id < $1.id }
        try checkIDs(characters.map(\.id), of: "characters", from: 0)
        try checkIDs(added.map { Int($0.id) }, of: "added tokens", from: characters.count)
        return try CharacterTokenizer(
            characters: characters.map(\.scalar), addedTokens: added, endOfText: try endOfText(added), unknown: unknown)
    }

    private func byteTokenizer(_ model: JSONFields) throws -> ByteTokenizer {
        let added = try addedTokens()
        let vocabulary = try vocabulary(model)
        for (piece, id) in vocabulary {
            guard let scalar = CharacterTokenizer.onlyScalar(of: piece), ByteAlphabet.byte(for: scalar).map(TokenID.init) == id else {
                throw failure(
                    "model.vocab gives \(FileError.quoted(piece)) the id \(id); expected each of GPT-2's byte letters with its byte's value")
            }
        }
        try checkIDs(vocabulary.map { Int($0.id) }, of: "bytes", from: 0)
        guard vocabulary.count == 256 else { throw failure("model.vocab has \(vocabulary.count) entries; expected the 256 bytes") }
        try checkIDs(added.map { Int($0.id) }, of: "added tokens", from: 256)
        return try ByteTokenizer(addedTokens: added, endOfText: try endOfText(added))
    }

    private func vocabulary(_ model: JSONFields) throws -> [(piece: String, id: TokenID)] {
        let members = try model.fields("vocab")
        return try members.object.keys.map { ($0, try tokenID($0, of: members)) }
    }

    private func addedTokens() throws -> AddedTokens {
        try AddedTokens((root.objectsIfPresent("added_tokens") ?? []).map { token in
            for flag in ["single_word", "lstrip", "rstrip"] where try token.boolIfPresent(flag) == true {
                throw token.error(flag, expected: "false: it is not honoured here")
            }
            return AddedToken(
                id: try tokenID("id", of: token), content: try token.string("content"),
                isSpecial: try token.boolIfPresent("special") ?? false)
        })
    }

    private func tokenID(_ key: String, of fields: JSONFields) throws -> TokenID {
        TokenID(try fields.int(key, in: 0...Int(TokenID.max)))
    }

    /// Checks that `ids` are `first`, `first` + 1, ... in some order.
    private func checkIDs(_ ids: [Int], of what: String, from first: Int) throws {
        for (expected, id) in zip(first..., ids.sorted()) where id != expected {
            throw failure("the \(what) have id \(id) where \(expected) is due; expected ids from \(first), none twice and without holes")
        }
    }

    /// The id of `eos_token` in tokenizer_config.json; without that file, of GPT-2's `<|endoftext|>` if it is there.
    private func endOfText(_ added: AddedTokens) throws -> TokenID? {
        guard let configuration else { return added.id(forContent: Array("<|endoftext|>".utf8)) }
        guard let value = configuration.object["eos_token"], value != .null else { return nil }
        if case .string(let content) = value["content"] ?? value, let id = added.id(forContent: Array(content.utf8)) { return id }
        throw configuration.error("eos_token", expected: "one of the added tokens of \(path)")
    }

    /// Whether member `name` has the type of `form` and equals it in every member that `form` has.
    private func matches(_ name: String, _ form: String) throws -> Bool {
        guard let value = root.object[name] else { return false }
        return try JSONValue(parsing: form, file: "a form of ours").isContained(in: value)
    }
}

extension JSONValue {
    /// Whether `other` equals this value, but for further members of objects.
    fileprivate func isContained(in other: JSONValue) -> Bool {
        switch (self, other) {
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.isContained(in: $1) }
        case (.object(let object), .object): object.members.allSatisfy { key, value in other[key].map(value.isContained) ?? false }
        default: self == other
        }
    }
}
