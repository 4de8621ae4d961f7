import OrreryFiles

extension SubwordModel {
    /// Reads `model` of a `tokenizer.json`. Old files do not say its type; then its members do, in the order in which
    /// tokenizers looks.
    ///
    /// - Throws: `FileError` or `TokenizerError` naming the field and what was expected.
    init(_ fields: JSONFields) throws {
        let type = try fields.stringIfPresent("type") ?? Self.typeByMembers(fields)
        switch type {
        case "BPE": self = .bpe(try BPE(fields))
        case "WordPiece":
            self = .wordPiece(
                WordPiece(
                    try Vocabulary(fields), unkToken: try fields.string("unk_token"),
                    continuingSubwordPrefix: try fields.string("continuing_subword_prefix"),
                    maxInputCharsPerWord: try fields.int("max_input_chars_per_word", in: 0 ... Int.max)))
        case "WordLevel": self = .wordLevel(WordLevel(try Vocabulary(fields), unkToken: try fields.string("unk_token")))
        case "Unigram": self = .unigram(try Unigram(fields))
        default: throw fields.error("type", expected: "BPE, WordPiece, WordLevel or Unigram")
        }
    }

    private static func typeByMembers(_ fields: JSONFields) -> String {
        if fields.has("merges") { return "BPE" }
        if fields.has("max_input_chars_per_word") { return "WordPiece" }
        if case .array? = fields.object["vocab"] { return "Unigram" }
        return "WordLevel"
    }

    /// As tokenizers writes it.
    var json: JSONValue {
        switch self {
        case .bpe(let model): model.json
        case .wordPiece(let model):
            [
                "type": "WordPiece", "unk_token": .string(model.unkToken),
                "continuing_subword_prefix": .string(model.continuingSubwordPrefix),
                "max_input_chars_per_word": JSONValue(model.maxInputCharsPerWord), "vocab": model.vocabulary.json,
            ]
        case .wordLevel(let model):
            ["type": "WordLevel", "vocab": model.vocabulary.json, "unk_token": .string(model.unkToken)]
        case .unigram(let model): model.json
        }
    }
}

extension Vocabulary {
    /// Reads `vocab`: texts and ids.
    init(_ fields: JSONFields) throws {
        let members = try fields.fields("vocab")
        let entries = try members.object.members.map { member in
            guard case .int(let value) = member.value, let id = Int(exactly: value), (0 ... Self.maximalID).contains(id)
            else {
                throw members.error(member.key, expected: "an integer from 0 to \(Self.maximalID)")
            }
            return (piece: member.key, id: id)
        }
        self = try fields.naming("vocab") { try Vocabulary(entries) }
    }

    var json: JSONValue {
        var object = JSONObject()
        for (piece, id) in entries { object[piece] = .int(Int64(id)) }
        return .object(object)
    }
}

extension BPE {
    init(_ fields: JSONFields) throws {
        if let dropout = try fields.doubleIfPresent("dropout"), !(0 ... 1).contains(dropout) {
            throw fields.error("dropout", expected: "null, or a number from 0 to 1")
        }
        var options = Options()
        options.unkToken = try fields.stringIfPresent("unk_token")
        options.continuingSubwordPrefix = try fields.stringIfPresent("continuing_subword_prefix")
        options.endOfWordSuffix = try fields.stringIfPresent("end_of_word_suffix")
        options.fuseUnk = try fields.boolIfPresent("fuse_unk") ?? false
        options.byteFallback = try fields.boolIfPresent("byte_fallback") ?? false
        options.ignoreMerges = try fields.boolIfPresent("ignore_merges") ?? false
        let vocabulary = try Vocabulary(fields)
        let merges = try Self.merges(fields)
        self = try fields.naming("merges") { try BPE(vocabulary, merges: merges, options: options) }
    }

    /// Pairs as arrays of two, or, in older files, as texts with a space between.
    private static func merges(_ fields: JSONFields) throws -> [(left: String, right: String)] {
        let values = try fields.array("merges")
        var merges: [(left: String, right: String)] = []
        merges.reserveCapacity(values.count)
        for (index, value) in values.enumerated() {
            switch value {
            case .array(let parts):
                if parts.count == 2, case .string(let left) = parts[0], case .string(let right) = parts[1] {
                    merges.append((left, right))
                    continue
                }
            case .string(let text):
                if text.hasPrefix("#version") { continue }
                let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
                if parts.count == 2 {
                    merges.append(
                        (String(decoding: parts[0], as: UTF8.self), String(decoding: parts[1], as: UTF8.self)))
                    continue
                }
            default: break
            }
            throw TokenizerError.file(
                fields.file,
                "merge \(index) is \(value.kindDescription); expected two tokens with a space between, or an array of two"
            )
        }
        return merges
    }

    var json: JSONValue {
        func text(_ id: TokenID) -> JSONValue { .string(vocabulary.pieces.text(of: Int(id))) }
        return [
            "type": "BPE", "dropout": nil, "unk_token": JSONValue(options.unkToken),
            "continuing_subword_prefix": JSONValue(options.continuingSubwordPrefix),
            "end_of_word_suffix": JSONValue(options.endOfWordSuffix),
            "fuse_unk": .bool(options.fuseUnk), "byte_fallback": .bool(options.byteFallback),
            "ignore_merges": .bool(options.ignoreMerges),
            "vocab": vocabulary.json, "merges": .array(merges.map { .array([text($0.left), text($0.right)]) }),
        ]
    }
}

extension Unigram {
    init(_ fields: JSONFields) throws {
        let entries = try fields.array("vocab").enumerated().map { index, value in
            guard case .array(let parts) = value, parts.count == 2, case .string(let piece) = parts[0],
                let score = parts[1].number
            else {
                throw TokenizerError.file(
                    fields.file,
                    "piece \(index) of model.vocab is \(value.kindDescription); expected an array of a text and a score"
                )
            }
            return (piece: piece, score: score)
        }
        let unkID = try fields.intIfPresent("unk_id", in: 0 ... Vocabulary.maximalID)
        let byteFallback = try fields.boolIfPresent("byte_fallback") ?? false
        self = try fields.naming("vocab") { try Unigram(entries, unkID: unkID, byteFallback: byteFallback) }
    }

    var json: JSONValue {
        [
            "type": "Unigram", "unk_id": JSONValue(unkID),
            "vocab": .array(pieces.indices.map { [.string(pieces.text(of: $0)), .double(scores[$0])] }),
            "byte_fallback": .bool(byteFallback),
        ]
    }
}

extension JSONValue {
    fileprivate var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}
