import OrreryFiles

extension JSONFields {
    /// A size: positive, and small enough that products of a few of them can't overflow.
    func size(_ key: String) throws -> Int { try int(key, in: 1 ... 1 << 24) }

    /// `eos_token_id`, which is a number, a list of numbers, or absent.
    func endOfText() throws -> [Int] {
        guard let value = object["eos_token_id"], value != .null else { return [] }
        if case .array = value { return try ints("eos_token_id") }
        return [try int("eos_token_id", in: 0 ... 1 << 30)]
    }

    /// `rope_theta`, which newer versions of transformers write inside `rope_parameters`. Scaled positions are an error.
    func ropeTheta() throws -> Float? {
        for key in ["rope_parameters", "rope_scaling"] {
            guard let rope = try fieldsIfPresent(key) else { continue }
            let type = try rope.stringIfPresent("rope_type") ?? rope.stringIfPresent("type") ?? "default"
            guard type == "default" else { throw error(key, expected: "rope_type default, the only one known here; found \(type)") }
            if let theta = try rope.doubleIfPresent("rope_theta") { return Float(theta) }
        }
        return try doubleIfPresent("rope_theta").map { Float($0) }
    }
}
