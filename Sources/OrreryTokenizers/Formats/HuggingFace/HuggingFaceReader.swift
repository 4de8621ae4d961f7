import OrreryFiles

/// Reads `tokenizer.json`, format 1.0 of the tokenizers library: any of its kinds.
///
/// Files in the forms that characters, bytes, byte-level BPE and BERT's WordPiece are written in get the tokenizers
/// that are made for these, which are faster and give the same ids and text; everything else, and everything that those
/// readers do not take, is a `PipelineTokenizer`.
struct HuggingFaceReader {
    private let path: String
    private let root: JSONFields
    private let configuration: TokenizerConfiguration?

    /// - Parameter configuration: `tokenizer_config.json`, which says which token ends a text.
    init(path: String, root: JSONFields, configuration: TokenizerConfiguration?) {
        (self.path, self.root, self.configuration) = (path, root, configuration)
    }

    func tokenizer() throws -> any Tokenizer {
        if let version = try root.stringIfPresent("version"), version != "1.0" {
            throw root.error("version", expected: "1.0")
        }
        if let specialised = try specialised() { return specialised }
        let tokenizer = try PipelineTokenizer(root, endOfText: nil, configuration: configuration?.object)
        return try tokenizer.ending(with: endOfText(tokenizer.addedTokens) { tokenizer.model.id(of: $0.utf8) })
    }

    /// The tokenizer that is made for this form, where nothing in the file is odd; nil where the file is in none, or
    /// has something that only the whole pipeline honours.
    private func specialised() throws -> (any Tokenizer)? {
        guard !root.has("truncation"), !root.has("padding"), let model = try? root.fields("model"),
            let added = try? addedTokens()
        else { return nil }
        let arePlain = added.areFoundAlike(behindNormalizer: root.has("normalizer"))
        // An end of text that is not an added token is for the pipeline.
        let endOfText: TokenID?
        do { endOfText = try self.endOfText(added) { _ in nil } } catch { return nil }
        let parts = HuggingFaceParts(root: root, model: model, addedTokens: added, configuration: configuration?.object)
        // What such a reader refuses, the pipeline takes or names.
        switch try? model.string("type") {
        case "BPE"? where !arePlain:
            return try? BytePairReader(path: path, root: root, model: model).tokenizer(
                addedTokens: added, endOfText: endOfText, parts)
        case _ where !arePlain: return nil
        case "WordLevel"?:
            return try? CharacterReader(root: root, model: model).tokenizer(addedTokens: added, endOfText: endOfText)
        case "WordPiece"?: return try? WordPieceReader(root: root, model: model, addedTokens: added).tokenizer(parts)
        case "BPE"?:
            if let bytes = try? ByteReader(root: root, model: model).tokenizer(addedTokens: added, endOfText: endOfText)
            {
                return bytes
            }
            return try? BytePairReader(path: path, root: root, model: model).tokenizer(
                addedTokens: added, endOfText: endOfText, parts)
        default: return nil
        }
    }

    /// The added tokens by their ids; nil where something about them is odd, which only the pipeline takes.
    private func addedTokens() throws -> AddedTokens? {
        let listed = try (root.objectsIfPresent("added_tokens") ?? []).map { try AddedToken($0) }
        guard PartTypes.warnings(root).isEmpty, case .object(let vocabulary)? = try root.fields("model").object["vocab"]
        else { return nil }
        let numbered = NumberedTokens(listed, count: vocabulary.count) { content in
            if case .int(let id)? = vocabulary[content] { TokenID(exactly: id) } else { nil }
        }
        return numbered.warnings.isEmpty ? try AddedTokens(numbered.tokens) : nil
    }

    /// The token `eos_token` of tokenizer_config.json; without that file, GPT-2's `<|endoftext|>` if it is there.
    private func endOfText(_ added: AddedTokens, _ modelID: (String) -> TokenID?) throws -> TokenID? {
        guard let configuration else { return added.id(forContent: Array("<|endoftext|>".utf8)) }
        guard let content = try configuration.eosToken else { return nil }
        if let id = added.id(forContent: Array(content.utf8)) ?? modelID(content) { return id }
        throw configuration.fields.error("eos_token", expected: "one of the added tokens of \(path)")
    }
}

/// The parts of a file in a form that this library writes itself.
struct HuggingFaceForm {
    let root: JSONFields
    let model: JSONFields

    /// What a form lacks: an error that nobody sees, for then the file is read as a whole pipeline.
    func mismatch(_ what: String) -> TokenizerError { .invalid("\(what) is of another form") }

    /// Whether member `name` has the type of `form` and equals it in every member that `form` has.
    func matches(_ name: String, _ form: String) throws -> Bool {
        guard let value = root.object[name] else { return false }
        return try JSONValue(parsing: form, file: "a form of ours").isContained(in: value)
    }

    func vocabulary() throws -> [(piece: String, id: TokenID)] {
        let members = try model.fields("vocab")
        return try members.object.keys.map { ($0, try members.tokenID($0)) }
    }

    /// Checks that `ids` are `first`, `first` + 1, ... in some order.
    func checkIDs(_ ids: [Int], from first: Int) throws {
        for (expected, id) in zip(first..., ids.sorted()) where id != expected { throw mismatch("the numbering") }
    }
}

/// Reads the form that `CharacterTokenizer` is written in.
struct CharacterReader {
    private let form: HuggingFaceForm

    init(root: JSONFields, model: JSONFields) { form = HuggingFaceForm(root: root, model: model) }

    func tokenizer(addedTokens added: AddedTokens, endOfText: TokenID?) throws -> CharacterTokenizer {
        guard try form.matches("pre_tokenizer", HuggingFaceForms.characterPreTokenizer),
            try form.matches("decoder", HuggingFaceForms.characterDecoder),
            !form.root.has("normalizer"), !form.root.has("post_processor")
        else { throw form.mismatch("the pipeline") }
        let unknownContent = try form.model.string("unk_token")
        var unknown: TokenID?
        var characters: [(id: Int, scalar: Unicode.Scalar)] = []
        for (piece, id) in try form.vocabulary() {
            if let token = added.token(for: id), token.content.utf8.elementsEqual(piece.utf8) {
                if piece.utf8.elementsEqual(unknownContent.utf8) { unknown = token.id }
            } else if let scalar = CharacterTokenizer.onlyScalar(of: piece),
                !piece.utf8.elementsEqual(unknownContent.utf8)
            {
                characters.append((Int(id), scalar))
            } else {
                throw form.mismatch("the vocabulary")
            }
        }
        characters.sort { $0.id < $1.id }
        try form.checkIDs(characters.map(\.id), from: 0)
        try form.checkIDs(added.map { Int($0.id) }, from: characters.count)
        return try CharacterTokenizer(
            characters: characters.map(\.scalar), addedTokens: added, endOfText: endOfText, unknown: unknown)
    }
}

/// Reads the form that `ByteTokenizer` is written in.
struct ByteReader {
    private let form: HuggingFaceForm

    init(root: JSONFields, model: JSONFields) { form = HuggingFaceForm(root: root, model: model) }

    func tokenizer(addedTokens added: AddedTokens, endOfText: TokenID?) throws -> ByteTokenizer {
        guard try form.matches("pre_tokenizer", HuggingFaceForms.byteLevel),
            try form.matches("decoder", HuggingFaceForms.byteLevel),
            !form.root.has("normalizer"), !form.root.has("post_processor"), try form.model.array("merges").isEmpty
        else { throw form.mismatch("the pipeline") }
        let vocabulary = try form.vocabulary()
        for (piece, id) in vocabulary {
            guard let scalar = CharacterTokenizer.onlyScalar(of: piece),
                ByteAlphabet.byte(for: scalar).map(TokenID.init) == id
            else {
                throw form.mismatch("the vocabulary")
            }
        }
        guard vocabulary.count == 256 else { throw form.mismatch("the vocabulary") }
        try form.checkIDs(added.map { Int($0.id) }, from: 256)
        return try ByteTokenizer(addedTokens: added, endOfText: endOfText)
    }
}

extension JSONValue {
    /// Whether `other` equals this value, but for further members of objects.
    fileprivate func isContained(in other: JSONValue) -> Bool {
        switch (self, other) {
        case (.array(let a), .array(let b)): a.count == b.count && zip(a, b).allSatisfy { $0.isContained(in: $1) }
        case (.object(let object), .object):
            object.members.allSatisfy { key, value in other[key].map(value.isContained) ?? false }
        default: self == other
        }
    }
}
