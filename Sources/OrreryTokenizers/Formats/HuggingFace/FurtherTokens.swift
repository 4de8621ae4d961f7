import OrreryFiles

/// The tokens that files next to a tokenizer's own add to it: `added_tokens_decoder` and `additional_special_tokens` of `tokenizer_config.json` and
/// `special_tokens_map.json`, and `added_tokens.json`.
///
/// Source: transformers 5.24, `tokenization_utils_tokenizers.py`: the decoder goes before `added_tokens.json`; what the vocabulary lacks is
/// numbered from its size on, in the order of the ids that the files give.
struct FurtherTokens {
    /// Those that the vocabulary lacks, numbered, by their ids.
    private(set) var tokens: [AddedToken] = []
    /// What the files say of tokens that the vocabulary has.
    private(set) var known: [AddedToken] = []
    /// What the files say otherwise, a line each.
    private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - path: the tokenizer's file.
    ///   - size: the number of its tokens.
    ///   - id: the id of a token that it has.
    init(beside path: String, _ configuration: TokenizerConfiguration?, size: Int, id: (String) -> TokenID?) throws {
        var listed = try configuration?.addedTokens ?? []
        let special = try configuration?.additionalSpecialTokens ?? []
        let file = Path.join(Path.parent(path), "added_tokens.json")
        if listed.isEmpty, FileStatus(file) != nil {
            let ids = try JSONFields(contentsOf: file)
            listed = try ids.object.keys.map { content in
                var token = AddedToken(id: try ids.tokenID(content), content: content, isSpecial: special.contains { $0.utf8.elementsEqual(content.utf8) })
                token.normalized = !token.isSpecial
                return token
            }.sorted { $0.id < $1.id }
        }
        for content in special where !listed.contains(where: { $0.content.utf8.elementsEqual(content.utf8) }) {
            listed.append(AddedToken(id: TokenID.max, content: content))
        }
        var seen = Set<[UInt8]>()
        // T5's marks for filling in are numbered downwards.
        let fillIn = Self.numberedDownwards(listed.filter { $0.id == TokenID.max && id($0.content) == nil })
        listed = listed.filter { token in !fillIn.contains { $0.content.utf8.elementsEqual(token.content.utf8) } } + fillIn
        for token in listed where !token.content.isEmpty && seen.insert(Array(token.content.utf8)).inserted {
            let own = id(token.content), number = own ?? TokenID(size + tokens.count)
            if token.id != number, token.id != TokenID.max {
                warnings.append("\(path): the files next to it give the token \(TokenizerError.quoted(token.content)) the id \(token.id); it has \(number), the next that is free")
            }
            let numbered = AddedToken(renumbering: token, id: number)
            if own == nil { tokens.append(numbered) } else { known.append(numbered) }
        }
    }

    /// Those called `<extra_id_7>`, the highest number first.
    private static func numberedDownwards(_ tokens: [AddedToken]) -> [AddedToken] {
        func number(_ token: AddedToken) -> Int? { token.content.wholeMatch(of: /<extra_id_([0-9]{1,6})>/).flatMap { Int($0.1) } }
        return tokens.filter { number($0) != nil }.sorted { number($0)! > number($1)! }
    }
}

extension AddedToken {
    fileprivate init(renumbering token: AddedToken, id: TokenID) {
        self.init(id: id, content: token.content, isSpecial: token.isSpecial)
        (singleWord, lstrip, rstrip, normalized) = (token.singleWord, token.lstrip, token.rstrip, token.normalized)
    }
}

extension SentencePieceModel {
    /// Adds the tokens as pieces of its own: marks of structure, and symbols that are found in every text.
    mutating func append(_ further: FurtherTokens) {
        for token in further.tokens { append(Array(token.content.utf8)[...], score: 0, type: token.isSpecial ? .control : .userDefined) }
    }
}

extension FurtherTokens {
    /// What a SentencePiece model does otherwise with some of the tokens.
    func pieceWarnings(_ path: String) -> [String] {
        tokens.filter { !$0.isPlain }.map {
            "\(path): the token \(TokenizerError.quoted($0.content)) takes white space next to it, or stands alone, by the files next to it; not here"
        }
    }
}

extension WordPieceTokenizer {
    /// The same with further tokens, as a `tokenizer.json` with them would be read.
    func adding(_ further: FurtherTokens, path: String) throws -> any Tokenizer {
        guard !further.tokens.isEmpty, let file = try files().first else { return self }
        var root = try JSONFields(JSONValue(parsing: String(decoding: file.contents, as: UTF8.self), file: path), file: path).object
        guard case .array(let own)? = root["added_tokens"] else { return self }
        root["added_tokens"] = .array(own + further.tokens.map(\.json))
        return try TokenizerError.naming(path) { try HuggingFaceReader(path: path, root: JSONFields(.object(root), file: path), configuration: nil).tokenizer() }
    }
}
