import OrreryFiles

/// Which words of llama.cpp's say what a pipeline does, and which tokens have a role.
extension GGUFVocabularyExport {
    /// The value of `tokenizer.ggml.pre`: one that cuts alike and treats merges alike, else the nearest, with a
    /// warning.
    mutating func preTokenizer(among exact: [GGUFPreTokenizer], _ pattern: SplitPattern?, ignoresMerges: Bool) -> String
    {
        let found = exact.isEmpty ? pattern.flatMap(Self.nearest).map { [$0] } ?? [] : exact
        if found.isEmpty {
            warnings.append(
                "the tokenizer cuts texts in a way that llama.cpp has no word for; it will cut them its default way, and ids will differ"
            )
            return "default"
        }
        if exact.isEmpty {
            warnings.append(
                "the tokenizer cuts texts in a way that llama.cpp has no word for; \(found[0].names[0]) is the nearest, and ids may differ"
            )
        }
        let names = found.flatMap(\.names)
        if let name = names.first(where: { GGUFVocabularySettings.ignoresMerges.contains($0) == ignoresMerges }) {
            return name
        }
        warnings.append(
            "the tokenizer takes words that are tokens \(ignoresMerges ? "whatever" : "only if") its merges say; llama.cpp does \(ignoresMerges ? "not" : "always") with this way of cutting (\(names[0]))"
        )
        return names[0]
    }

    /// llama.cpp has no word for cl100k's pattern itself; Llama 3's differs at white space that ends a text.
    private static func nearest(_ pattern: SplitPattern) -> GGUFPreTokenizer? {
        switch pattern {
        case .cl100k: GGUFPreTokenizer.named("llama-bpe")
        case .o200k: GGUFPreTokenizer.named("gpt-4o")
        case .tekken: GGUFPreTokenizer.named("tekken")
        default: nil
        }
    }

    /// The roles that a configuration names and nothing else did.
    mutating func addRoles(_ configuration: TokenizerConfiguration, _ tokenizer: any Tokenizer) {
        let roles = [
            ("bos", "bos_token"), ("bos", "cls_token"), ("eos", "eos_token"), ("unknown", "unk_token"),
            ("seperator", "sep_token"), ("padding", "pad_token"), ("mask", "mask_token"),
        ]
        for (role, name) in roles where !pairs.contains(where: { $0.key == "tokenizer.ggml.\(role)_token_id" }) {
            addRole(
                role,
                (try? configuration.content(of: name)).flatMap { $0 }.flatMap { tokenizer.id(forPiece: Array($0.utf8)) }
            )
        }
    }

    /// Tokens that end a text besides the tokenizer's own. llama.cpp knows many by their names, and has keys for two
    /// more.
    mutating func addEnds(_ ends: Set<TokenID>, _ tokenizer: any Tokenizer) {
        let count = TokenID(tokenizer.vocabularySize)
        func named(_ id: TokenID) -> Bool {
            tokenizer.piece(for: id).map { GGUFVocabulary.endsGeneration(named: $0) } ?? false
        }
        var ends = ends.filter { $0 >= 0 && $0 < count }.sorted()
        if !pairs.contains(where: { $0.key == "tokenizer.ggml.eos_token_id" }) {
            guard !ends.isEmpty else {
                if pairs.contains(where: { $0.key == GGUFKeys.model && $0.value.string == "gpt2" }) {
                    warnings.append(
                        "the tokenizer has no token that ends a text, for which llama.cpp then takes token 11: run it with --ignore-eos"
                    )
                }
                return
            }
            addRole("eos", ends.removeFirst())
        }
        let eos = pairs.first { $0.key == "tokenizer.ggml.eos_token_id" }?.value.int
        var others = ends.filter { Int($0) != eos && !named($0) }
        for role in ["eot", "eom"] where !others.isEmpty { addRole(role, others.removeFirst()) }
        if !others.isEmpty {
            warnings.append(
                "the tokens \(others.map(String.init).joined(separator: ", ")) end texts too, for which a GGUF file has no key"
            )
        }
    }
}
