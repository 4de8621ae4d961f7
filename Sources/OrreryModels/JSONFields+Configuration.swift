import Kernels
import OrreryFiles

extension JSONFields {
    /// A size: positive, and small enough that products of a few of them can't overflow.
    func size(_ key: String) throws -> Int { try int(key, in: 1 ... 1 << 24) }

    /// A number that is positive in float32 too.
    /// - Parameter fallback: the value where the field is absent.
    func positive(_ key: String, default fallback: Double? = nil) throws -> Float {
        let value = Float(try doubleIfPresent(key) ?? fallback ?? double(key))
        guard value > 0, value.isFinite else { throw error(key, expected: "a positive number") }
        return value
    }

    /// `eos_token_id`, which is a number, a list of numbers, or absent. Numbers below 0 are how some files say that
    /// there is none.
    func endOfText() throws -> [Int] {
        guard let value = object["eos_token_id"], value != .null else { return [] }
        let ids = if case .array = value { try ints("eos_token_id") } else { [try int("eos_token_id")] }
        guard ids.allSatisfy({ $0 <= 1 << 30 }) else { throw error("eos_token_id", expected: "ids of tokens") }
        return ids.filter { $0 >= 0 }
    }

    func positiveIfPresent(_ key: String) throws -> Float? { has(key) ? try positive(key) : nil }

    /// A finite number of any sign.
    func number(_ key: String, default fallback: Float) throws -> Float {
        let value = Float(try doubleIfPresent(key) ?? Double(fallback))
        guard value.isFinite else { throw error(key, expected: "a finite number") }
        return value
    }

    func sizeIfPresent(_ key: String) throws -> Int? { has(key) ? try size(key) : nil }

    /// A size where the field is null or missing: nil, and `fallback`.
    func sizeOrNull(_ key: String, default fallback: Int?) throws -> Int? {
        object[key] == nil ? fallback : try sizeIfPresent(key)
    }

    func flag(_ key: String, default fallback: Bool) throws -> Bool { try boolIfPresent(key) ?? fallback }

    /// `key` names an activation function.
    func activation(_ key: String, default fallback: Activation) throws -> Activation {
        guard let name = try stringIfPresent(key) else { return fallback }
        guard let known = Activation(name: name) else {
            throw error(key, expected: "one of \(Activation.names.joined(separator: ", "))")
        }
        return known
    }

    /// `num_key_value_heads`: a divisor of `heads`, which it is where null.
    ///
    /// - Parameter fallback: the class's own number, where the field is missing.
    func keyValueHeads(_ heads: Int, default fallback: Int? = nil) throws -> Int {
        let missing = fallback.flatMap { object["num_key_value_heads"] == nil && heads % $0 == 0 ? $0 : nil } ?? heads
        let found = try sizeIfPresent("num_key_value_heads") ?? missing
        guard heads % found == 0 else {
            throw error("num_key_value_heads", expected: "a divisor of num_attention_heads \(heads)")
        }
        return found
    }

    /// `head_dim`, where absent `fallback` or `width` / `heads`; even, since positions turn pairs.
    ///
    /// - Parameters:
    ///   - isOwn: false where a class has no such field.
    ///   - isEven: false where part of a head turns, and that is checked.
    func headDim(
        width: Int, heads: Int, default fallback: Int? = nil, isOwn: Bool = true, isEven: Bool = true
    ) throws -> Int {
        if isOwn, let found = try sizeIfPresent("head_dim") ?? fallback {
            guard found % 2 == 0 else { throw error("head_dim", expected: "an even number") }
            return found
        }
        guard width % heads == 0 else {
            throw error("num_attention_heads", expected: "a divisor of hidden_size \(width)")
        }
        guard !isEven || width / heads % 2 == 0 else {
            throw error("num_attention_heads", expected: "heads of an even size, as rotary positions need them")
        }
        return width / heads
    }

    /// `layer_types`, one per layer; where absent, what `fallback` says of each.
    func layerTypes(_ layers: Int, default fallback: (Int) -> AttentionLayerType) throws -> [AttentionLayerType] {
        guard let names = try stringsIfPresent("layer_types") else { return (0 ..< layers).map(fallback) }
        let types = names.compactMap(AttentionLayerType.init)
        guard types.count == names.count, types.count == layers else {
            throw error(
                "layer_types",
                expected: "\(layers) of \(AttentionLayerType.allCases.map(\.rawValue).joined(separator: ", "))")
        }
        return types
    }

    /// The fields with the class's own values where they are missing, of the text model's part where there is one.
    ///
    /// - Parameters:
    ///   - defaults: the class's own values. A field that is null is not missing.
    ///   - otherNames: names that the class takes for another of its fields; they go before it.
    /// - Throws: `FileError` where layers are said to differ in what is one number here.
    func completed(with defaults: JSONObject, otherNames: [String: String]) throws -> JSONFields {
        if let inner = try fieldsIfPresent("text_config") {
            return replacing(
                "text_config", with: .object(try inner.completed(with: defaults, otherNames: otherNames).object))
        }
        if let layers = try fieldsIfPresent("per_layer_config"), !layers.object.isEmpty {
            throw error("per_layer_config", expected: "none: layers that differ in their sizes are not known here")
        }
        var fields = self
        for (other, name) in otherNames {
            if let value = object[other] { fields = fields.replacing(name, with: value) }
        }
        for (key, value) in defaults.members where fields.object[key] == nil {
            fields = fields.replacing(key, with: value)
        }
        return fields
    }

    /// Says that a field may have one value only.
    func fixed(_ key: String, _ value: Bool) throws {
        if let found = try boolIfPresent(key), found != value {
            throw error(key, expected: "\(value): the other is not known here")
        }
    }
}

/// How far back a layer sees, by Hugging Face's names.
package enum AttentionLayerType: String, Sendable, Hashable, CaseIterable {
    case full = "full_attention"
    case sliding = "sliding_attention"
}

extension JSONValue {
    /// `eos_token_id`: a number, a list of several, or null.
    init(endOfText ids: [Int]) { self = ids.count > 1 ? JSONValue(ids) : JSONValue(ids.first) }
    init(_ types: [AttentionLayerType]) { self = JSONValue(types.map(\.rawValue)) }
    /// null for nil.
    init(_ value: Float?) { self = value.map { JSONValue($0) } ?? .null }
}

extension JSONValue {
    /// An integer where the number is one: transformers checks the type of some fields.
    init(wholeWherePossible value: Float) { self = Int(exactly: value).map { JSONValue($0) } ?? JSONValue(value) }
}
