/// What llama.cpp concludes from the names of tokens, for files say too little: which end a turn, which mark structure
/// although their type does not say so, which take the spaces around them.
///
/// Source: llama.cpp, `src/llama-vocab.cpp`, llama_vocab::impl::load, "auto-detect special tokens by text" and after.
/// Where several tokens could have a role, the first has it here; llama.cpp takes whichever its hash table lists first.
extension GGUFVocabulary {
    private static let endOfTurnNames = [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<end_of_turn>", "<|endoftext|>", "<|end_of_text|>", "<EOT>", "_<EOT>",
        "[EOT]",
        "<｜end▁of▁sentence｜>", "<end_of_utterance>",
    ]

    private static let endOfGenerationNames = [
        "<|eot_id|>", "<|im_end|>", "<|end|>", "<|return|>", "<|call|>", "<|flush|>", "<|calls|>", "<end_of_turn>",
        "<|endoftext|>", "</s>",
        "<|eom_id|>", "<EOT>", "_<EOT>", "[EOT]", "[EOS]", "<|end_of_text|>", "<end_of_utterance>", "<eos>", "<turn|>",
        "<|tool_response>",
        "<｜end▁of▁sentence｜>", "[e~[",
    ]

    /// The names of the tokens for filling in. The first of each that is there becomes structure; padding, repository
    /// and file marks also end a generation.
    private static let fillInNames: [(names: [String], endsGeneration: Bool)] = [
        (
            [
                "<|fim_prefix|>", "<fim-prefix>", "<fim_prefix>", "<｜fim▁begin｜>", "<PRE>", "▁<PRE>", "<|code_prefix|>",
                "<|prefix|>",
            ], false
        ),
        (
            [
                "<|fim_suffix|>", "<fim-suffix>", "<fim_suffix>", "<｜fim▁hole｜>", "<SUF>", "▁<SUF>", "<|code_suffix|>",
                "<|suffix|>",
            ], false
        ),
        (
            [
                "<|fim_middle|>", "<fim-middle>", "<fim_middle>", "<｜fim▁end｜>", "<MID>", "▁<MID>", "<|code_middle|>",
                "<|middle|>",
            ], false
        ),
        (["<|fim_pad|>", "<fim-pad>", "<fim_pad>", "<PAD>", "[PAD]"], true),
        (["<|fim_repo|>", "<|repo_name|>", "<fim-repo>", "<REPO>", "<reponame>"], true),
        (["<|file_sep|>"], true),
    ]

    mutating func concludeFromNames(architecture: String?, name: String?) {
        findEndOfTurn()
        for (role, (names, endsGeneration)) in Self.fillInNames.enumerated() {
            if fillIn[role] == nil, let id = firstOf(names) {
                attributes[Int(id)].insert(.control)
                fillIn[role] = id
            }
            guard let id = fillIn[role] else { continue }
            if endsGeneration { endOfGeneration.insert(id) }
        }
        for id in tokens.indices where attributes[id].contains(.control) && tokens.text(of: id).contains("unused") {
            attributes[id].insert(.unused)
        }
        for name in Self.endOfGenerationNames {
            guard let id = id(named: name) else { continue }
            endOfGeneration.insert(id)
            attributes[Int(id)].insert(.control)
        }
        for name in ["<|channel|>", "<|message|>", "<|start|>", "<|constrain|>"] {
            if let id = id(named: name) { attributes[Int(id)] = .userDefined }
        }
        for id in [special.endOfText, special.endOfTurn, special.endOfMessage] {
            if let id { endOfGeneration.insert(id) }
        }
        takeBack()
        findStripping(architecture: architecture ?? "", name: name?.lowercased() ?? "")
    }

    /// Whether a token of this text ends a generation in whatever vocabulary it is, most exceptions aside.
    static func endsGeneration(named text: [UInt8]) -> Bool {
        (endOfGenerationNames + fillInNames.filter(\.endsGeneration).compactMap(\.names.first)).contains {
            $0.utf8.elementsEqual(text)
        }
    }

    private func id(named name: String) -> TokenID? {
        let id = index.id(of: name.utf8)
        return id == PieceIndex.missing ? nil : id
    }

    /// The token of `names` with the least id.
    private func firstOf(_ names: [String]) -> TokenID? { names.compactMap(id(named:)).min() }

    private mutating func findEndOfTurn() {
        if special.endOfTurn == nil, let id = firstOf(Self.endOfTurnNames) {
            special.endOfTurn = id
            attributes[Int(id)].insert(.control)
        }
        if special.endOfMessage == nil, let id = id(named: "<|eom_id|>") {
            special.endOfMessage = id
            attributes[Int(id)].insert(.control)
        }
    }

    /// Vocabularies in which a token that ends generations elsewhere does not.
    private mutating func takeBack() {
        func ends(_ name: String) -> TokenID? { id(named: name).flatMap { endOfGeneration.contains($0) ? $0 : nil } }
        if let end = ends("<|end|>"), ends("<|call|>") ?? ends("<|calls|>") != nil,
            ends("<|return|>") ?? ends("<|flush|>") != nil
        {
            endOfGeneration.remove(end)
            attributes[Int(end)] = .userDefined
        }
        if let end = ends("</s>"), ends("<|tool_response>") ?? ends("<|plamo:eos|>") != nil {
            endOfGeneration.remove(end)
            attributes[Int(end)] = .normal
        }
    }

    /// Tokens that take spaces, which no key of the file tells.
    private mutating func findStripping(architecture: String, name: String) {
        let pre = preTokenizer ?? ""
        if ["jina-v2-de", "jina-v2-es", "jina-v2-code"].contains(where: pre.contains)
            || ["nomic-bert-moe", "jina-bert-v3"].contains(where: architecture.contains)
        {
            if let id = id(named: "<mask>") { attributes[Int(id)].insert(.stripsLeft) }
        } else if name.contains("phi-3") || name.contains("phi3") {
            for id in tokens.indices where !attributes[id].isDisjoint(with: [.control, .userDefined, .unknown]) {
                attributes[id].insert(.stripsRight)
            }
            if let id = id(named: "</s>") { attributes[Int(id)].insert(.stripsRight) }
            for name in ["<unk>", "<s>", "<|endoftext|>"] {
                if let id = self.id(named: name) { attributes[Int(id)].remove(.stripsRight) }
            }
        } else if name.contains("modern-bert"), let id = id(named: "[MASK]") {
            attributes[Int(id)].insert(.stripsLeft)
        }
    }
}
