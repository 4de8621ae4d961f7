import OrreryFiles

extension AddedToken {
    /// Reads a member of `added_tokens`. An id that is larger than any becomes the largest.
    init(_ fields: JSONFields) throws {
        let id = try fields.int("id", in: 0 ... Int(UInt32.max))
        try self.init(fields, id: min(TokenID(clamping: id), AddedToken.unnumbered - 1))
    }

    /// The same where the id stands elsewhere.
    init(_ fields: JSONFields, id: TokenID) throws {
        self.init(
            id: id, content: try fields.string("content"), isSpecial: try fields.boolIfPresent("special") ?? false)
        singleWord = try fields.boolIfPresent("single_word") ?? false
        lstrip = try fields.boolIfPresent("lstrip") ?? false
        rstrip = try fields.boolIfPresent("rstrip") ?? false
        normalized = try fields.boolIfPresent("normalized") ?? !isSpecial
    }

    /// As tokenizers writes it.
    var json: JSONValue {
        [
            "id": .int(Int64(id)), "content": .string(content), "single_word": .bool(singleWord),
            "lstrip": .bool(lstrip), "rstrip": .bool(rstrip),
            "normalized": .bool(normalized), "special": .bool(isSpecial),
        ]
    }
}
