import OrreryFiles

/// Reads a `tokenizer.json` of BERT's kind: BertNormalizer, BertPreTokenizer, WordPiece, a template around the text,
/// and the WordPiece decoder. Any other part is an error that names it.
struct WordPieceReader {
    let root: JSONFields
    let model: JSONFields
    let addedTokens: AddedTokens

    func tokenizer(_ parts: HuggingFaceParts) throws -> WordPieceTokenizer {
        var settings = WordPieceTokenizer.Settings()
        let normalizer = try part("normalizer", "BertNormalizer")
        settings.cleansText = try normalizer.boolIfPresent("clean_text") ?? true
        settings.separatesChinese = try normalizer.boolIfPresent("handle_chinese_chars") ?? true
        settings.stripsAccents = try normalizer.boolIfPresent("strip_accents")
        settings.lowercases = try normalizer.boolIfPresent("lowercase") ?? true
        _ = try part("pre_tokenizer", "BertPreTokenizer")
        settings.continuingPrefix = try model.stringIfPresent("continuing_subword_prefix") ?? "##"
        settings.longestWord = try model.intIfPresent("max_input_chars_per_word", in: 0 ... Int(Int32.max)) ?? 100
        let decoder = try part("decoder", "WordPiece")
        guard try decoder.string("prefix") == settings.continuingPrefix, !settings.continuingPrefix.isEmpty else {
            throw decoder.error("prefix", expected: "the model's continuing_subword_prefix")
        }
        settings.cleansDecodedText = try decoder.bool("cleanup")
        let pieces = try pieces()
        var tokenizer = try WordPieceTokenizer(
            pieces, addedTokens: addedTokens, unknown: model.stringIfPresent("unk_token") ?? "[UNK]", frame: frame(),
            settings: settings)
        tokenizer.parts = parts
        return tokenizer
    }

    /// The part called `name`, which must have `type`.
    private func part(_ name: String, _ type: String) throws -> JSONFields {
        let part = try root.fields(name)
        guard try part.string("type") == type else {
            throw part.error("type", expected: "\(type), as a WordPiece model needs here")
        }
        return part
    }

    /// The vocabulary in the order of its ids; empty pieces where it has holes.
    private func pieces() throws -> PieceTable {
        let members = try model.fields("vocab")
        let limit = members.object.count + addedTokens.count
        var byID = [String?](repeating: nil, count: limit)
        for key in members.object.keys {
            // As many ids as pieces leave no room for large holes.
            let id = try members.int(key, in: 0 ... max(0, limit - 1))
            if let other = byID[id] {
                throw members.error(key, expected: "an id other than that of \(FileError.quoted(other))")
            }
            byID[id] = key
        }
        for token in addedTokens {
            guard byID.indices.contains(Int(token.id)),
                byID[Int(token.id)].map({ $0.utf8.elementsEqual(token.content.utf8) }) ?? true
            else {
                throw TokenizerError.invalid(
                    "added token \(TokenizerError.quoted(token.content)) has the id \(token.id), which is another token's or too large"
                )
            }
            byID[Int(token.id)] = token.content
        }
        return PieceTable(byID.map { Array(($0 ?? "").utf8) }[..<(byID.lastIndex { $0 != nil }.map { $0 + 1 } ?? 0)])
    }

    /// What the post-processor puts around one text.
    private func frame() throws -> (prefix: [TokenID], suffix: [TokenID]) {
        guard let processor = try root.fieldsIfPresent("post_processor") else { return ([], []) }
        switch try processor.string("type") {
        case "BertProcessing": return try ([id(ofPair: "cls", processor)], [id(ofPair: "sep", processor)])
        case "TemplateProcessing": return try template(processor)
        default:
            throw processor.error(
                "type", expected: "TemplateProcessing or BertProcessing, as a WordPiece model needs here")
        }
    }

    /// The number of `["[SEP]", 102]`.
    private func id(ofPair name: String, _ processor: JSONFields) throws -> TokenID {
        guard case .array(let pair)? = processor.object[name], pair.count == 2, case .int(let id) = pair[1],
            let id = TokenID(exactly: id), addedTokens.token(for: id) != nil
        else { throw processor.error(name, expected: "the content and the id of an added token") }
        return id
    }

    private func template(_ processor: JSONFields) throws -> (prefix: [TokenID], suffix: [TokenID]) {
        let tokens = try processor.fields("special_tokens")
        var (prefix, suffix): ([TokenID], [TokenID]) = ([], [])
        var hasText = false
        for part in try processor.objectsIfPresent("single") ?? [] {
            if let token = try part.fieldsIfPresent("SpecialToken") {
                let ids = try tokens.fields(token.string("id")).ints("ids").map { id in
                    guard let id = TokenID(exactly: id), addedTokens.token(for: id) != nil else {
                        throw tokens.error(try token.string("id"), expected: "ids of added tokens")
                    }
                    return id
                }
                if hasText { suffix += ids } else { prefix += ids }
            } else {
                guard !hasText, try part.fields("Sequence").string("id") == "A" else {
                    throw processor.error("single", expected: "the sequence A once, and special tokens")
                }
                hasText = true
            }
        }
        guard hasText else { throw processor.error("single", expected: "the sequence A once, and special tokens") }
        return (prefix, suffix)
    }
}
