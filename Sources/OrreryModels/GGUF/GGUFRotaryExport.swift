import Foundation
import OrreryFiles

/// What `rope_parameters` becomes in a GGUF file: keys, and factors in tensors.
struct GGUFRotaryExport {
    private(set) var pairs: [(key: String, value: GGUFValue)] = []
    private(set) var factors: [(name: String, values: [Float])] = []

    /// nil for a model without rotary positions.
    init?(_ config: JSONObject, headSize: Int) throws {
        var theta = config["rope_theta"]?.number,
            partial = config["partial_rotary_factor"]?.number ?? config["rotary_pct"]?.number
        var rope: JSONObject?
        if case .object(let object)? = config["rope_parameters"] ?? config["rope_scaling"] {
            rope = object
            // Gemma 3 has two sets; the layers with a window have no scaling.
            if case .object(let full)? = object["full_attention"] { rope = full }
            if case .object(let local)? = object["sliding_attention"], let theta = local["rope_theta"]?.number {
                pairs.append(("rope.freq_base_swa", .float32(Float(theta))))
            }
        }
        theta = rope?["rope_theta"]?.number ?? theta
        partial = rope?["partial_rotary_factor"]?.number ?? partial
        guard let theta else { return nil }
        let turned = Int(Double(headSize) * (partial ?? 1))
        pairs += [("rope.freq_base", .float32(Float(theta))), ("rope.dimension_count", .uint32(UInt32(turned)))]
        if let rope { try addScaling(rope, config, theta: theta, turned: turned) }
    }

    private mutating func addScaling(_ rope: JSONObject, _ config: JSONObject, theta: Double, turned: Int) throws {
        func number(_ key: String) -> Double? { rope[key]?.number }
        guard case .string(let type)? = rope["rope_type"] ?? rope["type"] else { return }
        switch type {
        case "default": break
        case "linear":
            pairs += [
                ("rope.scaling.type", .string("linear")),
                ("rope.scaling.factor", .float32(Float(number("factor") ?? 1))),
            ]
        case "yarn":
            pairs += [
                ("rope.scaling.type", .string("yarn")), ("rope.scaling.factor", .float32(Float(number("factor") ?? 1))),
            ]
            if let original = (number("original_max_position_embeddings") ?? config["max_position_embeddings"]?.number)
            {
                pairs.append(("rope.scaling.original_context_length", .uint32(UInt32(original))))
            }
            for (gguf, key) in GGUFConfiguration.yarnKeys {
                if let value = number(key) { pairs.append(("rope.scaling.\(gguf)", .float32(Float(value)))) }
            }
        case "llama3": factors.append(("rope_freqs.weight", Self.llama3Factors(rope, theta: theta, turned: turned)))
        case "longrope", "su":
            pairs.append(("rope.scaling.type", .string("longrope")))
            let context = config["max_position_embeddings"]?.number ?? 0
            let original =
                number("original_max_position_embeddings") ?? config["original_max_position_embeddings"]?.number
                ?? context
            let scale = number("factor") ?? (original > 0 ? context / original : 1)
            let attention = number("attention_factor") ?? (scale > 1 ? sqrt(1 + log(scale) / log(original)) : 1)
            pairs += [
                ("rope.scaling.original_context_length", .uint32(UInt32(original))),
                ("rope.scaling.attn_factor", .float32(Float(attention))),
            ]
            for (name, key) in [
                ("rope_factors_long.weight", "long_factor"), ("rope_factors_short.weight", "short_factor"),
            ] {
                guard case .array(let values)? = rope[key] else {
                    throw FileError.content("rope_parameters", expected: key)
                }
                factors.append((name, values.compactMap { $0.number.map { Float($0) } }))
            }
        default:
            throw ModelError.unusable(
                "rope_parameters",
                "rope_type \(type) has no place in a GGUF file; known there are default, linear, yarn, llama3 and longrope"
            )
        }
    }

    /// What the wavelength of each pair is multiplied by: 1 for short ones, `factor` for long ones, a mixture between
    /// (Llama 3.1's scaling).
    private static func llama3Factors(_ rope: JSONObject, theta: Double, turned: Int) -> [Float] {
        func number(_ key: String, default fallback: Double) -> Double { rope[key]?.number ?? fallback }
        let factor = number("factor", default: 8), low = number("low_freq_factor", default: 1),
            high = number("high_freq_factor", default: 4)
        let original = number("original_max_position_embeddings", default: 8192)
        return stride(from: 0, to: turned, by: 2).map { i in
            let wavelength = 2 * Double.pi * pow(theta, Double(i) / Double(turned))
            if wavelength < original / high { return 1 }
            if wavelength > original / low { return Float(factor) }
            let smooth = (original / wavelength - low) / (high - low)
            return Float(1 / ((1 - smooth) / factor + smooth))
        }
    }
}

extension JSONValue {
    /// A number of either kind.
    var number: Double? {
        switch self {
        case .int(let value): Double(value)
        case .double(let value): value
        default: nil
        }
    }
}
