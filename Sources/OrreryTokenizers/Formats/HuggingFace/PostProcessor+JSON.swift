import OrreryFiles

extension PostProcessor {
    /// Reads `post_processor` of a `tokenizer.json`.
    ///
    /// - Throws: `FileError` or `TokenizerError` naming the field and what was expected.
    init(_ fields: JSONFields) throws {
        switch try fields.partType(PartTypes.postProcessors, orByMembers: PartTypes.postProcessorShapes) {
        case "RobertaProcessing" where fields.isBool("trim_offsets") && fields.isBool("add_prefix_space"):
            self = .robertaProcessing(
                RobertaProcessing(
                    sep: try SpecialToken(fields, "sep"), cls: try SpecialToken(fields, "cls"),
                    trimsOffsets: try fields.bool("trim_offsets"),
                    addsPrefixSpace: try fields.bool("add_prefix_space")))
        // Without these two members tokenizers takes it for BERT's.
        case "BertProcessing", "RobertaProcessing":
            self = .bertProcessing(
                BertProcessing(sep: try SpecialToken(fields, "sep"), cls: try SpecialToken(fields, "cls")))
        case "ByteLevel": self = .byteLevel(try ByteLevel(fields))
        case "Sequence": self = .sequence(try fields.steps("processors").map { try PostProcessor($0) })
        case "TemplateProcessing": self = .templateProcessing(try TemplateProcessing(fields))
        default: throw fields.error("type", expected: "a post-processor")
        }
    }

    /// As tokenizers writes it.
    var json: JSONValue {
        switch self {
        case .bertProcessing(let bert): ["type": "BertProcessing", "sep": bert.sep.json, "cls": bert.cls.json]
        case .byteLevel(let byteLevel): byteLevel.json
        case .robertaProcessing(let roberta):
            [
                "type": "RobertaProcessing", "sep": roberta.sep.json, "cls": roberta.cls.json,
                "trim_offsets": .bool(roberta.trimsOffsets),
                "add_prefix_space": .bool(roberta.addsPrefixSpace),
            ]
        case .sequence(let steps): ["type": "Sequence", "processors": .array(steps.map(\.json))]
        case .templateProcessing(let template): template.json
        }
    }
}

extension JSONFields {
    fileprivate func isBool(_ key: String) -> Bool { if case .bool? = object[key] { true } else { false } }
}

extension SpecialToken {
    /// Reads a token and its id as an array of the two.
    init(_ fields: JSONFields, _ key: String) throws {
        let parts = try fields.array(key)
        guard parts.count == 2, case .string(let content) = parts[0], case .int(let value) = parts[1],
            let id = TokenID(exactly: value), id >= 0
        else {
            throw fields.error(key, expected: "an array of a token and its id")
        }
        self.init(content, id: id)
    }

    var json: JSONValue { [.string(content), .int(Int64(id))] }
}

extension TemplateProcessing {
    init(_ fields: JSONFields) throws {
        let names = try fields.fields("special_tokens")
        let specials = try names.object.keys.map { name in
            let special = try names.fields(name)
            let ids = try special.ints("ids").map { id in
                guard (0 ... Vocabulary.maximalID).contains(id) else {
                    throw special.error("ids", expected: "ids from 0 to \(Vocabulary.maximalID)")
                }
                return TokenID(id)
            }
            // tokenizers looks at the ids alone.
            return Special(id: name, ids: ids, tokens: try special.strings("tokens"))
        }
        let (single, pair) = (try Self.pieces(fields, "single"), try Self.pieces(fields, "pair"))
        self = try fields.naming("special_tokens") {
            try TemplateProcessing(single: single, pair: pair, specialTokens: specials)
        }
    }

    private static func pieces(_ fields: JSONFields, _ key: String) throws -> [Piece] {
        try fields.steps(key).map { piece in
            if let sequence = try piece.fieldsIfPresent("Sequence") {
                let id = try sequence.string("id")
                guard id == "A" || id == "B" else { throw sequence.error("id", expected: "A or B") }
                return .sequence(isSecond: id == "B", typeID: try sequence.int("type_id", in: 0 ... Int(Int32.max)))
            }
            guard let special = try piece.fieldsIfPresent("SpecialToken") else {
                throw fields.error(key, expected: "pieces that are a Sequence or a SpecialToken")
            }
            return .specialToken(
                id: try special.string("id"), typeID: try special.int("type_id", in: 0 ... Int(Int32.max)))
        }
    }

    var json: JSONValue {
        func pieces(_ pieces: [Piece]) -> JSONValue {
            .array(
                pieces.map { piece in
                    switch piece {
                    case .sequence(let isSecond, let type):
                        ["Sequence": ["id": isSecond ? "B" : "A", "type_id": JSONValue(type)]]
                    case .specialToken(let id, let type):
                        ["SpecialToken": ["id": .string(id), "type_id": JSONValue(type)]]
                    }
                })
        }
        var specials = JSONObject()
        for special in specialTokens {
            specials[special.id] = [
                "id": .string(special.id), "ids": JSONValue(special.ids.map { Int($0) }),
                "tokens": JSONValue(special.tokens),
            ]
        }
        return [
            "type": "TemplateProcessing", "single": pieces(single), "pair": pieces(pair),
            "special_tokens": .object(specials),
        ]
    }
}
