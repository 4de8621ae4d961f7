import OrreryFiles

extension PreTokenizer {
    /// Reads `pre_tokenizer` of a `tokenizer.json`.
    ///
    /// - Throws: `FileError` or `TokenizerError` naming the field and what was expected.
    init(_ fields: JSONFields) throws {
        switch try fields.partType(PartTypes.preTokenizers, orByMembers: []) {
        case "BertPreTokenizer": self = .bertPreTokenizer
        case "ByteLevel": self = .byteLevel(try ByteLevel(fields))
        case "CharDelimiterSplit": self = .charDelimiterSplit(try fields.character("delimiter"))
        case "Digits": self = .digits(individually: try fields.bool("individual_digits"))
        case "FixedLength": self = .fixedLength(try fields.intIfPresent("length", in: 1 ... Int(Int32.max)) ?? 5)
        case "Metaspace": self = .metaspace(try Metaspace(fields))
        case "Punctuation": self = .punctuation(try fields.has("behavior") ? fields.behavior() : .isolated)
        case "Sequence": self = .sequence(try fields.steps("pretokenizers").map { try PreTokenizer($0) })
        case "Split":
            self = .split(
                Split(try TextPattern(fields), behavior: try fields.behavior(), invert: try fields.bool("invert")))
        case "UnicodeScripts": self = .unicodeScripts
        case "Whitespace": self = .whitespace
        case "WhitespaceSplit": self = .whitespaceSplit
        default: throw fields.error("type", expected: "a pre-tokenizer")
        }
    }

    /// As tokenizers writes it.
    var json: JSONValue {
        switch self {
        case .bertPreTokenizer: ["type": "BertPreTokenizer"]
        case .byteLevel(let byteLevel): byteLevel.json
        case .charDelimiterSplit(let delimiter):
            ["type": "CharDelimiterSplit", "delimiter": .string(String(delimiter))]
        case .digits(let individually): ["type": "Digits", "individual_digits": .bool(individually)]
        case .fixedLength(let length): ["type": "FixedLength", "length": JSONValue(length)]
        case .metaspace(let metaspace): metaspace.json
        case .punctuation(let behavior): ["type": "Punctuation", "behavior": .string(behavior.rawValue)]
        case .sequence(let steps): ["type": "Sequence", "pretokenizers": .array(steps.map(\.json))]
        case .split(let split):
            [
                "type": "Split", "pattern": split.pattern.json, "behavior": .string(split.behavior.rawValue),
                "invert": .bool(split.invert),
            ]
        case .unicodeScripts: ["type": "UnicodeScripts"]
        case .whitespace: ["type": "Whitespace"]
        case .whitespaceSplit: ["type": "WhitespaceSplit"]
        }
    }
}

extension JSONFields {
    fileprivate func behavior() throws -> SplitDelimiterBehavior {
        try choice("behavior", SplitDelimiterBehavior.allCases.map(\.rawValue))
    }
}

extension ByteLevel {
    init(_ fields: JSONFields) throws {
        self.init(
            addsPrefixSpace: try fields.boolIfPresent("add_prefix_space") ?? true,
            trimsOffsets: try fields.boolIfPresent("trim_offsets") ?? true,
            usesRegex: try fields.boolIfPresent("use_regex") ?? true)
    }

    var json: JSONValue {
        [
            "type": "ByteLevel", "add_prefix_space": .bool(addsPrefixSpace), "trim_offsets": .bool(trimsOffsets),
            "use_regex": .bool(usesRegex),
        ]
    }
}

extension Metaspace {
    init(_ fields: JSONFields) throws {
        var scheme: PrependScheme =
            try fields.has("prepend_scheme") ? fields.choice("prepend_scheme", ["always", "first", "never"]) : .always
        // Older files say only whether, not where.
        if try fields.boolIfPresent("add_prefix_space") == false {
            guard !fields.has("prepend_scheme") || scheme == .never else {
                throw fields.error("add_prefix_space", expected: "true, or a prepend_scheme of never")
            }
            scheme = .never
        }
        self.init(
            replacement: try fields.character("replacement"), prependScheme: scheme,
            splits: try fields.boolIfPresent("split") ?? true)
    }

    var json: JSONValue {
        [
            "type": "Metaspace", "replacement": .string(String(replacement)),
            "prepend_scheme": .string(prependScheme.rawValue), "split": .bool(splits),
        ]
    }
}
