/// Reads `tokenizer.json` in the two forms that `HuggingFaceForms` writes; anything else is an error that says what it found.
struct HuggingFaceReader {
    private let path: String
    private let root: JSON
    private let configuration: (path: String, root: JSON)?

    /// - Parameter configuration: `tokenizer_config.json`, which says which token ends a text.
    init(path: String, bytes: [UInt8], configuration: (path: String, bytes: [UInt8])?) throws {
        self.path = path
        root = try Self.parse(bytes, path)
        self.configuration = try configuration.map { ($0.path, try Self.parse($0.bytes, $0.path)) }
    }

    private static func parse(_ bytes: [UInt8], _ path: String) throws -> JSON {
        let root: JSON
        do {
            root = try JSONParser.parse(bytes)
        } catch let failure as JSONParser.Failure {
            throw TokenizerError.file(path, "byte \(failure.byteOffset) is not JSON; expected \(failure.expected)")
        }
        guard root.object != nil else { throw TokenizerError.file(path, "is \(root.typeName); expected an object") }
        return root
    }

    private func failure(_ problem: String) -> TokenizerError { .file(path, problem) }

    func tokenizer() throws -> any Tokenizer {
        guard let type = root["model"]?["type"]?.string else { throw failure("has no model.type; expected a string") }
        let isCharacter = try type == "WordLevel" && matches("pre_tokenizer", HuggingFaceForms.characterPreTokenizer)
            && matches("decoder", HuggingFaceForms.characterDecoder)
        let isByte = try type == "BPE" && root["model"]?["merges"]?.array?.isEmpty == true
            && matches("pre_tokenizer", HuggingFaceForms.byteLevel) && matches("decoder", HuggingFaceForms.byteLevel)
        guard isCharacter || isByte, root["normalizer"] == nil, root["post_processor"] == nil else {
            throw failure("the kinds char and byte are known here; found model type \(type) of another make")
        }
        for name in ["truncation", "padding"] where root[name] != nil {
            throw failure("\(name) is set, which is not honoured here; expected null")
        }
        do {
            return try isCharacter ? characterTokenizer() : byteTokenizer()
        } catch let error as TokenizerError where !error.namesFile {
            throw failure(error.description)
        }
    }

    private func characterTokenizer() throws -> CharacterTokenizer {
        let added = try addedTokens()
        let unknownContent = root["model"]?["unk_token"]?.string ?? HuggingFaceForms.noUnknown
        var unknown: TokenID?
        var characters: [(id: Int, scalar: Unicode.Scalar)] = []
        for (piece, id) in try vocabulary() {
            if let token = added.token(for: TokenID(id)), token.content.utf8.elementsEqual(piece.utf8) {
                if piece.utf8.elementsEqual(unknownContent.utf8) { unknown = token.id }
            } else if let scalar = CharacterTokenizer.onlyScalar(of: piece) {
                characters.append((id, scalar))
            } else {
                throw failure("model.vocab has \(JSON.literal(piece)); expected single characters")
            }
        }
        characters.sort { $0.id < $1.id }
        try checkIDs(characters.map(\.id), of: "characters", from: 0)
        try checkIDs(added.map { Int($0.id) }, of: "added tokens", from: characters.count)
        return try CharacterTokenizer(
            characters: characters.map(\.scalar), addedTokens: added, endOfText: try endOfText(added), unknown: unknown)
    }

    private func byteTokenizer() throws -> ByteTokenizer {
        let added = try addedTokens()
        let vocabulary = try vocabulary()
        for (piece, id) in vocabulary {
            guard let scalar = CharacterTokenizer.onlyScalar(of: piece), ByteAlphabet.byte(for: scalar).map(Int.init) == id else {
                throw failure("model.vocab gives \(JSON.literal(piece)) the id \(id); expected each of GPT-2's byte letters with its byte's value")
            }
        }
        try checkIDs(vocabulary.map(\.id), of: "bytes", from: 0)
        guard vocabulary.count == 256 else { throw failure("model.vocab has \(vocabulary.count) entries; expected the 256 bytes") }
        try checkIDs(added.map { Int($0.id) }, of: "added tokens", from: 256)
        return try ByteTokenizer(addedTokens: added, endOfText: try endOfText(added))
    }

    /// `model.vocab`, with ids that fit a `TokenID`.
    private func vocabulary() throws -> [(piece: String, id: Int)] {
        guard let members = root["model"]?["vocab"]?.object else { throw failure("has no model.vocab; expected an object") }
        return try members.map { piece, value in
            (piece, Int(try tokenID(value, of: "model.vocab's \(JSON.literal(piece))")))
        }
    }

    private func addedTokens() throws -> AddedTokens {
        guard let value = root["added_tokens"] else { return try AddedTokens() }
        guard let elements = value.array else { throw failure("added_tokens is \(value.typeName); expected an array") }
        return try AddedTokens(elements.enumerated().map { index, element in
            let place = "added_tokens[\(index)]"
            guard let content = element["content"]?.string else { throw failure("\(place) has no content; expected a string") }
            for flag in ["single_word", "lstrip", "rstrip"] where element[flag]?.bool == true {
                throw failure("\(place).\(flag) is true, which is not honoured here; expected false")
            }
            let id = try tokenID(element["id"] ?? .null, of: "\(place).id")
            return AddedToken(id: id, content: content, isSpecial: element["special"]?.bool ?? false)
        })
    }

    private func tokenID(_ value: JSON, of place: String) throws -> TokenID {
        guard let integer = value.integer else { throw failure("the id of \(place) is \(value.typeName); expected an integer") }
        guard integer >= 0, let id = TokenID(exactly: integer) else {
            throw failure("the id of \(place) is \(integer); expected 0 ... \(TokenID.max)")
        }
        return id
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
        guard let value = configuration.root["eos_token"] else { return nil }
        guard let content = value.string ?? value["content"]?.string, let id = added.id(forContent: Array(content.utf8)) else {
            throw TokenizerError.file(configuration.path, "eos_token is not among the added tokens of \(path); expected one of them")
        }
        return id
    }

    /// Whether member `name` has the type of `form` and equals it in every member that `form` has.
    private func matches(_ name: String, _ form: String) throws -> Bool {
        guard let value = root[name] else { return false }
        return try JSONParser.parse(Array(form.utf8)).isContained(in: value)
    }
}

extension JSON {
    /// Whether `other` equals this value, but for further members of objects.
    fileprivate func isContained(in other: JSON) -> Bool {
        switch (self, other) {
        case (.null, .null): true
        case (.bool(let a), .bool(let b)): a == b
        case (.integer(let a), .integer(let b)): a == b
        case (.number(let a), .number(let b)): a == b
        case (.string(let a), .string(let b)): a.utf8.elementsEqual(b.utf8)
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.isContained(in: $1) }
        case (.object(let members), .object): members.allSatisfy { name, value in other[name].map(value.isContained) ?? false }
        default: false
        }
    }
}
