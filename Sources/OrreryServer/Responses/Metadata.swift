import OrreryFiles

/// What a client attaches to an object: at most 16 strings by name.
enum Metadata {
    /// - Returns: nil where there is none.
    /// - Throws: `APIError` that names the entry which breaks the limits.
    static func read(_ fields: RequestFields) throws -> JSONValue? {
        guard let metadata = try fields.object("metadata") else { return nil }
        if metadata.object.count > 16 {
            throw APIError.invalid("metadata", "metadata has \(metadata.object.count) entries; expected at most 16")
        }
        for member in metadata.object.members {
            guard member.key.unicodeScalars.count <= 64 else {
                throw APIError.invalid("metadata", "metadata has a key of more than 64 characters")
            }
            guard case .string(let text) = member.value, text.unicodeScalars.count <= 512 else {
                throw metadata.wrong(member.key, "a string of at most 512 characters")
            }
        }
        return .object(metadata.object)
    }
}
