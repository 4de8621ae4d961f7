import OrreryFiles

extension JSONFields {
    /// The members of a Sequence.
    func steps(_ key: String) throws -> [JSONFields] {
        guard let steps = try objectsIfPresent(key) else { throw error(key, expected: "an array of objects") }
        return steps
    }

    /// The type of a part: what `type` says, if it is one of `known`, else the first of `shapes` whose members are all
    /// there, for older files have no `type`. Source: Hugging Face tokenizers, where a part without a known type is any
    /// that its members fit.
    func partType(_ known: [String], orByMembers shapes: [(type: String, members: [String])]) throws -> String {
        if case .string(let type)? = object["type"], known.contains(type) { return type }
        if let shape = shapes.first(where: { $0.members.allSatisfy { object[$0] != nil } }) { return shape.type }
        throw error("type", expected: "\(known.dropLast().joined(separator: ", ")) or \(known.last ?? "")")
    }

    /// One character.
    func character(_ key: String) throws -> Unicode.Scalar {
        guard let scalar = CharacterTokenizer.onlyScalar(of: try string(key)) else {
            throw error(key, expected: "one character")
        }
        return scalar
    }

    /// One of the words that `Choice` has.
    func choice<Choice: RawRepresentable<String>>(_ key: String, _ names: [String]) throws -> Choice {
        guard let choice = Choice(rawValue: try string(key)) else {
            throw error(key, expected: "one of \(names.joined(separator: ", "))")
        }
        return choice
    }

    /// A token's id.
    func tokenID(_ key: String) throws -> TokenID { TokenID(try int(key, in: 0 ... Vocabulary.maximalID)) }

    /// Runs `body`, whose errors become ones that name the field `key` too.
    func naming<Result>(_ key: String, _ body: () throws -> Result) throws -> Result {
        do {
            return try body()
        } catch let error as TokenizerError where !error.namesFile {
            throw TokenizerError.file(file, "field \"\(path(of: key))\": \(error.description)")
        }
    }
}
