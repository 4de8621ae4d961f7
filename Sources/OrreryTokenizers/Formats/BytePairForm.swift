import Foundation
import OrreryFiles

extension BytePairTokenizer {
    /// `tokenizer.json` and its configuration. Where the vocabulary ranks merges by id, as tiktoken's do, the merges
    /// are listed, and `ignore_merges` says that a word which is a token is that token.
    package func files() throws -> [TokenizerFile] {
        HuggingFaceWriter(
            normalizer: settings.composes ? #"{"type": "NFC"}"# : "null",
            preTokenizer: Self.preTokenizer(of: settings.pattern).text(), postProcessor: postProcessor.text(),
            decoder: HuggingFaceForms.byteLevel,
            modelHead: [
                "\"type\": \"BPE\"", "\"dropout\": null", "\"unk_token\": null", "\"continuing_subword_prefix\": null",
                "\"end_of_word_suffix\": null", "\"fuse_unk\": false", "\"byte_fallback\": false",
                "\"ignore_merges\": \(model.takesWholeWords)",
            ],
            vocabulary: pieces,
            modelTail: [
                "\"merges\": [\n\(mergeLines.map { "      \(JSONValue($0).text())" }.joined(separator: ",\n"))\n    ]"
            ],
            addedTokens: addedTokens, endOfText: endOfText, unknown: nil, parts: settings.parts
        ).files()
    }

    /// `vocab.json` and `merges.txt`, GPT-2's format. The pattern and the added tokens are not in it.
    package func vocabularyAndMergesFiles() -> [TokenizerFile] {
        let entries = pieces.map { "\(JSONValue($0.piece).text()): \($0.id)" }.joined(separator: ", ")
        let merges = (["#version: 0.2"] + mergeLines).map { $0 + "\n" }.joined()
        return [
            TokenizerFile(name: "vocab.json", contents: Data("{\(entries)}".utf8)),
            TokenizerFile(name: "merges.txt", contents: Data(merges.utf8)),
        ]
    }

    /// The vocabulary by id, added tokens included: tokenizers numbers those that it does not find there anew.
    private var pieces: [(piece: String, id: TokenID)] {
        (0 ..< TokenID(vocabularySize)).compactMap { id in
            if let token = addedTokens.token(for: id) { return (token.content, id) }
            if model.tokens.contains(Int(id)) { return (ByteAlphabet.spelling(of: model.tokens[Int(id)]), id) }
            return settings.otherBytes[id].map { (String(decoding: $0, as: UTF8.self), id) }
        }
    }

    private var mergeLines: [String] {
        model.listedMerges().map { merge in
            "\(ByteAlphabet.spelling(of: model.tokens[Int(merge.left)])) \(ByteAlphabet.spelling(of: model.tokens[Int(merge.right)]))"
        }
    }

    /// ByteLevel with GPT-2's pattern, or behind what cuts by another.
    static func preTokenizer(of pattern: SplitPattern, addsPrefixSpace: Bool = false) -> JSONValue {
        func byteLevel(usesRegex: Bool) -> JSONValue {
            [
                "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace), "trim_offsets": false,
                "use_regex": .bool(usesRegex),
            ]
        }
        switch pattern {
        case .none: return byteLevel(usesRegex: false)
        case .gpt2: return byteLevel(usesRegex: true)
        case .starcoder:
            return [
                "type": "Sequence",
                "pretokenizers": [["type": "Digits", "individual_digits": true], byteLevel(usesRegex: true)],
            ]
        default:
            let steps: [JSONValue] = pattern.onigurumaRegexes.map {
                ["type": "Split", "pattern": ["Regex": .string($0)], "behavior": "Isolated", "invert": false]
            }
            return ["type": "Sequence", "pretokenizers": .array(steps + [byteLevel(usesRegex: false)])]
        }
    }

    private var postProcessor: JSONValue {
        let (prefix, suffix) = settings.frame
        let byteLevel: JSONValue = [
            "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true,
        ]
        guard !prefix.isEmpty || !suffix.isEmpty else { return byteLevel }
        func name(_ id: TokenID) -> String { piece(for: id).map { String(decoding: $0, as: UTF8.self) } ?? "" }
        func special(_ ids: [TokenID], _ type: Int) -> [JSONValue] {
            ids.map { ["SpecialToken": ["id": .string(name($0)), "type_id": JSONValue(type)]] }
        }
        func text(_ name: String, _ type: Int) -> [JSONValue] {
            [["Sequence": ["id": .string(name), "type_id": JSONValue(type)]]]
        }
        var tokens = JSONObject()
        for id in prefix + suffix {
            tokens[name(id)] = ["id": .string(name(id)), "ids": [.int(Int64(id))], "tokens": [.string(name(id))]]
        }
        let single = special(prefix, 0) + text("A", 0) + special(suffix, 0)
        let template: JSONValue = [
            "type": "TemplateProcessing", "single": .array(single),
            "pair": .array(single + special(prefix, 1) + text("B", 1) + special(suffix, 1)),
            "special_tokens": .object(tokens),
        ]
        return ["type": "Sequence", "processors": [byteLevel, template]]
    }
}
