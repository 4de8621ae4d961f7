import OrreryFiles

/// What `adapter_config.json` says, as PEFT writes it: how large each update is, and how much it counts.
///
/// Which modules an adapter changes is read from its tensors; `target_modules` and its relatives say where PEFT made
/// them.
struct AdapterConfiguration {
    static let fileName = "adapter_config.json"

    let file: String
    private let rank: Int
    private let alpha: Double
    private let usesRootOfRank: Bool
    private let ranks: [(pattern: ModulePattern, rank: Int)]
    private let alphas: [(pattern: ModulePattern, alpha: Double)]
    /// Modules of which the adapter brings all weights.
    let modulesToSave: [String]

    /// - Throws: `FileError` that names a field that is missing, of the wrong type, or asks for what is not here.
    init(_ json: JSONFields) throws {
        file = json.file
        try Self.requirePlainLoRA(json)
        rank = try json.intIfPresent("r", in: Self.rankRange) ?? 8
        alpha = try json.has("lora_alpha") ? Self.alpha(json, "lora_alpha") : 8
        usesRootOfRank = try json.flag("use_rslora", default: false)
        modulesToSave = try json.stringsIfPresent("modules_to_save") ?? []
        ranks = try Self.patterns(json, "rank_pattern") { try $0.int($1, in: Self.rankRange) }
        alphas = try Self.patterns(json, "alpha_pattern", Self.alpha)
    }

    private static func alpha(_ json: JSONFields, _ key: String) throws -> Double {
        let alpha = try json.double(key)
        guard abs(alpha) <= 1e9 else { throw json.error(key, expected: "a number from -1e9 to 1e9") }
        return alpha
    }

    private static let rankRange = 1 ... 1 << 16

    private static func patterns<Value>(
        _ json: JSONFields, _ key: String, _ read: (JSONFields, String) throws -> Value
    ) throws -> [(pattern: ModulePattern, Value)] {
        guard let fields = try json.fieldsIfPresent(key) else { return [] }
        return try fields.object.keys.map { pattern in
            guard let made = ModulePattern(pattern) else {
                throw fields.error(pattern, expected: "a regular expression for names of modules as its key")
            }
            return (made, try read(fields, pattern))
        }
    }

    /// The rank of a module's update.
    func rank(of module: String) -> Int { ranks.first { $0.pattern.matches(module) }?.rank ?? rank }

    /// What a module's update is multiplied by: alpha / r, or alpha / sqrt(r) (rsLoRA, arXiv:2312.03732).
    func scale(of module: String) -> Float {
        let alpha = alphas.first { $0.pattern.matches(module) }?.alpha ?? alpha, rank = Double(rank(of: module))
        return Float(alpha / (usesRootOfRank ? rank.squareRoot() : rank))
    }
}

extension AdapterConfiguration {
    /// What makes an adapter more than low-rank products; each is refused by its name.
    private static let variants: [(key: String, what: String)] = [
        ("use_dora", "DoRA"), ("use_qalora", "QALoRA"), ("use_bdlora", "BD-LoRA"), ("alora_invocation_tokens", "aLoRA"),
        ("layer_replication", "layer replication"), ("arrow_config", "Arrow"), ("kasa_config", "KaSA"),
        ("monteclora_config", "MonteCLoRA"), ("megatron_config", "Megatron's layers"),
        ("trainable_token_indices", "trainable tokens"),
    ]

    /// Ways to start that leave the model's own weights as they are.
    private static let plainStarts = ["gaussian", "eva", "orthogonal"]

    static let merging = "merge it into its model with PEFT's merge_and_unload and open that"

    private static func requirePlainLoRA(_ json: JSONFields) throws {
        let kind = try json.stringIfPresent("peft_type") ?? "LORA"
        guard kind.uppercased() == "LORA" else {
            throw json.error("peft_type", expected: "LORA, the one kind of adapter that is known here", advice: merging)
        }
        for (key, what) in variants where json.has(key) && json.object[key] != .bool(false) {
            throw json.error(key, expected: "no \(what), which is not known here", advice: merging)
        }
        if case .string(let start)? = json.object["init_lora_weights"], !plainStarts.contains(start) {
            throw json.error(
                "init_lora_weights",
                expected:
                    "a start that leaves the model's own weights alone (true, false, \(plainStarts.joined(separator: ", ")))",
                advice: "convert the adapter with PEFT's save_pretrained(path_initial_model_for_weight_conversion=...)")
        }
    }
}

/// A key of `rank_pattern` or `alpha_pattern`: a regular expression that the whole name of a module fits, or what
/// follows one of its points.
private struct ModulePattern {
    private let regex: Regex<AnyRegexOutput>

    /// nil for what is no regular expression, or is far too long for one.
    init?(_ text: String) {
        guard text.utf8.count <= 4096, let regex = try? Regex("(?:.*\\.)?(?:\(text))") else { return nil }
        self.regex = regex
    }

    func matches(_ module: String) -> Bool { (try? regex.wholeMatch(in: module)) != nil }
}
