/// The added tokens of a `tokenizer.json` with the ids that tokenizers gives them, which does not read the file's: the
/// model's id for a text that it has, else the next from the model's size on, in the order of the list.
///
/// Source: Hugging Face tokenizers, `src/tokenizer/added_vocabulary.rs`, add_tokens.
struct NumberedTokens {
    private(set) var tokens: [AddedToken] = []
    /// What the list says otherwise, a line each.
    private(set) var warnings: [String] = []

    /// - Parameters:
    ///   - listed: of a text that is there twice the last flags count; it is special if either is. One without text is
    ///     passed over.
    ///   - count: the number of the model's entries.
    ///   - rows: the tokens that the model has rows for; new ones beyond are passed over.
    ///   - modelID: the model's id for a text.
    init(_ listed: [AddedToken], count: Int, rows: Int? = nil, modelID: (String) -> TokenID?) {
        var places: [[UInt8]: Int] = [:]
        var next = count
        for token in listed {
            let name = TokenizerError.quoted(token.content)
            if token.content.isEmpty {
                warnings.append("added token \(token.id) has no text; it is passed over")
            } else if let place = places[Array(token.content.utf8)] {
                let first = tokens[place]
                if first.flags != token.flags || first.isSpecial != token.isSpecial {
                    warnings.append("the added token \(name) is there twice; the last counts")
                }
                tokens[place] = AddedToken(token, id: first.id, isSpecial: first.isSpecial || token.isSpecial)
            } else {
                let own = modelID(token.content)
                if own == nil, let rows, next >= rows {
                    warnings.append("the token \(name) is left out: the model has rows for \(rows) tokens only")
                    continue
                }
                if own == nil { next += 1 }
                let id = own ?? TokenID(next - 1)
                if id != token.id, token.id != AddedToken.unnumbered {
                    warnings.append(
                        "the added token \(name) gets the id \(id), as in tokenizers; the file says another")
                }
                places[Array(token.content.utf8)] = tokens.count
                tokens.append(AddedToken(token, id: id, isSpecial: token.isSpecial))
            }
        }
    }
}

extension AddedToken {
    /// The id of a token for which no file says one.
    static let unnumbered = TokenID.max

    fileprivate var flags: [Bool] { [singleWord, lstrip, rstrip, normalized] }

    /// The same under another number.
    init(_ token: AddedToken, id: TokenID, isSpecial: Bool) {
        self.init(id: id, content: token.content, isSpecial: isSpecial)
        (singleWord, lstrip, rstrip, normalized) = (token.singleWord, token.lstrip, token.rstrip, token.normalized)
    }
}
