/// Frames by templates, one for single texts and one for pairs: `[CLS] $A [SEP]`, `[CLS] $A [SEP] $B:1 [SEP]:1`.
///
/// Source: Hugging Face tokenizers, `src/processors/template.rs`.
package struct TemplateProcessing: Sendable, Hashable {
    package enum Piece: Sendable, Hashable {
        /// The first text, or the second.
        case sequence(isSecond: Bool, typeID: Int)
        /// A name of `specialTokens`.
        case specialToken(id: String, typeID: Int)
    }

    /// What a name stands for: one token or several.
    package struct Special: Sendable, Hashable {
        package var id: String
        package var ids: [TokenID]
        package var tokens: [String]

        package init(id: String, ids: [TokenID], tokens: [String]) {
            (self.id, self.ids, self.tokens) = (id, ids, tokens)
        }
    }

    package let single: [Piece]
    package let pair: [Piece]
    /// In the order of the file.
    package let specialTokens: [Special]

    /// - Throws: `TokenizerError` naming a special token that the template of single texts names and the list does not
    ///   have.
    package init(single: [Piece], pair: [Piece], specialTokens: [Special]) throws {
        self.single = single
        self.pair = pair
        self.specialTokens = specialTokens
        if let id = missing(in: single) { throw Self.missing(id) }
        guard !single.contains(where: { if case .sequence(true, _) = $0 { true } else { false } }) else {
            throw TokenizerError.invalid("the template for a single text names $B; expected $A only")
        }
    }

    private func special(_ id: String) -> Special? { specialTokens.first { $0.id.utf8.elementsEqual(id.utf8) } }

    /// A special token that a template names and the list does not have.
    private func missing(in template: [Piece]) -> String? {
        for case .specialToken(let id, _) in template where special(id) == nil { return id }
        return nil
    }

    private static func missing(_ id: String) -> TokenizerError {
        .invalid("the template names \(TokenizerError.quoted(id)), which is not among its special_tokens")
    }

    func addedTokens(isPair: Bool) -> Int {
        (isPair ? pair : single).reduce(0) { count, piece in
            if case .specialToken(let id, _) = piece { count + (special(id)?.ids.count ?? 0) } else { count }
        }
    }

    func process(_ encodings: [[FramePart]], addsSpecialTokens: Bool) throws -> [[FramePart]] {
        guard encodings.count == 1 || encodings.count == 2 else {
            throw TokenizerError.invalid("a TemplateProcessing follows another; expected it before what frames a text")
        }
        let template = encodings.count == 2 ? pair : single
        if addsSpecialTokens, let id = missing(in: template) { throw Self.missing(id) }
        return template.compactMap { piece in
            switch piece {
            case .sequence(let isSecond, let type): encodings[isSecond ? 1 : 0].map { $0.ofType(type) }
            case .specialToken(let id, let type):
                addsSpecialTokens ? special(id)?.ids.map { .special($0, type: type) } ?? [] : nil
            }
        }
    }
}
