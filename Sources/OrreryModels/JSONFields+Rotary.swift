import Foundation
import OrreryFiles
import OrreryTensor

/// Rotary positions as a configuration has them.
struct RotaryFields {
    var theta: Float
    var scaling: RotaryScaling
}

extension JSONFields {
    private static let rotaryTypes = ["default", "linear", "dynamic", "llama3", "yarn", "longrope"]

    /// The object with the settings of rotary positions: newer versions of transformers call it `rope_parameters`.
    private func rotaryObject() throws -> JSONFields? {
        try fieldsIfPresent("rope_scaling") ?? fieldsIfPresent("rope_parameters")
    }

    /// `partial_rotary_factor`: the share of a head's elements that turn, rounded down.
    ///
    /// - Parameter older: another name of the share.
    func partialRotaryFactor(_ headDim: Int, default fallback: Double = 1, older: String? = nil) throws -> Double {
        var (fields, key) = (self, "partial_rotary_factor")
        if let inner = try rotaryObject(), inner.has(key) {
            fields = inner
        } else if let older, !has(key), has(older) {
            key = older
        }
        let share = try fields.doubleIfPresent(key) ?? fallback
        guard share > 0, share <= 1, share * Double(headDim) >= 1 else {
            throw fields.error(key, expected: "a share from 1 / head size to 1")
        }
        // Of an odd number the last turns with its neighbour, which must be there.
        let rotated = Int(share * Double(headDim))
        guard rotated % 2 == 0 || rotated < headDim else {
            throw fields.error(key, expected: "an even number of elements that turn, not \(rotated)")
        }
        return share
    }

    /// `rope_theta` and `rope_scaling`, or `rope_parameters`, which has both.
    ///
    /// - Parameters:
    ///   - inner: the object itself, where it is not the configuration's only one.
    ///   - rotated: elements that turn, for which some scalings have factors.
    ///   - original: `original_max_position_embeddings` where the class has a default for it.
    ///   - theta: where absent; `older` is another name of it.
    ///   - longRoPENames: what else the type may be called.
    func rotary(
        _ inner: JSONFields? = nil, rotated: Int, maxPositionEmbeddings: Int, original defaultOriginal: Int? = nil,
        theta defaultTheta: Float = 10_000,
        older: String? = nil, longRoPENames: [String] = []
    ) throws -> RotaryFields {
        let object = try inner ?? rotaryObject()
        let theta =
            try object?.positiveIfPresent("rope_theta") ?? positiveIfPresent("rope_theta") ?? older.flatMap(
                positiveIfPresent) ?? defaultTheta
        guard let object, var type = try object.stringIfPresent("rope_type") ?? object.stringIfPresent("type"),
            type != "default"
        else {
            return RotaryFields(theta: theta, scaling: .none)
        }
        if longRoPENames.contains(type) { type = "longrope" }
        func original() throws -> Int {
            let outer = try sizeIfPresent("original_max_position_embeddings") ?? defaultOriginal
            return try outer ?? object.sizeIfPresent("original_max_position_embeddings") ?? maxPositionEmbeddings
        }
        func factor() throws -> Float {
            try object.has("factor") ? object.positive("factor") : Float(maxPositionEmbeddings) / Float(try original())
        }
        let scaling: RotaryScaling
        switch type {
        case "linear": scaling = .linear(factor: try object.positive("factor"))
        case "dynamic":
            scaling = .dynamic(
                factor: try object.positive("factor"), originalMaxPositionEmbeddings: maxPositionEmbeddings)
        case "llama3":
            scaling = .llama3(
                .init(
                    factor: try object.positive("factor"), lowFreqFactor: try object.positive("low_freq_factor"),
                    highFreqFactor: try object.positive("high_freq_factor"),
                    originalMaxPositionEmbeddings: try original()))
        case "yarn": scaling = .yarn(try object.yarn(factor: factor(), original: original()))
        case "longrope":
            scaling = .longrope(try object.longRoPE(rotated: rotated, factor: factor(), original: original()))
        default:
            throw object.error(
                object.has("rope_type") ? "rope_type" : "type",
                expected: "one of \(Self.rotaryTypes.joined(separator: ", "))")
        }
        return RotaryFields(theta: theta, scaling: scaling)
    }

    private func yarn(factor: Float, original: Int) throws -> RotaryScaling.YaRN {
        var attentionFactor = try positiveIfPresent("attention_factor")
        if attentionFactor == nil, let m = try doubleIfPresent("mscale"),
            let all = try doubleIfPresent("mscale_all_dim"), m != 0, all != 0
        {
            attentionFactor = Float(RotaryScaling.YaRN.magnitude(factor, m) / RotaryScaling.YaRN.magnitude(factor, all))
        }
        return .init(
            factor: factor, originalMaxPositionEmbeddings: original, betaFast: try positive("beta_fast", default: 32),
            betaSlow: try positive("beta_slow", default: 1), attentionFactor: attentionFactor,
            truncate: try flag("truncate", default: true))
    }

    private func longRoPE(rotated: Int, factor: Float, original: Int) throws -> RotaryScaling.LongRoPE {
        func factors(_ key: String) throws -> [Float] {
            let values = try array(key).map { value -> Float? in
                switch value {
                case .int(let i): Float(i)
                case .double(let d): Float(d)
                default: nil
                }
            }
            let numbers = values.compactMap { $0 }.filter { $0 > 0 && $0.isFinite }
            guard numbers.count == values.count, numbers.count == (rotated + 1) / 2 else {
                throw error(key, expected: "\((rotated + 1) / 2) positive numbers, one per pair of elements that turn")
            }
            return numbers
        }
        let computed = RotaryScaling.LongRoPE.attentionFactor(factor, originalMaxPositionEmbeddings: original)
        return .init(
            shortFactor: try factors("short_factor"), longFactor: try factors("long_factor"),
            originalMaxPositionEmbeddings: original,
            attentionFactor: try positiveIfPresent("attention_factor") ?? computed)
    }
}

extension RotaryScaling {
    /// `rope_scaling` as Hugging Face writes it; null for none.
    var json: JSONValue {
        switch self {
        case .none: return .null
        case .linear(let factor): return ["rope_type": "linear", "factor": JSONValue(factor)]
        case .dynamic(let factor, _): return ["rope_type": "dynamic", "factor": JSONValue(factor)]
        case .llama3(let s):
            return [
                "rope_type": "llama3", "factor": JSONValue(s.factor), "low_freq_factor": JSONValue(s.lowFreqFactor),
                "high_freq_factor": JSONValue(s.highFreqFactor),
                "original_max_position_embeddings": JSONValue(s.originalMaxPositionEmbeddings),
            ]
        case .yarn(let s):
            var object: JSONObject = [
                "rope_type": "yarn", "factor": JSONValue(s.factor),
                "original_max_position_embeddings": JSONValue(s.originalMaxPositionEmbeddings),
                "beta_fast": JSONValue(s.betaFast), "beta_slow": JSONValue(s.betaSlow),
                "truncate": JSONValue(s.truncate),
            ]
            if let factor = s.attentionFactor { object["attention_factor"] = JSONValue(factor) }
            return .object(object)
        case .longrope(let s):
            return [
                "rope_type": "longrope", "short_factor": JSONValue(s.shortFactor),
                "long_factor": JSONValue(s.longFactor),
                "original_max_position_embeddings": JSONValue(s.originalMaxPositionEmbeddings),
                "attention_factor": JSONValue(s.attentionFactor),
            ]
        case .factors(let factors):  // the same numbers by another name
            return [
                "rope_type": "longrope", "short_factor": JSONValue(factors), "long_factor": JSONValue(factors),
                "attention_factor": 1.0,
                "original_max_position_embeddings": JSONValue(1 << 24),
            ]
        }
    }
}
