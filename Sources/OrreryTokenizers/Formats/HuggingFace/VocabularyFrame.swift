import OrreryFiles

/// The tokens that a class of transformers puts around a text, as the post-processor of a `tokenizer.json`.
struct VocabularyFrame {
    let pipeline: VocabularyPipeline
    /// The id of a token by its text.
    let id: (String) -> TokenID?

    var json: JSONValue {
        get throws {
            switch pipeline.kind {
            case .gpt2, .codeGen, .gptNeoX, .qwen2, .cohere, .blenderbot, .openAIGPT: try ends()
            case .whisper: try transcript()
            case .roberta, .layoutLMv3: try roberta(trims: true, addsPrefixSpace: pipeline.addsPrefixSpace)
            case .mpnet: try roberta(trims: true, addsPrefixSpace: false)
            case .clip: try roberta("eos_token", "bos_token", trims: false, addsPrefixSpace: false)
            case .herbert: try herbert()
            case .bert, .dpr: try brackets()
            case .funnel: try brackets(startType: 2)
            case .deberta: try brackets(secondType: 0) { $0 + $0 }
            case .splinter: try splinter()
            }
        }
    }

    private static let none: JSONValue = [
        "type": "ByteLevel", "add_prefix_space": true, "trim_offsets": false, "use_regex": true,
    ]

    private func role(_ name: String) throws -> [String] { try pipeline.role(name).map { [$0] } ?? [] }

    // MARK: One of each

    /// The beginning and the end where `add_bos_token` and `add_eos_token` ask for them.
    private func ends() throws -> JSONValue {
        let begins = try pipeline.configuration?.addBOSToken == true ? role("bos_token") : []
        let ends = try pipeline.configuration?.addEOSToken == true ? role("eos_token") : []
        if begins.isEmpty && ends.isEmpty { return Self.none }
        let first = special(begins) + [Self.text("A")] + special(ends)
        return template(first, first + special(begins, 1) + [Self.text("B", 1)] + special(ends, 1), begins + ends)
    }

    /// Whisper's start of a transcript in a language and for a task.
    private func transcript() throws -> JSONValue {
        let fields = pipeline.configuration?.fields
        var names = ["<|startoftranscript|>"]
        if let fields, let language = try fields.stringIfPresent("language") {
            names.append("<|\(language.lowercased())|>")
            guard id(names[1]) != nil else {
                throw fields.error(
                    "language", expected: "the code of a language that the vocabulary has a token for, such as en")
            }
        }
        if let fields, let task = try fields.stringIfPresent("task") {
            guard ["transcribe", "translate"].contains(task) else {
                throw fields.error("task", expected: "transcribe or translate")
            }
            names.append("<|\(task)|>")
        }
        if try fields?.boolIfPresent("predict_timestamps") != true { names.append("<|notimestamps|>") }
        let end = try role("eos_token"), start = special(names) + [Self.text("A")]
        return template(start + special(end), start + [Self.text("B", 1)] + special(end, 1), names + end)
    }

    private func roberta(
        _ separator: String = "sep_token", _ start: String = "cls_token", trims: Bool, addsPrefixSpace: Bool
    ) throws -> JSONValue {
        guard let separator = try pipeline.role(separator), let start = try pipeline.role(start),
            let sep = id(separator), let cls = id(start)
        else { return try ends() }
        return [
            "type": "RobertaProcessing", "sep": [.string(separator), .int(Int64(sep))],
            "cls": [.string(start), .int(Int64(cls))], "trim_offsets": .bool(trims),
            "add_prefix_space": .bool(addsPrefixSpace),
        ]
    }

    /// The ids are the class's, whatever the vocabulary says.
    private func herbert() throws -> JSONValue {
        [
            "type": "BertProcessing", "sep": [.string(try pipeline.role("sep_token") ?? "</s>"), 2],
            "cls": [.string(try pipeline.role("cls_token") ?? "<s>"), 0],
        ]
    }

    /// [CLS] and [SEP]; the second of two texts is of type 1.
    ///
    /// - Parameter between: what stands between two texts, from what ends one.
    private func brackets(
        startType: Int = 0, secondType: Int = 1, between: ([JSONValue]) -> [JSONValue] = { $0 }
    ) throws -> JSONValue {
        let start = try role("cls_token"), end = try role("sep_token")
        let first = special(start, startType) + [Self.text("A")]
        return template(
            first + special(end),
            first + between(special(end)) + [Self.text("B", secondType)] + special(end, secondType), start + end)
    }

    /// Between a question and its text stand a mark and a full stop.
    private func splinter() throws -> JSONValue {
        let start = try role("cls_token"), end = try role("sep_token"), middle = try role("question_token") + ["."]
        let first = special(start) + [Self.text("A")]
        return template(
            first + special(end), first + special(middle) + special(end) + [Self.text("B", 1)] + special(end, 1),
            start + end + middle)
    }

    // MARK: Templates

    private static func text(_ name: String, _ type: Int = 0) -> JSONValue {
        ["Sequence": ["id": .string(name), "type_id": JSONValue(type)]]
    }

    /// Those of the tokens that there are.
    private func special(_ names: [String], _ type: Int = 0) -> [JSONValue] {
        names.filter { id($0) != nil }.map { ["SpecialToken": ["id": .string($0), "type_id": JSONValue(type)]] }
    }

    private func template(_ single: [JSONValue], _ pair: [JSONValue], _ names: [String]) -> JSONValue {
        var tokens = JSONObject()
        for name in names {
            if let id = id(name) {
                tokens[name] = ["id": .string(name), "ids": [.int(Int64(id))], "tokens": [.string(name)]]
            }
        }
        return [
            "type": "TemplateProcessing", "single": .array(single), "pair": .array(pair),
            "special_tokens": .object(tokens),
        ]
    }
}
