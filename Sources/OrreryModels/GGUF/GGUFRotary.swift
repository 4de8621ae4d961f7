import OrreryFiles

/// Rotary positions: GGUF says their scaling in keys and tensors, Hugging Face in `rope_parameters`.
extension GGUFConfiguration {
    /// Sets `rope_parameters`.
    ///
    /// - Parameters:
    ///   - theta: where the file does not say.
    ///   - partial: whether the architecture can turn a part of each head only.
    mutating func addRotary(theta: Double = 10_000, partial: Bool = false) throws {
        self["rope_parameters"] = .object(try rotary(theta: theta, partial: partial))
    }

    func rotary(theta: Double = 10_000, partial: Bool = false) throws -> JSONObject {
        var rope = JSONObject()
        rope["rope_type"] = "default"
        rope["rope_theta"] = JSONValue(try number("rope.freq_base") ?? theta)
        let head = try headSize(), turned = try int("rope.dimension_count") ?? head
        if partial {
            guard turned > 0, turned <= head else {
                throw file.metadata.error(key("rope.dimension_count"), expected: "1 to \(head), the size of a head")
            }
            rope["partial_rotary_factor"] = JSONValue(Double(turned) / Double(head))
        } else if turned != head {
            throw file.metadata.error(key("rope.dimension_count"), expected: "\(head), the size of a head")
        }
        if let short = try vector("rope_factors_short.weight"), let long = try vector("rope_factors_long.weight") {
            try addLongRope(&rope, short: short, long: long, turned: turned)
        } else if let factors = try vector("rope_freqs.weight") {
            // Llama 3's scaling, of which the file has the outcome: what the wavelength of each pair is multiplied by.
            try addLongRope(&rope, short: factors, long: factors, turned: turned)
            rope["attention_factor"] = 1.0
        } else {
            try addScaling(&rope)
        }
        return rope
    }

    private func addLongRope(_ rope: inout JSONObject, short: [Float], long: [Float], turned: Int) throws {
        guard short.count == turned / 2, long.count == turned / 2 else {
            throw ModelError.unusable(
                file.path,
                "the factors of rotary positions are \(short.count) and \(long.count); expected \(turned / 2), one for each pair"
            )
        }
        rope["rope_type"] = "longrope"
        rope["short_factor"] = .array(short.map { JSONValue(Double($0)) })
        rope["long_factor"] = .array(long.map { JSONValue(Double($0)) })
        let context = try size("max_position_embeddings")
        rope["original_max_position_embeddings"] = JSONValue(try int("rope.scaling.original_context_length") ?? context)
        if let factor = try number("rope.scaling.attn_factor") { rope["attention_factor"] = JSONValue(factor) }
    }

    private func addScaling(_ rope: inout JSONObject) throws {
        let type = try file.metadata.stringIfPresent(key("rope.scaling.type")) ?? "none"
        // Files from before the type was written have the factor alone, under another name, and mean linear.
        let factor = try number("rope.scaling.factor") ?? number("rope.scale_linear")
        switch type {
        case "none" where factor == nil || factor == 1 || factor == 0: break
        case "none", "linear":
            guard let factor, factor > 0 else { break }
            rope["rope_type"] = "linear"
            rope["factor"] = JSONValue(factor)
        case "yarn":
            rope["rope_type"] = "yarn"
            rope["factor"] = JSONValue(factor ?? 1)
            rope["original_max_position_embeddings"] = JSONValue(
                try int("rope.scaling.original_context_length") ?? size("max_position_embeddings"))
            for (gguf, config) in Self.yarnKeys {
                if let value = try number("rope.scaling.\(gguf)") { rope[config] = JSONValue(value) }
            }
        default:
            throw file.metadata.error(
                key("rope.scaling.type"), expected: "none, linear, yarn, or longrope with its two tensors of factors")
        }
    }

    static let yarnKeys = [
        ("yarn_beta_fast", "beta_fast"), ("yarn_beta_slow", "beta_slow"), ("yarn_attn_factor", "attention_factor"),
    ]
}
