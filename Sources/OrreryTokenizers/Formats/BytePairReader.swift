import OrreryFiles

/// Byte-level BPE in `tokenizer.json`: GPT-2's, Llama 3's and Qwen's kind.
struct BytePairReader {
    private let path: String
    private let root: JSONFields
    private let model: JSONFields

    init(path: String, root: JSONFields, model: JSONFields) { (self.path, self.root, self.model) = (path, root, model) }

    /// - Parameter addedTokens: those of the file.
    func tokenizer(addedTokens: AddedTokens, endOfText: TokenID?, _ parts: HuggingFaceParts) throws -> BytePairTokenizer
    {
        var settings = BytePairTokenizer.Settings(pattern: try pattern())
        settings.composes = try composes()
        if !addedTokens.areFoundAlike(behindNormalizer: settings.composes) {
            guard !settings.composes || addedTokens.allSatisfy({ !$0.normalized }) else {
                throw root.error(
                    "added_tokens", expected: "tokens that are looked for in the source, where a normalizer rewrites it"
                )
            }
            settings.added = try AddedVocabulary(Array(addedTokens), normalizer: nil)
        }
        try requireByteLevelDecoder()
        settings.parts = parts
        let frames = try PipelineFrames(root.fieldsIfPresent("post_processor").map { try PostProcessor($0) })
        guard let frame = frames.frame else {
            throw root.error("post_processor", expected: "one that puts tokens around the text")
        }
        settings.frame = (frame.prefix, frame.suffix)
        settings.ranges = .characters(trims: frame.trims)
        let (model, otherBytes) = try bytePairModel(addedTokens)
        // A byte without token is left out by tokenizers, or unknown.
        guard (0 ..< 256).allSatisfy({ model.rules.byteTokens[$0] != Merging.noToken }) else {
            throw self.model.error("vocab", expected: "a token for every byte")
        }
        settings.otherBytes = otherBytes
        settings.spellsAddedTokens(addedTokens)
        return try TokenizerError.naming(path) {
            try BytePairTokenizer(model: model, settings: settings, addedTokens: addedTokens, endOfText: endOfText)
        }
    }

    private func bytePairModel(_ added: AddedTokens) throws -> (BytePairModel, [TokenID: [UInt8]]) {
        for key in ["continuing_subword_prefix", "end_of_word_suffix"]
        where try model.stringIfPresent(key)?.isEmpty == false {
            throw model.error(key, expected: "null: byte-level tokens have none")
        }
        if let dropout = try model.doubleIfPresent("dropout"), dropout != 0 {
            throw model.error("dropout", expected: "null: it is not supported here")
        }
        var vocabulary = ByteLevelVocabulary(file: path)
        let members = try model.fields("vocab")
        for (piece, value) in members.object.members {
            guard case .int(let id) = value, let id = Int(exactly: id) else {
                throw members.error(piece, expected: "an id")
            }
            // The vocabulary may hold the added tokens too, which are not looked for in words.
            if let id = TokenID(exactly: id), added.token(for: id)?.content.utf8.elementsEqual(piece.utf8) == true {
                continue
            }
            try vocabulary.add(piece.utf8, id: id)
        }
        try vocabulary.finish()
        for (index, merge) in try model.array("merges").enumerated() {
            guard let (left, right) = Self.pair(merge) else {
                throw TokenizerError.file(
                    path,
                    "merge \(index) is \(merge.kindDescription); expected two tokens with a space between, or an array of two"
                )
            }
            try vocabulary.addMerge(left, right)
        }
        return (
            try vocabulary.model(takesWholeWords: model.boolIfPresent("ignore_merges") ?? false, repeated: .last),
            vocabulary.otherBytes
        )
    }

    private static func pair(_ merge: JSONValue) -> (Substring.UTF8View, Substring.UTF8View)? {
        switch merge {
        case .string(let text):
            let parts = text.utf8.split(separator: UInt8(ascii: " "), omittingEmptySubsequences: false)
            return parts.count == 2 ? (Substring(parts[0]).utf8, Substring(parts[1]).utf8) : nil
        case .array(let parts):
            guard parts.count == 2, case .string(let left) = parts[0], case .string(let right) = parts[1] else {
                return nil
            }
            return (left[...].utf8, right[...].utf8)
        default: return nil
        }
    }

    // MARK: Around the model

    /// ByteLevel with its own pattern, alone or behind single digits, or one or more Splits before ByteLevel without
    /// one.
    private func pattern() throws -> SplitPattern {
        let steps = try HuggingFaceSteps.list(of: "pre_tokenizer", in: root, members: "pretokenizers")
        guard let last = steps.last, try last.string("type") == "ByteLevel" else {
            throw unknownSteps("pre_tokenizer", steps)
        }
        guard try last.boolIfPresent("add_prefix_space") != true else {
            throw last.error("add_prefix_space", expected: "false: it is not supported here")
        }
        let usesOwnPattern = try last.boolIfPresent("use_regex") ?? true
        if steps.count == 1 { return usesOwnPattern ? .gpt2 : .none }
        if steps.count == 2, usesOwnPattern, try steps[0].string("type") == "Digits",
            try steps[0].boolIfPresent("individual_digits") == true
        {
            return .starcoder
        }
        let regexes = try steps.dropLast().map { split in
            guard try split.string("type") == "Split", !usesOwnPattern, try split.string("behavior") == "Isolated",
                try split.boolIfPresent("invert") != true
            else { throw unknownSteps("pre_tokenizer", steps) }
            return try split.fields("pattern").string("Regex")
        }
        if regexes.count == 1 { return SplitPattern(oniguruma: regexes[0]) }
        guard regexes == SplitPattern.deepseek3.onigurumaRegexes else { throw unknownSteps("pre_tokenizer", steps) }
        return .deepseek3
    }

    private func composes() throws -> Bool {
        let steps = try HuggingFaceSteps.list(of: "normalizer", in: root, members: "normalizers")
        if steps.isEmpty { return false }
        guard steps.count == 1, try steps[0].string("type") == "NFC" else { throw unknownSteps("normalizer", steps) }
        return true
    }

    private func requireByteLevelDecoder() throws {
        let steps = try HuggingFaceSteps.list(of: "decoder", in: root, members: "decoders")
        guard steps.count == 1, try steps[0].string("type") == "ByteLevel" else { throw unknownSteps("decoder", steps) }
    }

    private func unknownSteps(_ name: String, _ steps: [JSONFields]) -> TokenizerError {
        let types = steps.map { (try? $0.string("type")) ?? "a step without type" }.joined(separator: ", ")
        return .file(path, "\(name) is \(types.isEmpty ? "null" : types), which is not known here for byte-level BPE")
    }
}

/// The steps of a part of the pipeline: none, one, or those of a Sequence.
enum HuggingFaceSteps {
    static func list(of name: String, in root: JSONFields, members: String) throws -> [JSONFields] {
        guard let step = try root.fieldsIfPresent(name) else { return [] }
        guard try step.string("type") == "Sequence" else { return [step] }
        return try step.objectsIfPresent(members) ?? []
    }
}

extension BytePairTokenizer.Settings {
    /// What added tokens decode to in tokenizers: the ByteLevel decoder takes one that is spelled in its alphabet for
    /// bytes.
    mutating func spellsAddedTokens(_ tokens: AddedTokens) {
        for token in tokens {
            var bytes: [UInt8] = []
            if ByteAlphabet.append(token.content.utf8, to: &bytes), !bytes.elementsEqual(token.content.utf8) {
                otherBytes[token.id] = bytes
            } else {
                otherBytes[token.id] = nil
            }
        }
    }
}
