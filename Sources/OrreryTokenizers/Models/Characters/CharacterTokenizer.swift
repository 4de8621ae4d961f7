/// One token per Unicode scalar: nanoGPT's character tokenizer.
///
/// The vocabulary is the sorted distinct scalars of the training text, Python's `sorted(set(text))`, so ids equal
/// nanoGPT's (`data/shakespeare_char/prepare.py`; 65 for tinyshakespeare). Special tokens follow, so they move none of
/// them.
package struct CharacterTokenizer: Tokenizer {
    /// The characters, in the order of their ids.
    package let characters: [Unicode.Scalar]
    package let addedTokens: AddedTokens
    package let endOfText: TokenID?

    /// What stands for a character that is not in the vocabulary; without it such a character is an error.
    package let unknown: TokenID?

    let table: ScalarTable
    let ascii: [TokenID]

    /// - Parameters:
    ///   - characters: distinct, in the order of their ids; most readers want `init(training:)`.
    ///   - endOfText: the text of the token that ends a document, given the id after the last character.
    ///   - unknown: the text of the token for characters outside the vocabulary, given the id after that.
    /// - Throws: `TokenizerError` if there are no characters, or something is there twice.
    package init(characters: [Unicode.Scalar], endOfText: String? = nil, unknown: String? = nil) throws {
        let contents = [endOfText, unknown].compactMap { $0 }
        let tokens = contents.enumerated().map { AddedToken(id: TokenID(characters.count + $0), content: $1) }
        try self.init(
            characters: characters, addedTokens: try AddedTokens(tokens),
            endOfText: endOfText == nil ? nil : tokens.first?.id, unknown: unknown == nil ? nil : tokens.last?.id)
    }

    /// - Precondition: the ids of `addedTokens` follow those of the characters without holes, in any order.
    init(characters: [Unicode.Scalar], addedTokens: AddedTokens, endOfText: TokenID?, unknown: TokenID?) throws {
        guard !characters.isEmpty else {
            throw TokenizerError.invalid("a character tokenizer has no characters; expected at least one")
        }
        var table = ScalarTable()
        for (id, scalar) in characters.enumerated() {
            guard table[scalar] == ScalarTable.missing else {
                throw TokenizerError.invalid(
                    "character \(TokenizerError.name(of: scalar)) has the ids \(table[scalar]) and \(id); expected distinct characters"
                )
            }
            table[scalar] = TokenID(id)
        }
        // tokenizers would give such a token the character's id.
        if let token = addedTokens.first(where: {
            Self.onlyScalar(of: $0.content).map { table[$0] != ScalarTable.missing } ?? false
        }) {
            throw TokenizerError.invalid(
                "added token \"\(token.content)\" is also a character; expected distinct tokens")
        }
        self.characters = characters
        self.addedTokens = addedTokens
        self.endOfText = endOfText
        self.unknown = unknown
        self.table = table
        ascii = table.ascii
    }

    package var vocabularySize: Int { characters.count + addedTokens.count }

    package func piece(for id: TokenID) -> [UInt8]? {
        if id >= 0 && id < characters.count { return Array(String(characters[Int(id)]).utf8) }
        return addedTokens.token(for: id).map { Array($0.content.utf8) }
    }

    package func id(forPiece piece: [UInt8]) -> TokenID? {
        if let id = addedTokens.id(forContent: piece) { return id }
        let text = String(decoding: piece, as: UTF8.self)
        guard let scalar = Self.onlyScalar(of: text), text.utf8.elementsEqual(piece) else { return nil }
        return table[scalar] == ScalarTable.missing ? nil : table[scalar]
    }

    /// The scalar that `text` consists of, unless it has more or none.
    static func onlyScalar(of text: String) -> Unicode.Scalar? {
        text.unicodeScalars.dropFirst().isEmpty ? text.unicodeScalars.first : nil
    }

    package func decode(_ id: TokenID, after previous: TokenID?, into bytes: inout [UInt8]) throws {
        if id >= 0 && id < characters.count {
            bytes.append(contentsOf: UTF8.encode(characters[Int(id)])!)
        } else if let token = addedTokens.token(for: id) {
            bytes.append(contentsOf: token.content.utf8)
        } else {
            throw TokenizerError.unknownID(id, vocabularySize: vocabularySize)
        }
    }
}
