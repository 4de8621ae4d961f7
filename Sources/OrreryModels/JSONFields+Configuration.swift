import OrreryFiles

extension JSONFields {
    /// A size: positive, and small enough that products of a few of them can't overflow.
    func size(_ key: String) throws -> Int { try int(key, in: 1 ... 1 << 24) }

    /// A number that is positive in float32 too.
    /// - Parameter standard: where the field is absent.
    func positive(_ key: String, standard: Double? = nil) throws -> Float {
        let value = Float(try doubleIfPresent(key) ?? standard ?? double(key))
        guard value > 0, value.isFinite else { throw error(key, expected: "a positive number") }
        return value
    }

    /// `eos_token_id`, which is a number, a list of numbers, or absent.
    func endOfText() throws -> [Int] {
        guard let value = object["eos_token_id"], value != .null else { return [] }
        let ids = if case .array = value { try ints("eos_token_id") } else { [try int("eos_token_id")] }
        guard ids.allSatisfy({ (0 ... 1 << 30).contains($0) }) else { throw error("eos_token_id", expected: "ids from 0") }
        return ids
    }

    /// `rope_theta`, which newer versions of transformers write inside `rope_parameters`. Scaled positions are an error.
    func ropeTheta() throws -> Float? {
        for key in ["rope_parameters", "rope_scaling"] {
            guard let rope = try fieldsIfPresent(key) else { continue }
            let type = try rope.stringIfPresent("rope_type") ?? rope.stringIfPresent("type") ?? "default"
            guard type == "default" else { throw error(key, expected: "rope_type default, the only one known here; found \(type)") }
            if rope.has("rope_theta") { return try rope.positive("rope_theta") }
        }
        return has("rope_theta") ? try positive("rope_theta") : nil
    }
}
