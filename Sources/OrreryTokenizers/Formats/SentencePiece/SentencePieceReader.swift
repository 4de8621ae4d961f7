import OrreryFiles

/// A SentencePiece model with what the files next to it say of it, as the class of transformers that opens such a
/// directory reads them.
///
/// Source: transformers 5.24, `models/llama`, `models/t5`, `models/gemma`, `models/auto/tokenization_auto.py`,
/// `convert_slow_tokenizer.py`.
struct SentencePieceReader {
    private let path: String
    private let configuration: TokenizerConfiguration?
    /// How many tokens the model has rows for, if that is known.
    private let rows: Int?
    private let kind: SentencePieceClass

    init(path: String, configuration: TokenizerConfiguration?, rows: Int?) throws {
        (self.path, self.configuration, self.rows) = (path, configuration, rows)
        let model = TokenizerConfiguration.modelType(nextTo: path)
        let standsAlone =
            configuration == nil && model == nil && FileStatus(Path.join(Path.parent(path), "added_tokens.json")) == nil
        kind = try standsAlone ? .alone : SentencePieceClass(configuration, model: model, path: path)
    }

    /// The tokenizer, and what is odd in the files next to its own.
    func tokenizer() throws -> (tokenizer: any Tokenizer, warnings: [String]) {
        var model = try SentencePieceModel(contentsOf: path)
        // Made only where files list tokens, which may be thousands.
        func table() -> [[UInt8]: TokenID] {
            Dictionary(model.pieces.enumerated().map { (Array($1), TokenID($0)) }) { first, _ in first }
        }
        let sentinels = try sentinels(after: model)
        if !sentinels.isEmpty {
            let ids = table()
            for mark in sentinels where ids[mark] == nil { model.append(mark, score: 0, type: .control) }
        }
        let files = try FurtherTokens(nextTo: path, configuration)
        lazy var ids = table()
        let further = files.numbered(size: model.pieces.count, rows: rows) { ids[Array($0.utf8)] }
        model.append(further.tokens)
        if try kind == .gemma || configuration?.fields.boolIfPresent("add_prefix_space") == false {
            model.normalizerSettings.addsDummyPrefix = false
        }
        let numbered = files.numberedTexts
        // A control piece is a mark already: flags count where its id is said, not where it is named for a role.
        let known = further.known.filter { token in
            let text = Array(token.content.utf8)
            return numbered.contains(text) || files.namedTexts.contains(text) && model.types[Int(token.id)] != .control
        }
        let tokenizer = try TokenizerError.naming(path) {
            try SentencePieceTokenizer(
                model, frame: frame(of: model), addedTokens: further.tokens + known, prefixing: prefixing())
        }
        return (tokenizer, further.warnings)
    }

    /// Where a space is put before text that stands behind a token of the files.
    private func prefixing() throws -> SentencePieceTokenizer.Prefixing {
        let isLegacy = try configuration?.fields.boolIfPresent("legacy")
        return switch kind {
        case .general: isLegacy ?? true ? .everyPart : .firstPart
        case .llama: isLegacy ?? false ? .partsWithoutSpace : .firstPart
        case .alone, .codeLlama, .gemma, .t5: .firstPart
        }
    }

    /// T5's marks for filling in (`extra_ids`), which no file needs to list: numbered downwards behind the model's
    /// pieces.
    private func sentinels(after model: SentencePieceModel) throws -> [[UInt8]] {
        guard kind == .t5 else { return [] }
        let count = try configuration?.fields.intIfPresent("extra_ids", in: 0 ... 65536) ?? 100
        if let rows, model.pieces.count > rows - count { return [] }
        return (0 ..< count).reversed().map { Array("<extra_id_\($0)>".utf8) }
    }

    /// The tokens before and after a text: the class says, unless a field does.
    private func frame(of model: SentencePieceModel) throws -> (prefix: [TokenID], suffix: [TokenID]) {
        guard let configuration else {
            return (
                [],
                kind == .t5 ? model.pieces.firstIndex { $0.elementsEqual("</s>".utf8) }.map { [TokenID($0)] } ?? [] : []
            )
        }
        func token(_ name: String, _ usual: String, _ isPut: Bool) throws -> [TokenID] {
            // Without such a token nothing is put there.
            if !isPut || configuration.fields.object[name] == .null { return [] }
            let content = try configuration.content(of: name) ?? usual
            guard let id = model.pieces.firstIndex(where: { $0.elementsEqual(content.utf8) }) else {
                throw configuration.fields.error(name, expected: "a token of the model")
            }
            return [TokenID(id)]
        }
        return (
            try token("bos_token", kind == .gemma ? "<bos>" : "<s>", configuration.addBOSToken ?? (kind == .codeLlama)),
            try token("eos_token", kind == .gemma ? "<eos>" : "</s>", configuration.addEOSToken ?? (kind == .t5))
        )
    }
}

extension SentencePieceModel {
    /// Adds tokens as pieces of its own: marks of structure, and words.
    mutating func append(_ tokens: [AddedToken]) {
        for token in tokens {
            append(Array(token.content.utf8)[...], score: 0, type: token.isSpecial ? .control : .userDefined)
        }
    }
}
