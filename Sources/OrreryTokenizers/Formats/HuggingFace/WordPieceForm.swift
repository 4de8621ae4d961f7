import OrreryFiles

extension WordPieceTokenizer {
    /// `tokenizer.json` as Hugging Face's BertTokenizer writes it, and its configuration.
    package func files() throws -> [TokenizerFile] {
        let strips = settings.stripsAccents.map { "\($0)" } ?? "null"
        let prefix = JSONValue(settings.continuingPrefix).text()
        return HuggingFaceWriter(
            normalizer: """
                {"type": "BertNormalizer", "clean_text": \(settings.cleansText), "handle_chinese_chars": \(settings.separatesChinese), \
                "strip_accents": \(strips), "lowercase": \(settings.lowercases)}
                """,
            preTokenizer: #"{"type": "BertPreTokenizer"}"#, postProcessor: postProcessor.text(),
            decoder: "{\"type\": \"WordPiece\", \"prefix\": \(prefix), \"cleanup\": \(settings.cleansDecodedText)}",
            modelHead: [
                "\"type\": \"WordPiece\"", "\"unk_token\": \(JSONValue(pieces.text(of: Int(unknown))).text())",
                "\"continuing_subword_prefix\": \(prefix)", "\"max_input_chars_per_word\": \(settings.longestWord)",
            ],
            vocabulary: pieces.indices.filter { !pieces[$0].isEmpty }.map { (pieces.text(of: $0), TokenID($0)) },
            modelTail: [], addedTokens: addedTokens, endOfText: endOfText, unknown: unknown, className: "BertTokenizer",
            parts: parts
        ).files()
    }

    /// A TemplateProcessing for single texts and for pairs.
    private var postProcessor: JSONValue {
        func special(_ ids: [TokenID], _ type: Int) -> [JSONValue] {
            ids.map { ["SpecialToken": ["id": .string(pieces.text(of: Int($0))), "type_id": JSONValue(type)]] }
        }
        func sequence(_ name: String, _ type: Int) -> JSONValue {
            ["Sequence": ["id": .string(name), "type_id": JSONValue(type)]]
        }
        var tokens = JSONObject()
        for id in frame.prefix + frame.suffix {
            let name = pieces.text(of: Int(id))
            tokens[name] = ["id": .string(name), "ids": [.int(Int64(id))], "tokens": [.string(name)]]
        }
        let single = special(frame.prefix, 0) + [sequence("A", 0)] + special(frame.suffix, 0)
        return [
            "type": "TemplateProcessing", "single": .array(single),
            "pair": .array(single + [sequence("B", 1)] + special(frame.suffix, 1)), "special_tokens": .object(tokens),
        ]
    }
}
